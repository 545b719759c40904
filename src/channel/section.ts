/** The feature's section of the configuration: which channels notify you, of what, and when they stay quiet. */
import * as v from "valibot";
import { quietTimes, section, type SectionValues, setting } from "../config/section.ts";
import { NEED_KINDS } from "../domain/need_kinds.ts";
import { channelKindOf, type ChannelName, KIND_GROUPS, KINDS } from "./kinds.ts";

export const channelsSection = section("channels", {
  on: setting(v.array(v.picklist(NEED_KINDS, "question or failure")), [...NEED_KINDS], {
    title: "Notified of",
    means:
      "What channels notify you of: a request that waits for you (`question`), a turn or a job that failed (`failure`).",
    must: "an array of question and failure",
    applies: "live",
    example: '["question"]',
  }),
  quiet_hours: setting(quietTimes, null, {
    title: "Quiet hours",
    means: "No channel notifies in this part of the day, local time; it may go over midnight. null = never quiet.",
    must: "two times like 22:00-07:00, or null",
    applies: "live",
    example: '"22:00-07:00"',
  }),
  ...KIND_GROUPS,
});

export type ChannelSettings = SectionValues<typeof channelsSection>;

export function isOn(settings: ChannelSettings, name: ChannelName): boolean {
  return channelKindOf(name).isOn(settings[name]);
}

/** The names of those that `settings` turn on, in the order of lists. */
export function namesOn(settings: ChannelSettings): readonly ChannelName[] {
  return KINDS.filter(({ name }) => isOn(settings, name)).map(({ name }) => name);
}
