/**
 * Takes the pictures of the README and of docs: `deno task record` writes tests/recordings/*.svg from what the real
 * program prints, at 80 columns (the dashboard: draws, at 108), about the sessions of story.ts. All come from one daemon, so that they agree with each
 * other; the same program gives the same files, byte for byte.
 */
import { spoolEvent } from "../../src/platform/spool.ts";
import { denoFiles } from "../../src/platform/deno_files.ts";
import { homePaths } from "../../src/platform/home_paths.ts";
import { DemoHome } from "./demo_home.ts";
import { report } from "./demo_show.ts";
import { eventually } from "./harness_wait.ts";
import { dashboardPicture } from "./record_dashboard.ts";
import { answered, draw, moving, typed } from "./record_draw.ts";
import { Retouch } from "./record_retouch.ts";
import { runPicture } from "./record_run.ts";
import { OUTPUT_MS, Screen, shot } from "./record_terminal.ts";
import { ending, MORNING, PICTURE_AT, reportOf, REQUESTS } from "./story.ts";
import type { RawClient } from "./wire.ts";

export const RECORDINGS = new URL("../recordings/", import.meta.url);

/** The long picture must not stay empty for long. */
const FAST_SECS = 0.3;

/** File name → SVG text. */
export async function pictures(): Promise<ReadonlyMap<string, string>> {
  await using home = new DemoHome({ FORCE_COLOR: "1", NO_COLOR: "", TZ: "UTC" });
  const begin = Math.floor(Date.now() / 1000 - PICTURE_AT) * 1000;
  spoolStory(home, begin);
  await using client = await home.start();
  await eventually(async () => await sessions(client) === SESSIONS, OUTPUT_MS, "the sessions of the story");

  await using watch = new Screen(home, `watch --log --since ${STARTED_SEQ}`);
  // The last line of the morning: all before it are there as well.
  await watch.shows(/Bash: npm test/);
  for (const act of REQUESTS) {
    await report(client, act);
    await watch.shows(new RegExp(`◆ .*${act.session} `));
  }
  const ls = await shot(home, "ls");
  const approvals = await shot(home, "approvals");
  const retouch = new Retouch(ls);

  const id = retouch.idOf(REQUESTS.at(-1)?.session ?? "");
  const before = watch.lines.length;
  const approve = await shot(home, `approve ${id}`);
  for (const act of ending({ allowed: true })) await report(client, act);
  await watch.shows(/✓ idle.*pushed/);

  const watched = retouch.watch(watch.lines);
  const asked = watched.slice(before - ASKED_LINES, before);
  return new Map([
    ["ls.svg", draw([typed("agent-console ls"), ...retouch.table(ls)])],
    ["approvals.svg", draw([typed("agent-console approvals"), ...retouch.list(approvals)])],
    ["watch.svg", draw([typed("agent-console watch --log"), ...moving(watched, FAST_SECS)])],
    ["dashboard.svg", await dashboardPicture()],
    [
      "answer.svg",
      answered(
        "agent-console watch --log",
        asked,
        retouch.plain([`agent-console approve ${id}`, ...approve]),
        watched.slice(before),
      ),
    ],
    ["run.svg", await runPicture()],
  ]);
}

/** The record of the daemon's own start in a new journal. */
const STARTED_SEQ = 2;
const SESSIONS = new Set(MORNING.map(({ session }) => session)).size;
/** Lines of `watch` that the picture of the answer shows before it. */
const ASKED_LINES = 8;

/** The morning, left for the daemon as hooks leave their events where none runs: each with its own time. */
export function spoolStory(home: Pick<DemoHome, "dir">, begin: number): void {
  const paths = homePaths(home.dir);
  MORNING.forEach((act, i) => {
    const { agent, event, env } = reportOf(act);
    const idempotencyKey = i.toString(16).padStart(16, "0");
    spoolEvent(denoFiles, paths, { agent, event, env, idempotencyKey }, begin + act.at * 1000);
  });
}

async function sessions(client: RawClient): Promise<number> {
  const { sessions } = await client.request("status");
  return Number((sessions as Record<string, unknown>)["total"]);
}

if (import.meta.main) {
  await Deno.mkdir(RECORDINGS, { recursive: true });
  for (const [name, text] of await pictures()) await Deno.writeTextFile(new URL(name, RECORDINGS), text);
}
