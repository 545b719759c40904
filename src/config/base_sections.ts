/**
 * The sections of the configuration that belong to no feature. They have only what this version uses; what later versions
 * will use is listed in {@link RESERVED_KEYS}, so that a newer file is read with a warning.
 */
import * as v from "valibot";
import { SAFETY_MODES } from "../domain/safety_mode.ts";
import { ConfigSchema } from "./schema.ts";
import { type ConfigSection, section, type SectionValues, setting } from "./section.ts";

// deno-lint-ignore no-control-regex
const path = v.nullable(v.pipe(v.string(), v.regex(/^\/[^\u0000-\u001f\u007f,]*[^\u0000-\u001f\u007f,/]$/)));
const minutesInAYear = 525_600;

const text = v.pipe(
  v.string("text"),
  v.minLength(1, "text that is not empty"),
  v.maxLength(4000, "at most 4000 characters"),
);

/** The messages complete "must be …". A key that is not known is an error: a misspelt `agent` would widen the rule. */
const ruleSchema = v.strictObject({
  tool: text,
  pattern: text,
  decision: v.picklist(["allow", "deny"], "allow or deny"),
  agent: v.optional(text),
}, (issue) => {
  if (issue.expected === "Object") return "an object with tool, pattern, decision and perhaps agent";
  return issue.expected === "never" ? "no such member: a rule has tool, pattern, decision and perhaps agent" : "there";
});

const daemon = section("daemon", {
  auto_start: setting(v.boolean(), true, {
    title: "Auto-start",
    means: "Any command that needs the daemon starts it.",
    must: "true or false",
    applies: "live",
  }),
  start_after_stop: setting(v.boolean(), false, {
    title: "Start after a stop",
    means: "After `daemon stop` hooks start the daemon again. Else they keep their events until a person starts it.",
    must: "true or false",
    applies: "live",
  }),
  idle_timeout_mins: setting(v.pipe(v.number(), v.minValue(0), v.maxValue(minutesInAYear)), 0, {
    title: "Idle timeout",
    means: "The daemon stops after so long without a client and without a job that runs or is to come; 0 = never.",
    must: "a number of minutes ≥ 0",
    applies: "live",
  }),
  ipc_socket_path: setting(path, null, {
    title: "Socket",
    means: "Where the daemon listens; null = daemon.sock in the home folder. At most 103 bytes.",
    must: "an absolute path without commas, or null",
    applies: "restart",
  }),
  pid_file_path: setting(path, null, {
    title: "Pid file",
    means: "Where the daemon writes its process id; null = daemon.pid in the home folder.",
    must: "an absolute path without commas, or null",
    applies: "restart",
  }),
  log_level: setting(v.picklist(["debug", "info", "warn", "error"]), "info", {
    title: "Log level",
    means: "The least important messages that go into logs/daemon.log.",
    must: "debug, info, warn or error",
    applies: "live",
  }),
  safety_mode: setting(v.picklist(SAFETY_MODES), "manual", {
    title: "Safety mode",
    means:
      "What passes without asking. manual: only what you approved with a scope, and what a rule made by `rules add` " +
      "names. guarded: also what only reads, and what a rule of the configuration names. autonomous: also what the rule " +
      "`*` covers. What destroys passes only by an approval with a scope, or by `rules add` with exactly its text.",
    must: "manual, guarded or autonomous",
    applies: "live",
  }),
  max_turns: setting(v.pipe(v.number(), v.integer(), v.minValue(1), v.maxValue(64)), 8, {
    title: "Turns at once",
    means: "So many turns of agents that the daemon runs go on at once; the others wait, the highest priority first.",
    must: "a whole number from 1 to 64",
    applies: "live",
  }),
  stale_after_mins: setting(v.pipe(v.number(), v.gtValue(0), v.maxValue(minutesInAYear)), 30, {
    title: "Stale after",
    means: "A session at work that says nothing for so long is marked stale.",
    must: "a number of minutes > 0",
    applies: "live",
  }),
});

const approvals = section("approvals", {
  hook_wait_secs: setting(v.nullable(v.pipe(v.number(), v.minValue(1), v.maxValue(570))), null, {
    title: "Wait of a hook",
    means:
      "So long a request of an agent waits here for an answer; then the agent gets no decision. null = as long as " +
      "the agent allows: 570 seconds, where we do not register its hooks 45. A hook that keeps its agent's own dialog " +
      "from the screen waits only while a window is open.",
    must: "a number of seconds from 1 to 570, or null",
    applies: "live",
  }),
  pre_tool_use: setting(v.boolean(), false, {
    title: "Rules before every tool",
    means:
      "Rules also answer before tools for which the agent asks nobody, where it has a hook for that; `hooks install` " +
      "must run again after a change.",
    must: "true or false",
    applies: "live",
  }),
  rules: setting(v.pipe(v.array(ruleSchema), v.maxLength(500, "at most 500 rules")), [], {
    title: "Rules",
    means:
      "Standing answers, each with the agent's name of the `tool` (or `*`), a `pattern` for the command, path or " +
      "URL, a `decision` (allow or deny) and perhaps one `agent`. Deny wins. docs/approvals.md says what `*` stands for: " +
      "any text in a deny rule, never more than can be read in an allow rule.",
    must: "an array of rules",
    applies: "live",
    example: '[{ "tool": "Bash", "pattern": "make *", "decision": "allow" }]',
  }),
});

const journal = section("journal", {
  fsync: setting(v.picklist(["interval", "always", "never"]), "interval", {
    title: "Disk sync",
    means: "When the journal is forced onto the disk: within 100 ms, before every answer, or when the system likes. " +
      "Decisions always wait for it, unless never.",
    must: "interval, always or never",
    applies: "restart",
  }),
  keep_days: setting(v.pipe(v.number(), v.integer(), v.minValue(0), v.maxValue(36_500)), 0, {
    title: "Days kept",
    means:
      "Files of the journal whose last record is older than so many days are removed, and a record says which; never " +
      "the one that is written to (so its records stay until it has `journal.segment_mib`), and never what a start needs. " +
      "0 = all are kept.",
    must: "a whole number of days from 0 to 36500",
    applies: "live",
  }),
  segment_mib: setting(v.pipe(v.number(), v.integer(), v.minValue(1), v.maxValue(1024)), 64, {
    title: "Segment size",
    means: "A journal file of this size in MiB is closed and the next one begun.",
    must: "a whole number of MiB from 1 to 1024",
    applies: "restart",
  }),
});

const BASE_SECTIONS = [daemon, approvals, journal] as const;

/** The values of the base sections: what every part of the program may read. A feature's own section is read through valuesOf. */
export type Config = {
  readonly [S in (typeof BASE_SECTIONS)[number] as S["name"]]: SectionValues<S>;
};

/** A key of the base sections, as people write it: `daemon.log_level`. */
export type ConfigKey = DottedKeys<Config>;

type DottedKeys<T> = {
  [K in Extract<keyof T, string>]: T[K] extends Leaf ? K : `${K}.${DottedKeys<T[K]>}`;
}[Extract<keyof T, string>];
type Leaf = string | number | boolean | null | readonly unknown[];

/** Sections and keys that are reserved and neither the base nor a feature of this version uses yet. */
const RESERVED_KEYS: readonly string[] = [
  "agents",
  "capsules",
  "scheduler.jobs",
];

/** The schema of the base sections and those that features bring. @throws {TypeError} where two have the same name */
export function configSchema(sections: readonly ConfigSection[]): ConfigSchema {
  return new ConfigSchema([...BASE_SECTIONS, ...sections], RESERVED_KEYS);
}

/** For readers of the base sections alone: a workspace's file may not say more. */
export const BASE_SCHEMA = configSchema([]);
