/** Tools for the notes that are kept across sessions. */
import type { McpServer } from "@modelcontextprotocol/server";
import { z } from "zod";
import { currentFolder } from "../platform/process.ts";
import { MAX_LISTED_NOTES } from "../protocol/limits.ts";
import type { Hub } from "./hub.ts";
import { addTool, CHANGES, READS } from "./tool.ts";

const where = {
  workspace: z.string().startsWith("/").optional().describe("another folder than the one that you work in"),
  global: z.boolean().optional().describe("the notes for all folders"),
};
const limit = z.number().int().min(1).max(MAX_LISTED_NOTES).default(10);

export function memoryTools(server: McpServer, hub: Hub): void {
  addTool(server, "memory_append", {
    title: "Keep a note",
    description:
      "Keeps a note for later sessions of any agent in this folder: what the next one would otherwise have " +
      "to find out again. No secrets.",
    annotations: CHANGES,
    input: z.strictObject({
      text: z.string().min(1),
      tags: z.array(z.string()).max(16).optional(),
      ...where,
    }),
    run: async ({ text, tags, ...place }, signal) => {
      const tagged = tags === undefined ? {} : { tags };
      const { id, masked } = await hub.call("memory.append", { text, ...tagged, ...folderOf(place) }, signal);
      return { id, ...(masked ? { masked } : {}) };
    },
  });
  addTool(server, "memory_search", {
    title: "Search the notes",
    description: "The notes of this folder, and those for all folders, that have these words; the best match first.",
    annotations: READS,
    input: z.strictObject({ query: z.string().min(1), limit, ...where }),
    run: ({ query, limit, ...place }, signal) =>
      hub.call("memory.search", { query, limit, ...folderOf(place) }, signal),
  });
  addTool(server, "memory_peek", {
    title: "The newest notes",
    description: "The newest notes of this folder and those for all folders.",
    annotations: READS,
    input: z.strictObject({ limit, ...where }),
    run: ({ limit, ...place }, signal) => hub.call("memory.peek", { limit, ...folderOf(place) }, signal),
  });
  addTool(server, "memory_stats", {
    title: "How many notes there are",
    description: "How many notes there are, of which folders, and how many there may be.",
    annotations: READS,
    input: z.strictObject({}),
    run: (_, signal) => hub.call("memory.stats", {}, signal),
  });
}

/** An agent starts its servers in the folder that it works in. */
function folderOf(
  { workspace, global }: { readonly workspace?: string | undefined; readonly global?: boolean | undefined },
): { readonly workspace?: string } {
  return global === true ? {} : { workspace: workspace ?? currentFolder() };
}
