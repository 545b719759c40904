/**
 * The demo at a terminal: the real dashboard takes the screen while the story plays beneath it. Each request is held by
 * a hook process of its own, so that the keys of the dashboard answer it and its agent goes on as it was told.
 */
import { delay } from "@std/async/delay";
import { stderrScreen } from "../../src/platform/stdio.ts";
import { wrapMessage } from "../../src/view/text_fit.ts";
import { DemoHome, ended } from "./demo_home.ts";
import { type DemoForm, holdRequests, report, requestOf, say, windowOpened } from "./demo_show.ts";
import { type Act, ending, MORNING, REQUESTS } from "./story.ts";
import type { RawClient } from "./wire.ts";

/** Time for the dashboard to give the terminal back, ms. */
const END_MS = 10_000;
/** From a Ctrl-Z to the times at which those that it stopped go on, ms; the dashboard first gives the terminal back. */
const GO_ON_MS: readonly number[] = [100, 500, 2000];
export const INTERRUPTED = 130;
/** What the dashboard exits with: after q, after Ctrl-C. */
const LEFT: readonly number[] = [0, INTERRUPTED];

interface Play extends DemoForm {
  readonly home: DemoHome;
  readonly client: RawClient;
}

/** @returns its exit code. @throws the signal's reason where it is interrupted before the dashboard is open */
export async function dashboardDemo(form: DemoForm): Promise<number> {
  tell("seven agents on a dashboard, in a temporary home: y or n answers, q leaves");
  const code = await shown(form);
  const next = `its home is gone. For your own agents: npx -y deno@${Deno.version.deno} task install`;
  tell(code === undefined ? `its time is over; ${next}` : next);
  return code ?? 0;
}

/** Until the viewer leaves it. @returns its exit code; undefined where its time was over */
async function shown(form: DemoForm): Promise<number | undefined> {
  await using home = new DemoHome();
  await using client = await home.start();
  form.signal.throwIfAborted();
  const window = home.spawn(["dashboard"], { stdin: "inherit", stdout: "inherit" });
  const left = new AbortController();
  const over = Promise.withResolvers<"over">();
  const timer = setTimeout(() => over.resolve("over"), form.longestMs);
  const stopped = () => over.resolve("over");
  form.signal.addEventListener("abort", stopped, { once: true });
  Deno.addSignalListener("SIGTSTP", goOn);
  try {
    const signal = AbortSignal.any([form.signal, left.signal]);
    const failed = play({ ...form, home, client, signal }).then(() => over.promise, (error) => {
      if (signal.aborted) return over.promise;
      throw error;
    });
    const end = await Promise.race([window.status, over.promise, failed]);
    if (form.signal.aborted) return INTERRUPTED; // Ctrl-C may reach us together with the dashboard
    if (end === "over") return undefined;
    if (!LEFT.includes(end.code)) throw new Error(`the dashboard failed: exit ${end.code}`);
    return end.code;
  } finally {
    clearTimeout(timer);
    Deno.removeSignalListener("SIGTSTP", goOn);
    form.signal.removeEventListener("abort", stopped);
    left.abort();
    await ended(window, END_MS, "SIGTERM");
  }
}

async function play(show: Play): Promise<void> {
  await using reader = await show.home.connect("demo", await show.home.token());
  await holdRequests(reader);
  await windowOpened(show.client, show.signal);
  for (const act of MORNING) await step(show, act);
  const asking: Promise<void>[] = [];
  for (const act of REQUESTS) {
    show.signal.throwIfAborted(); // no hook begins that nobody would end
    const asked = ask(show, act);
    asked.catch(() => {}); // until it is waited for below, with the others
    asking.push(asked);
    await Promise.race([requestOf(reader, act, show.signal), asked]); // in the order of the story
    await delay(show.paceMs, { signal: show.signal });
  }
  await Promise.all(asking);
}

async function step({ client, paceMs, signal }: Play, act: Act): Promise<void> {
  await report(client, act);
  await delay(paceMs, { signal });
}

/** One request, and how its agent goes on. Without an answer it would ask in its own terminal, which it has not. */
async function ask(show: Play, act: Act): Promise<void> {
  const answer = await show.home.hook(act);
  if (answer === undefined || show.signal.aborted) return;
  for (const next of ending(answer, act)) await step(show, next);
}

/** `deno task` cannot be stopped: a Ctrl-Z would leave a terminal that neither the shell nor the dashboard reads. */
function goOn(): void {
  for (const ms of GO_ON_MS) Deno.unrefTimer(setTimeout(() => Deno.kill(0, "SIGCONT"), ms));
}

function tell(text: string): void {
  say(wrapMessage(text, stderrScreen().columns - "demo: ".length));
}
