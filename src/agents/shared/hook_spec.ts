/**
 * What is known about an agent's hooks, in one description for each agent: install, uninstall, status, documentation and
 * tests all come from it. Here are its types and what can be computed from any of them.
 */
import type { Fields } from "../../lib/json_fields.ts";

/**
 * One registered event.
 *
 * Synchronous hooks keep the order of events and cost the agent one start of our hook client each; asynchronous ones
 * cost it nothing, but may overtake each other. So an event is asynchronous only where arriving late is harmless
 * (domain/transition.ts says why).
 */
export interface HookRow {
  readonly event: string;
  /** `*`: every tool. Absent where the event takes no matcher, or where all of it matters. */
  readonly matcher?: string;
  /**
   * Seconds, whatever the agent's unit. Always given: with some agents' defaults a hung hook blocks them for minutes.
   */
  readonly timeout: number;
  readonly async: boolean;
  /**
   * Becomes a row that waits for a decision ({@link DECISION_TIMEOUT_S}) where the user wants rules to be evaluated
   * before each tool call.
   */
  readonly policy?: true;
  readonly why: string;
}

/**
 * Timeout of events that only report, s: the hook client ends by itself within 1 s of its payload's end (H1), the rest is
 * for a busy machine.
 */
export const NOTIFY_TIMEOUT_S = 5;

/**
 * Timeout of events that may wait for a human, s. Above every wait of ours (at most 570 s), so that our "no decision"
 * comes before the agent's kill. One constant, not computed from the configured wait: Codex trusts a definition by its
 * hash, and every change of it asks its user for another review.
 */
export const DECISION_TIMEOUT_S = 600;

/**
 * So long a request waits for us where the hook was registered by somebody else, s: below the 60 s after which most
 * agents kill a hook whose timeout nobody set. A killed hook would look like a refusal in the terminal.
 */
export const UNKNOWN_TIMEOUT_HOLD_SECS = 45;

/** Where an agent may look for its settings. */
export interface SettingsLocation {
  /** A variable of the environment; an empty one counts as not set. */
  readonly env: (name: string) => string | undefined;
  /** The user's home folder, absolute. */
  readonly userHome: string;
  readonly cwd: string;
  /** The settings of the project in `cwd` instead of the user's. */
  readonly project?: boolean;
}

interface Described {
  /** The word in `hook NAME`, by which an entry of ours is recognised and the adapter is chosen. */
  readonly name: string;
  readonly title: string;
  /** It reads its hooks when it starts: one that runs already goes on as before. */
  readonly readsAtStart?: true;
  /** For the documentation: versions, and what is peculiar. */
  readonly about: string;
  readonly rows: readonly HookRow[];
  /** Absolute path of the settings file with the hooks. */
  readonly file: (where: SettingsLocation) => string;
}

/** Hooks that are entries in a settings file of JSON. */
export interface JsonHooks extends Described {
  readonly form: "json";
  /** `groups`: event → [{matcher?, hooks: [handler]}]; `flat`: event → [handler], the matcher inside it. */
  readonly layout: "groups" | "flat";
  /** The handler that runs `argv` for `row`. Members that it lacks are the user's to set. */
  readonly handler: (row: HookRow, argv: readonly string[]) => Fields;
  /** Value of the root's `version`, where the agent requires one. */
  readonly version?: number;
  /** Members of `hooks` that are no events. */
  readonly notEvents?: readonly string[];
  /** The agent runs the hooks of the user's settings and of the project's, both for one event, and waits for both. */
  readonly runsBoth?: true;
  /** The only members that the root may have, each once, where the agent refuses a file with others. */
  readonly onlyKeys?: readonly string[];
  /** What beyond JSON the agent reads, where it skips a file with the rest of it; absent where it reads all of that. */
  readonly reads?: { readonly comments?: true; readonly byteOrderMark?: true };
  /** Why the agent would skip these settings as a whole, as a predicate behind the file's name. */
  readonly skips?: (settings: Fields) => string | undefined;
  /** Whether these settings switch our hooks off. */
  readonly off?: (settings: Fields) => boolean;
}

/** Hooks that are a file of their own, which the agent loads as code. */
export interface FileHooks extends Described {
  readonly form: "file";
  /** The whole text for the command `argv`, to which it adds the word for each event. */
  readonly text: (argv: readonly string[]) => string;
}

export type AgentHooks = JsonHooks | FileHooks;

/** argv that runs our stub, absolute, without the agent's name: the stub last, or `--home FOLDER` behind it. */
export type Argv = readonly string[];

/**
 * What the stub is told of a row. `ask` may wait for a decision; `report` does not; `rule` would, where rules are evaluated
 * before each tool call, which the daemon knows.
 */
export const STUB_WORDS = ["ask", "report", "rule"] as const;

/** The whole command line of `agent`'s hook for `row`. */
export function hookArgv(agent: AgentHooks, program: Argv, row: Pick<HookRow, "timeout" | "policy">): Argv {
  return [...program, agent.name, wordOf(row)];
}

/** Every command line that {@link hookArgv} gives. */
export function hookArgvs(agent: AgentHooks, program: Argv): readonly Argv[] {
  return STUB_WORDS.map((word) => [...program, agent.name, word]);
}

function wordOf({ timeout, policy }: Pick<HookRow, "timeout" | "policy">): typeof STUB_WORDS[number] {
  return timeout === DECISION_TIMEOUT_S ? "ask" : policy ? "rule" : "report";
}

/** The rows as they are registered; `policy`: rules are evaluated before each tool call. */
export function rowsOf(agent: AgentHooks, policy = false): readonly HookRow[] {
  return agent.rows.map((row) => policy && row.policy ? { ...row, timeout: DECISION_TIMEOUT_S } : row);
}

/** `path`, or `base/path` where it is relative. */
export function joinPath(base: string, path: string): string {
  return path.startsWith("/") ? path : `${base}/${path}`;
}

/** One agent's section of docs/agents.md. */
export function hooksMarkdown(agent: AgentHooks): string {
  const file = agent.file({ env: () => undefined, userHome: "/~", cwd: "/" }).slice(1);
  const restart = agent.readsAtStart
    ? " It reads its hooks when it starts: restart the ones that run after an installation; after an uninstallation " +
      "those that run report until they end."
    : "";
  const head = `**${agent.title}** (\`hooks install ${agent.name}\`, \`${file}\`). ${agent.about}${restart}`;
  if (agent.rows.length === 0) return `${head}\n`;
  const lines = agent.rows.map((row) =>
    `| ${row.event} | ${row.async ? "no" : "yes"} | ${timeoutOf(row)} | ${row.why.replaceAll("|", "\\|")} |`
  );
  return [head, "", "| event | agent waits | timeout | why so |", "|---|---|---|---|", ...lines, ""].join("\n");
}

function timeoutOf(row: HookRow): string {
  return row.policy ? `${row.timeout} s; ${DECISION_TIMEOUT_S} s where rules decide each call` : `${row.timeout} s`;
}
