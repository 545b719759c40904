/** The feature's section of the configuration: which feeds are on. The agents that have one name its key. */
import * as v from "valibot";
import { AGENT_FEEDS } from "../agents/feeds.ts";
import { section, type SectionValues, setting } from "../config/section.ts";

export const feedsSection = section(
  "feeds",
  Object.fromEntries(AGENT_FEEDS.map(({ configKey, title, means }) => [
    configKey,
    setting(v.boolean(), false, { title, means, must: "true or false", applies: "restart" }),
  ])),
);

export type FeedSettings = SectionValues<typeof feedsSection>;
