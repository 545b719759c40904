/** Tools for the schedule. No commands of the console: those could answer requests, and change the configuration. */
import type { McpServer } from "@modelcontextprotocol/server";
import { z } from "zod";
import type { ParamsOf } from "../protocol/method_schemas.ts";
import type { Hub } from "./hub.ts";
import { addTool, CHANGES, READS } from "./tool.ts";

/** Those whose effect ends at what a person has put into the configuration. */
const KINDS = ["program", "prompt"] as const;

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
    description: "Adds a job with its schedule, a line of cron. Answers with its next times; with dryRun nothing is " +
      "added. No commands of agent-console itself, and no prompts to your own session.",
    annotations: CHANGES,
    input: z.strictObject({
      id: z.string().describe("a name for the job: lower-case letters, digits, _ and -"),
      schedule: z.string().describe("a line of cron, like 30 2 * * *"),
      // The daemon knows what belongs to each kind, and says what is wrong.
      action: z.looseObject({ kind: z.enum(KINDS) }).describe(
        'what it runs: {"kind": "program", "program": a name in scheduler.programs of the configuration}, or ' +
          '{"kind": "prompt", "text": the prompt, "agent": a name in agents of the configuration}',
      ),
      timezone: z.string().optional().describe("an IANA name; by default that of the configuration"),
      dryRun: z.boolean().optional(),
    }),
    run: async ({ id, schedule, action, timezone, dryRun }, signal) => {
      const { sessionId } = action;
      const its = typeof sessionId === "string" ? { sessionId: await hub.othersId(sessionId, signal) } : {};
      const { next, timezone: zone } = await hub.call("job.add", {
        id,
        schedule,
        action: { ...action, ...its } as ParamsOf<"job.add">["action"],
        next: 3,
        ...(timezone === undefined ? {} : { timezone }),
        ...(dryRun === undefined ? {} : { dryRun }),
      }, signal);
      return { id, timezone: zone, next };
    },
  });
  addTool(server, "schedule_remove", {
    title: "Remove a job",
    description: "Takes a job away that was added by MCP, its history too.",
    annotations: { ...CHANGES, destructiveHint: true },
    input: z.strictObject({ id: z.string() }),
    run: async ({ id }, signal) => {
      await hub.call("job.remove", { id }, signal);
      return { id };
    },
  });
}
