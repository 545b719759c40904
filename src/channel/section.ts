/** The feature's section of the configuration: which channels call you, for what, and when they stay quiet. */
import * as v from "valibot";
import { group, programWords, quietTimes, section, type SectionValues, setting } from "../config/section.ts";
import { NEED_KINDS } from "../domain/need_kinds.ts";

export const channelsSection = section("channels", {
  on: setting(v.array(v.picklist(NEED_KINDS, "question or failure")), [...NEED_KINDS], {
    title: "Called for",
    means:
      "What channels call you for: a request that waits for you (`question`), a turn or a job that failed (`failure`).",
    must: "an array of question and failure",
    applies: "live",
    example: '["question"]',
  }),
  quiet_hours: setting(quietTimes, null, {
    title: "Quiet hours",
    means: "No channel calls in this part of the day, local time; it may go over midnight. null = never quiet.",
    must: "two times like 22:00-07:00, or null",
    applies: "live",
    example: '"22:00-07:00"',
  }),
  desktop: group({
    enabled: setting(v.boolean(), false, {
      title: "Desktop notifications",
      means: "Calls by a notification of the desktop: `notify-send` on Linux, `osascript` on macOS.",
      must: "true or false",
      applies: "restart",
    }),
  }),
  tmux: group({
    enabled: setting(v.boolean(), false, {
      title: "Messages in tmux",
      means: "Calls by a message in the tmux clients of the servers that your agents run in.",
      must: "true or false",
      applies: "restart",
    }),
  }),
  command: group({
    argv: setting(programWords, [], {
      title: "Your own command",
      means:
        "Calls by a program of yours and its arguments, run without a shell: it gets the request as JSON on stdin. " +
        "The program is an absolute path, a path that begins with `~/`, or a name in a usual folder. [] = none.",
      must: "an array of words, the first of them a program: an absolute path, one that begins with ~/, or a name",
      applies: "restart",
      example: '["~/bin/call-me", "--short"]',
    }),
  }),
});

export type ChannelSettings = SectionValues<typeof channelsSection>;

export function isOn(settings: ChannelSettings, name: "desktop" | "tmux" | "command"): boolean {
  return name === "command" ? settings.command.argv.length > 0 : settings[name].enabled;
}
