/** The recorded sessions of tests/fixtures as one afternoon at one desk, squeezed into a few seconds. */
import { claudeHooks } from "../../src/agents/claude/hooks.ts";
import { codexHooks } from "../../src/agents/codex/hooks.ts";
import { geminiHooks } from "../../src/agents/gemini/hooks.ts";
import { HOOK_ENV } from "../../src/agents/shared/hook_env.ts";

const FIXTURES = new URL("../fixtures/", import.meta.url);

/** OpenCode's recordings are what its plugin hears, not what our hook does. */
const AGENTS = [claudeHooks, codexHooks, geminiHooks] as const;

/** The params of a `session.report`, and when it is due, ms from the start of the show. */
export interface DueEvent {
  readonly at: number;
  readonly params: {
    readonly agent: string;
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
  const recordings = AGENTS.flatMap((agent) => {
    const files = [...Deno.readDirSync(new URL(`${agent.name}/`, FIXTURES))].map((e) => e.name);
    return files.filter((name) => name.endsWith(".jsonl")).sort().map((name) => ({
      agent: agent.name,
      events: read(agent, name),
    }));
  });
  const longest = Math.max(...recordings.map(({ events }) => events.at(-1)?.t ?? 0));
  return recordings
    .flatMap(({ agent, events }, i) => {
      const begin = totalMs * ARRIVALS * i / recordings.length;
      return events.map(({ t, stdin, env }) => ({
        at: begin + t * totalMs / longest,
        params: { agent, event: stdin, env: place(env ?? {}) },
      }));
    })
    .filter(({ at }) => at <= totalMs)
    .sort((a, b) => a.at - b.at);
}

/** The events that `hooks install` would have sent. */
function read({ name: agent, rows }: typeof AGENTS[number], file: string): readonly Line[] {
  const name = file.replace(/\.jsonl$/, "");
  const own = agent === "claude" ? name : `${agent}-${name}`;
  const installed = new Set(rows.map(({ event }) => event));
  return Deno.readTextFileSync(new URL(`${agent}/${file}`, FIXTURES)).trim().split("\n")
    .map((line) => JSON.parse(line.replaceAll("/home/u/project", `/home/u/${own}`)) as Line)
    .filter(({ event }) => event !== undefined && installed.has(event));
}

/** Without the recorded pid: it is nobody's here, or somebody else's, and the daemon would look. */
function place(env: Readonly<Record<string, string>>): Readonly<Record<string, string>> {
  const sent = new Set<string>(HOOK_ENV.filter((name) => name !== "CLAUDE_PID"));
  return Object.fromEntries(Object.entries(env).filter(([name]) => sent.has(name)));
}
