/** The demo as lines: the real `watch` shows the story, at whose end an agent asks what the viewer answers. */
import { delay } from "@std/async/delay";
import { ask } from "../../src/cli/ask.ts";
import { stdinKeyboard } from "../../src/platform/keyboard.ts";
import { DemoHome, ended } from "./demo_home.ts";
import { type DemoForm, holdRequests, report, requestOf, say, windowOpened } from "./demo_show.ts";
import { type Act, ending, MORNING, REQUESTS } from "./story.ts";
import type { RawClient } from "./wire.ts";

/** Longest life of the demo, ms: the show, an answer that nobody gives, the start of a daemon on a busy machine. */
const LONGEST_MS = 150_000;
/** For the end of `watch`, and for its last lines, ms. */
const END_MS = 10_000;
const LAST_LINES_MS = 300;

interface Show extends Omit<DemoForm, "longestMs"> {
  readonly home: DemoHome;
  readonly client: RawClient;
  /** It may read, and the requests are held for it. */
  readonly reader: RawClient;
}

/** @returns its exit code. @throws the signal's reason */
export async function logDemo(form: DemoForm): Promise<number> {
  const { paceMs } = form;
  const signal = AbortSignal.any([form.signal, AbortSignal.timeout(LONGEST_MS)]);
  say("a morning of seven agents in 20 seconds, in a temporary home; your own is not touched");
  await using home = new DemoHome();
  await using client = await home.start();
  await using reader = await home.connect("demo", await home.token());
  const since = await holdRequests(reader);
  const watch = home.spawn(["watch", "--log", "--since", `${since}`], { stdout: "inherit" });
  try {
    await windowOpened(client, signal);
    const show = { home, client, reader, paceMs, signal };
    for (const act of [...MORNING, ...REQUESTS.slice(0, -1)]) await play(show, act);
    await question(show, REQUESTS.at(-1) as Act);
    await delay(LAST_LINES_MS, { signal });
    say("$ agent-console ls");
    await home.run(["ls"]);
  } finally {
    await ended(watch, END_MS, "SIGINT");
  }
  return 0;
}

async function play({ client, paceMs, signal }: Show, act: Act): Promise<void> {
  await report(client, act);
  await delay(paceMs, { signal });
}

/** The last request: its hook is a process of its own, which waits for the decision as an agent's does. */
async function question(show: Show, act: Act): Promise<void> {
  const { home, reader, paceMs, signal } = show;
  const answer = home.hook(act);
  const id = await requestOf(reader, act, signal);
  await delay(paceMs, { signal });
  say(`${act.session} waits for you: may it run ${(act.fields["tool_input"] as { command: string }).command}?`);
  const words = { yes: ["approve", id], no: ["deny", id] };
  if (!stdinKeyboard.isTerminal) {
    const [yes, no] = [words.yes.join(" "), words.no.join(" ")];
    return say(`stdin is no keyboard; at one, y is for: agent-console ${yes}, n for: agent-console ${no}`);
  }
  const said = await Promise.race([ask({ signal }, "demo: Approve it?"), answer.then(() => undefined)]);
  if (said === undefined) {
    return say("no answer in time: the hook says nothing, and the agent asks in its own terminal");
  }
  const command = said ? words.yes : words.no;
  say(`$ agent-console ${command.join(" ")}`);
  await home.run(command);
  const heard = await answer ?? { allowed: false };
  await delay(paceMs, { signal });
  for (const next of ending(heard, act)) await play(show, next);
}
