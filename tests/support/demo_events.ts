/** The recorded sessions of tests/fixtures/claude as one afternoon at one desk, squeezed into a few seconds. */
import { CLAUDE_HOOKS } from "../../src/agents/hooks_table.ts";
import { HOOK_ENV } from "../../src/agents/hook_env.ts";

const FOLDER = new URL("../fixtures/claude/", import.meta.url);

/** The params of a `session.report`, and when it is due, ms from the start of the show. */
export interface DueEvent {
  readonly at: number;
  readonly params: {
    readonly agent: "claude";
    readonly event: unknown;
    readonly env: Readonly<Record<string, string>>;
  };
}

interface Line {
  readonly t: number;
  readonly event?: string;
  readonly env?: Readonly<Record<string, string>>;
  readonly stdin?: unknown;
}

/** The part of the show in which recordings begin, one after the other. */
const ARRIVALS = 0.4;

/**
 * Every recording keeps the proportions of its own times and has its folder named after it. Those that begin later are
 * not at their end when the show is, so that the last look finds a desk at work.
 */
export function schedule(totalMs: number): readonly DueEvent[] {
  const names = [...Deno.readDirSync(FOLDER)].map((e) => e.name).filter((name) => name.endsWith(".jsonl")).sort();
  const recordings = names.map((name) => read(name));
  const longest = Math.max(...recordings.map((events) => events.at(-1)?.t ?? 0));
  return recordings
    .flatMap((events, i) => {
      const begin = totalMs * ARRIVALS * i / recordings.length;
      return events.map(({ t, stdin, env }) => ({
        at: begin + t * totalMs / longest,
        params: { agent: "claude" as const, event: stdin, env: place(env ?? {}) },
      }));
    })
    .filter(({ at }) => at <= totalMs)
    .sort((a, b) => a.at - b.at);
}

/** The events that `hooks install` would have sent. */
function read(file: string): readonly Line[] {
  const name = file.replace(/\.jsonl$/, "");
  const installed = new Set(CLAUDE_HOOKS.map(({ event }) => event));
  return Deno.readTextFileSync(new URL(file, FOLDER)).trim().split("\n")
    .map((line) => JSON.parse(line.replaceAll("/home/u/project", `/home/u/${name}`)) as Line)
    .filter(({ event }) => event !== undefined && installed.has(event));
}

/** Without the recorded pid: it is nobody's here, or somebody else's, and the daemon would look. */
function place(env: Readonly<Record<string, string>>): Readonly<Record<string, string>> {
  const sent = new Set<string>(HOOK_ENV.filter((name) => name !== "CLAUDE_PID"));
  return Object.fromEntries(Object.entries(env).filter(([name]) => sent.has(name)));
}
