/** Tools for the schedule. No commands of the console: those could answer requests, and change the configuration. */
import type { McpServer } from "@modelcontextprotocol/server";
import { z } from "zod";
import type { Hub } from "./hub.ts";
import { addTool, CHANGES, READS } from "./tool.ts";

export function jobTools(server: McpServer, hub: Hub): void {
  addTool(server, "schedule_list", {
    title: "Scheduled jobs",
    description: "The jobs, each with its schedule, its next and its last run.",
    annotations: READS,
    input: z.strictObject({}),
    run: (_, signal) => hub.call("job.list", {}, signal),
  });
  addTool(server, "schedule_add", {
    title: "Schedule a job",
    description:
      "Adds a job that runs a program of the configuration on a schedule, a line of cron. Answers with its " +
      "next times; with dryRun nothing is added.",
    annotations: CHANGES,
    input: z.strictObject({
      id: z.string().describe("a name for the job: lower-case letters, digits, _ and -"),
      schedule: z.string().describe("a line of cron, like 30 2 * * *"),
      program: z.string().describe("the name of a program in scheduler.programs of the configuration"),
      timezone: z.string().optional().describe("an IANA name; by default that of the configuration"),
      dryRun: z.boolean().optional(),
    }),
    run: async ({ id, schedule, program, timezone, dryRun }, signal) => {
      const { next, timezone: zone } = await hub.call("job.add", {
        id,
        schedule,
        action: { kind: "program", program },
        next: 3,
        ...(timezone === undefined ? {} : { timezone }),
        ...(dryRun === undefined ? {} : { dryRun }),
      }, signal);
      return { id, timezone: zone, next };
    },
  });
  addTool(server, "schedule_remove", {
    title: "Remove a job",
    description: "Takes a job away, its history too.",
    annotations: { ...CHANGES, destructiveHint: true },
    input: z.strictObject({ id: z.string() }),
    run: async ({ id }, signal) => {
      await hub.call("job.remove", { id }, signal);
      return { id };
    },
  });
}
