/** The dummy's section of the configuration: a setting, a section in it, and one that is keyed by name. */
import * as v from "valibot";
import { group, named, section, setting } from "../../../src/config/section.ts";

export const dummySection = section("dummy", {
  greeting: setting(v.string(), "hello", {
    title: "Greeting",
    means: "What the dummy says when the configuration changes.",
    must: "text",
    applies: "live",
  }),
  max: setting(v.pipe(v.number(), v.integer(), v.minValue(1)), 2, {
    title: "Most greetings",
    means: "How many greetings are kept; more are refused.",
    must: "a whole number ≥ 1",
    applies: "live",
  }),
  source: group({
    folder: setting(v.pipe(v.string(), v.regex(/^\/[^,]+$/)), "/usr/share/dummy", {
      title: "Folder",
      means: "A folder that the dummy may read.",
      must: "an absolute path without commas",
      applies: "live", // what the sandbox makes of it needs a restart all the same
    }),
  }),
  targets: named(
    { pattern: /^[a-z][a-z0-9-]*$/, must: "lower-case letters, digits and hyphens", example: "first" },
    group({
      prompts: setting(v.pipe(v.number(), v.integer(), v.minValue(1)), 10, {
        title: "Prompts",
        means: "How many prompts the target is about.",
        must: "a whole number ≥ 1",
        applies: "live",
      }),
    }),
  ),
});
