/** The feature's section of the configuration. */
import * as v from "valibot";
import { section, type SectionValues, setting } from "../config/section.ts";

export const commandSection = section("command", {
  default_agent: setting(v.nullable(v.pipe(v.string(), v.regex(/^[a-z][a-z0-9_-]{0,31}$/))), null, {
    title: "The console's agent",
    means:
      "For `exec` alone: who gets a text that is no command, an agent of `agents`. null = the only one that is configured.",
    must: "the name of an agent of the section agents, or null",
    applies: "live",
    example: '"mine"',
  }),
});

export type CommandSettings = SectionValues<typeof commandSection>;
