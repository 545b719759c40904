/**
 * `deno task demo [--fast]`: a morning of seven agents in 20 seconds. Their hook events go to a real daemon in a
 * temporary home while the real `watch` shows what it sees. At the end an agent asks for a permission, which the viewer
 * answers at the keyboard. Ctrl-C ends it early; nothing is left either way but the text on the screen.
 */
import { ask } from "../../src/cli/ask.ts";
import { CommandEnded } from "../../src/cli/tree/shared.ts";
import { stdinKeyboard } from "../../src/platform/keyboard.ts";
import { DemoHome, ended, report } from "./demo_home.ts";
import { eventually } from "./harness_wait.ts";
import { type Act, ending, MORNING, reportOf, REQUESTS } from "./story.ts";
import type { RawClient } from "./wire.ts";

/** Time between two events, ms: with the answer and what follows it the whole lasts 20 s. */
const PACE_MS = 700;
const FAST_PACE_MS = 60;
/** Longest life of the demo, ms: the show, an answer that nobody gives, the start of a daemon on a busy machine. */
const LONGEST_MS = 150_000;
/** For `watch` to be there, and for its last lines, ms. */
const WATCH_MS = 10_000;
const LAST_LINES_MS = 300;
const INTERRUPTED = 130;

interface Show {
  readonly home: DemoHome;
  readonly client: RawClient;
  readonly paceMs: number;
  readonly signal: AbortSignal;
}

/** From its greeting to the first change that it would show, ms. */
const SUBSCRIBED_MS = 300;

async function demo(paceMs: number, signal: AbortSignal): Promise<void> {
  say("a morning of seven agents in 20 seconds, in a temporary home; your own is not touched");
  await using home = new DemoHome();
  await using client = await home.start();
  const watch = home.spawn(["watch", "--log"], { stdout: "inherit" });
  try {
    await eventually(async () => await watchers(client) > 0, WATCH_MS, "the window of watch");
    await pause(SUBSCRIBED_MS, signal); // it is greeted, and asks for the changes next
    const show = { home, client, paceMs, signal };
    for (const act of [...MORNING, ...REQUESTS.slice(0, -1)]) await play(show, act);
    await question(show, REQUESTS.at(-1) as Act);
    await pause(LAST_LINES_MS, signal);
    // While the window of watch is open: some requests are held only for it.
    say("$ agent-console ls");
    await home.run(["ls"]);
  } finally {
    end(watch);
    await ended(watch, WATCH_MS);
  }
}

async function watchers(client: RawClient): Promise<number> {
  const { clients } = await client.request("status");
  return (clients as { byKind: Record<string, number> }).byKind["cli"] ?? 0;
}

async function play({ client, paceMs, signal }: Show, act: Act): Promise<void> {
  await report(client, act);
  await pause(paceMs, signal);
}

/** The last request: its hook is a process of its own, which waits for the decision as an agent's does. */
async function question(show: Show, act: Act): Promise<void> {
  const { home, paceMs, signal } = show;
  const decision = home.hook(reportOf(act));
  await using reader = await home.connect("demo", await home.token());
  const id = await eventually(() => requestOf(reader, act), WATCH_MS, "the request of the last act");
  await pause(paceMs, signal);
  say(`${act.session} waits for you: may it run ${(act.fields["tool_input"] as { command: string }).command}?`);
  const words = { yes: ["approve", id], no: ["deny", id] };
  if (!stdinKeyboard.isTerminal) {
    const [yes, no] = [words.yes.join(" "), words.no.join(" ")];
    return say(`stdin is no keyboard; at one, y is for: agent-console ${yes}, n for: agent-console ${no}`);
  }
  const answer = await Promise.race([ask({ signal }, "demo: Approve it?"), decision.then(() => undefined)]);
  if (answer === undefined) {
    return say("no answer in time: the hook says nothing, and the agent asks in its own terminal");
  }
  const command = answer ? words.yes : words.no;
  say(`$ agent-console ${command.join(" ")}`);
  await home.run(command);
  const allowed = (await decision).includes('"allow"');
  await pause(paceMs, signal);
  for (const next of ending(allowed)) await play(show, next);
}

/** The id of the open request of an act. */
async function requestOf(reader: RawClient, act: Act): Promise<string | undefined> {
  const { approvals } = await reader.request("approval.list");
  const sessionId = reportOf(act).event["session_id"];
  return (approvals as { id: string; sessionId: string }[]).find((one) => one.sessionId === sessionId)?.id;
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
    }, ms);
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
const paceMs = Deno.args.includes("--fast") ? FAST_PACE_MS : PACE_MS;
try {
  await demo(paceMs, AbortSignal.any([stop.signal, AbortSignal.timeout(LONGEST_MS)]));
  Deno.exit(0);
} catch (error) {
  if (stop.signal.aborted || error instanceof CommandEnded) Deno.exit(INTERRUPTED);
  say((error as Error).message);
  Deno.exit(1);
}
