/** B6: the daemon's own memory at rest and after a burst. */
import { pause } from "../support/harness_wait.ts";
import { TestHome } from "../support/harness.ts";
import { MAIN_URL, pour, prebuiltMain, startDaemon, startEcho } from "./daemon.ts";
import { privateMb } from "./proc.ts";
import { judged, type Row } from "./result.ts";

const SESSIONS = 1000;
const BURST = 100_000;
/** Longer than one tick of the daemon: what it does in its first seconds is not rest yet. */
const SETTLE_MS = 25_000;
const REST_MS = 60_000;
const COUNTERPART = "the smallest Deno program that listens";

export async function memory(): Promise<readonly Row[]> {
  await using home = await TestHome.create();
  await using echo = await startEcho(home);
  const prebuilt = await prebuiltMain();
  // Its first start compiles it and writes what V8 made of it to the disk: 3 MB that no later start has.
  await (await startDaemon(home, prebuilt))[Symbol.asyncDispose]();
  const rows = [measured("prebuilt", prebuilt, echo.pid), measured("from source", MAIN_URL, echo.pid)];
  return (await Promise.all(rows)).flat();
}

async function measured(form: string, main: string, echo: number): Promise<readonly Row[]> {
  await using home = await TestHome.create();
  await using daemon = await startDaemon(home, main);
  await pour(daemon.socketPath, { sessions: SESSIONS, count: SESSIONS });
  await pause(SETTLE_MS);
  const atRest = row(`at rest with ${SESSIONS.toLocaleString("en")} sessions: ${form}`, 6, daemon.pid, echo);
  await pour(daemon.socketPath, { sessions: SESSIONS, count: BURST });
  await pause(REST_MS);
  const after = `one minute after a burst of ${BURST.toLocaleString("en")} events: ${form}`;
  return [atRest, row(after, 10, daemon.pid, echo)];
}

function row(when: string, goal: number, daemon: number, echo: number): Row {
  const ours = privateMb(daemon);
  const theirs = privateMb(echo);
  const more = ours - theirs;
  return judged(
    {
      id: "B6",
      what: `private memory (RssAnon) ${when}`,
      counterpart: COUNTERPART,
      goal: `+ ≤ ${goal} MB`,
      measured: `${more < 0 ? "−" : "+"} ${Math.abs(more).toFixed(1)} MB (${ours.toFixed(1)} / ${
        theirs.toFixed(1)
      } MB)`,
    },
    `memory ${when.replace("one minute ", "")}`,
    Math.max(0, more) / goal,
  );
}
