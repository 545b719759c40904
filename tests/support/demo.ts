/**
 * `deno task demo [--fast]`: recorded sessions of Claude Code, Codex and Gemini CLI, sent to a real daemon in a temporary home as hooks send
 * them, while the real `watch` shows what it sees. Ends by itself; Ctrl-C ends it early; nothing is left either way.
 */
import { DemoHome, ended } from "./demo_home.ts";
import { type DueEvent, schedule } from "./demo_events.ts";
import { eventually } from "./harness_wait.ts";
import type { RawClient } from "./wire.ts";

const SHOW_MS = 15_000;
const FAST_MS = 2000;
/** Longest life of the whole demo beside the show itself, ms. */
const SPARE_MS = 60_000;
/** For `watch` to be there, and for its last lines, ms. */
const WATCH_MS = 10_000;
const LAST_LINES_MS = 300;
const INTERRUPTED = 130;

async function demo(totalMs: number, signal: AbortSignal): Promise<void> {
  const events = schedule(totalMs);
  say(`replaying ${events.length} recorded events in ${totalMs / 1000} s, in a home of its own that is removed again`);
  await using home = new DemoHome();
  await using client = await home.start();
  const watch = home.spawn(["watch"], "inherit");
  try {
    await eventually(async () => await watchers(client) > 0, WATCH_MS, "the window of watch");
    await send(client, events, signal);
    await pause(LAST_LINES_MS, signal);
  } finally {
    end(watch);
    await ended(watch, WATCH_MS);
  }
  say("agent-console ls --all");
  await home.run(["ls", "--all"]);
}

async function watchers(client: RawClient): Promise<number> {
  const { clients } = await client.request("status");
  return (clients as { byKind: Record<string, number> }).byKind["cli"] ?? 0;
}

async function send(client: RawClient, events: readonly DueEvent[], signal: AbortSignal): Promise<void> {
  const begin = performance.now();
  for (const { at, params } of events) {
    await pause(begin + at - performance.now(), signal);
    await client.request("session.report", { ...params });
  }
}

/** @throws the signal's reason */
function pause(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    signal.throwIfAborted();
    const stop = () => {
      clearTimeout(timer);
      reject(signal.reason);
    };
    const timer = setTimeout(() => {
      signal.removeEventListener("abort", stop);
      resolve();
    }, Math.max(0, ms));
    signal.addEventListener("abort", stop, { once: true });
  });
}

function end(child: Deno.ChildProcess): void {
  try {
    child.kill("SIGINT");
  } catch {
    // Ctrl-C reaches the whole foreground: it has ended already.
  }
}

function say(text: string): void {
  Deno.stderr.writeSync(new TextEncoder().encode(`demo: ${text}\n`));
}

const stop = new AbortController();
for (const name of ["SIGINT", "SIGTERM", "SIGHUP"] as const) {
  Deno.addSignalListener(name, () => stop.abort(new Error(`interrupted by ${name}`)));
}
const totalMs = Deno.args.includes("--fast") ? FAST_MS : SHOW_MS;
try {
  await demo(totalMs, AbortSignal.any([stop.signal, AbortSignal.timeout(totalMs + SPARE_MS)]));
  Deno.exit(0);
} catch (error) {
  if (stop.signal.aborted) Deno.exit(INTERRUPTED);
  say((error as Error).message);
  Deno.exit(1);
}
