/**
 * The one schema of the configuration: it validates, gives the defaults and documents (docs.ts). It has only what this
 * version uses; what later versions will use is listed below it, so that a newer file is read with a warning.
 */
import * as v from "valibot";
import { SAFETY_MODES } from "../domain/safety_mode.ts";

/** When a change of a key takes effect: at `daemon reload`, or only at the next start. */
export type Applies = "live" | "restart";

interface About {
  readonly title: string;
  /** A few sentences for people. */
  readonly means: string;
  /** Completes "must be …", with the unit. */
  readonly must: string;
  readonly applies: Applies;
  /** A value as people would write it, in JSON, for a key whose default shows nothing of that. */
  readonly example?: string;
}

function setting<const S extends v.GenericSchema>(schema: S, fallback: v.InferOutput<S>, about: About) {
  const { title, means, must, applies, example } = about;
  return v.optional(
    v.pipe(
      schema,
      v.title(title),
      v.description(means),
      v.metadata({ must, applies, ...(example === undefined ? {} : { example }) }),
    ),
    () => fallback,
  );
}

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
  return issue.expected === "never" ? "left out: a rule has tool, pattern, decision and perhaps agent" : "there";
});

const configSchema = v.object({
  daemon: v.object({
    auto_start: setting(v.boolean(), true, {
      title: "Auto-start",
      means: "Any command that needs the daemon starts it.",
      must: "true or false",
      applies: "live",
    }),
    idle_timeout_mins: setting(v.pipe(v.number(), v.minValue(0), v.maxValue(minutesInAYear)), 0, {
      title: "Idle timeout",
      means: "The daemon stops after so long without a client and without live work; 0 = never.",
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
        "What passes without asking. manual: only what you approved with a scope. guarded: also what only reads, and " +
        "what a rule names. autonomous: also what the rule `*` covers. What destroys passes only by an approval with a " +
        "scope.",
      must: "manual, guarded or autonomous",
      applies: "live",
    }),
    stale_after_mins: setting(v.pipe(v.number(), v.gtValue(0), v.maxValue(minutesInAYear)), 30, {
      title: "Stale after",
      means: "A session at work that says nothing for so long is marked stale.",
      must: "a number of minutes > 0",
      applies: "live",
    }),
  }),
  approvals: v.object({
    hook_wait_secs: setting(v.pipe(v.number(), v.minValue(1), v.maxValue(570)), 45, {
      title: "Wait of a hook",
      means: "So long a question of an agent waits here for an answer; then the agent gets no decision.",
      must: "a number of seconds from 1 to 570",
      applies: "live",
    }),
    pre_tool_use: setting(v.boolean(), false, {
      title: "Rules before every tool",
      means:
        "Rules also answer before tools for which the agent asks nobody (Claude Code, Codex, Gemini CLI, Cursor); " +
        "`hooks install` must run again after a change.",
      must: "true or false",
      applies: "live",
    }),
    rules: setting(v.pipe(v.array(ruleSchema), v.maxLength(500, "at most 500 rules")), [], {
      title: "Rules",
      means:
        "Standing answers, each with the agent's name of the `tool` (or `*`), a `pattern` for the command, path or " +
        "URL, a `decision` (allow or deny) and perhaps one `agent`. Deny wins. `*` is any text; in an allow rule none that " +
        "makes another command, leaves the folder or host that the pattern names, or is hidden.",
      must: "an array of rules",
      applies: "live",
      example: '[{ "tool": "Bash", "pattern": "make *", "decision": "allow" }]',
    }),
  }),
  journal: v.object({
    fsync: setting(v.picklist(["interval", "always", "never"]), "interval", {
      title: "Disk sync",
      means:
        "When the journal is forced onto the disk: within 100 ms, before every answer, or when the system likes. " +
        "Decisions always wait for it, unless never.",
      must: "interval, always or never",
      applies: "restart",
    }),
    segment_mib: setting(v.pipe(v.number(), v.integer(), v.minValue(1), v.maxValue(1024)), 64, {
      title: "Segment size",
      means: "A journal file of this size in MiB is closed and the next one begun.",
      must: "a whole number of MiB from 1 to 1024",
      applies: "restart",
    }),
  }),
  feeds: v.object({
    claude_sessions: setting(v.boolean(), false, {
      title: "Claude's status files",
      means:
        "Reads the status that Claude Code writes down for each of its processes: it tells at once of Esc, of No " +
        "and of dialogs for which no hook runs. The daemon may then read that folder.",
      must: "true or false",
      applies: "restart",
    }),
    codex_app_server: setting(v.boolean(), false, {
      title: "Codex's app-server",
      means:
        "Listens to the daemon that Codex starts: sessions and their states without hooks and without trust, and " +
        "errors that no hook tells. The daemon may then use that socket.",
      must: "true or false",
      applies: "restart",
    }),
    gemini_chats: setting(v.boolean(), false, {
      title: "Gemini CLI's conversations",
      means:
        "Reads on in the file of each conversation that works or waits: it tells at once of Esc, of No and of API " +
        "errors, which no hook tells. The daemon may then read `tmp` in Gemini CLI's folder.",
      must: "true or false",
      applies: "restart",
    }),
  }),
});

export type Config = v.InferOutput<typeof configSchema>;

/** A key as people write it: `daemon.log_level`. */
export type ConfigKey = { [S in keyof Config]: `${S}.${Extract<keyof Config[S], string>}` }[keyof Config];

/** Sections and keys that product.md §8 names and this version does not use yet. */
export const RESERVED_KEYS: ReadonlySet<string> = new Set([
  "agents",
  "capsules",
  "channels",
  "gateway",
  "journal.keep_days",
  "scheduler",
]);

export interface Setting extends About {
  readonly key: ConfigKey;
  readonly section: keyof Config;
  readonly name: string;
  readonly fallback: unknown;
  /** Whether `value` may stand there. */
  accepts(value: unknown): boolean;
  /** In an array: the first item or key of an item that may not stand there, and what it must be. */
  flaw(value: readonly unknown[]): SchemaIssue | undefined;
}

export interface SchemaIssue {
  /** `0` or `0.tool`. */
  readonly path: string;
  readonly value: unknown;
  readonly must: string;
}

/** Every key, in the order of the schema. */
export const SETTINGS: readonly Setting[] = Object.entries(configSchema.entries).flatMap(([section, object]) =>
  Object.entries(object.entries).map(([name, entry]): Setting => {
    const about = v.getMetadata(entry.wrapped) as Pick<About, "must" | "applies" | "example">;
    return {
      key: `${section}.${name}` as ConfigKey,
      section: section as keyof Config,
      name,
      title: v.getTitle(entry.wrapped) ?? name,
      means: v.getDescription(entry.wrapped) ?? "",
      ...about,
      fallback: v.getDefault(entry as v.OptionalSchema<v.GenericSchema, () => unknown>),
      accepts: (value) => v.is(entry.wrapped as v.GenericSchema, value),
      flaw: (value) => flawOf(entry.wrapped as v.GenericSchema, value),
    };
  })
);

function flawOf(schema: v.GenericSchema, value: readonly unknown[]): SchemaIssue | undefined {
  const [issue] = v.safeParse(schema, value).issues ?? [];
  const path = issue?.path?.map(({ key }) => String(key)).join(".");
  return issue === undefined || path === undefined ? undefined : { path, value: issue.input, must: issue.message };
}

const BY_KEY: ReadonlyMap<string, Setting> = new Map(SETTINGS.map((setting) => [setting.key, setting]));

export function findSetting(key: string): Setting | undefined {
  return BY_KEY.get(key);
}
