/** The feature's section of the configuration: what agents may do by MCP beyond reading and asking. */
import * as v from "valibot";
import { section, type SectionValues, setting } from "../config/section.ts";

export const mcpSection = section("mcp", {
  answer_approvals: setting(v.boolean(), false, {
    title: "Agents answer",
    means: "An agent may answer, once and without making a rule, the requests of sessions that are not its own. " +
      "With false only people and rules answer.",
    must: "true or false",
    applies: "live",
  }),
});

export type McpSettings = SectionValues<typeof mcpSection>;
