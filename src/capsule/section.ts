/** The feature's section of the configuration: which workspaces may bring capsules, and the settings of capsules. */
import * as v from "valibot";
import { named, section, type SectionValues, setting } from "../config/section.ts";
import { HOME_NAME } from "../platform/home_paths.ts";
import { CAPSULE_NAME, SETTING_NAME } from "./names.ts";

// deno-lint-ignore no-control-regex
const FOLDER = /^\/[^\u0000-\u001f\u007f,]*[^\u0000-\u001f\u007f,/]$/;

export const capsulesSection = section("capsules", {
  trusted_workspaces: setting(v.pipe(v.array(v.pipe(v.string(), v.regex(FOLDER))), v.maxLength(32)), [], {
    title: "Trusted workspaces",
    means:
      "Folders whose `.agent-console/capsules` is looked into for capsules, as that of the home is. None of what is found " +
      "there runs before it is granted.",
    must: "an array of absolute paths without commas, 32 at most",
    applies: "restart",
    example: '["/home/you/project"]',
  }),
  settings: named(
    { pattern: CAPSULE_NAME, must: "the name of a capsule", example: "standup" },
    named(
      { pattern: SETTING_NAME, must: "the name of one of its settings", example: "channel" },
      setting(v.union([v.pipe(v.string(), v.maxLength(1000)), v.number(), v.boolean()]), "", {
        title: "A setting of a capsule",
        means: "Its manifest tells which there are, of what type, and their defaults.",
        must: "a text of 1000 characters at most, a number, true or false",
        applies: "live",
        example: '"#team"',
      }),
    ),
  ),
});

/** The folder of capsules of a workspace. */
export function workspaceCapsules(workspace: string): string {
  return `${workspace}/${HOME_NAME}/capsules`;
}

export type CapsulesSettings = SectionValues<typeof capsulesSection>;
