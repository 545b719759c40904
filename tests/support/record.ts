/**
 * Takes the pictures of the README and of docs: `deno task record` writes tests/recordings/*.svg from what the real
 * program prints, at 80 columns (the dashboard: draws, at 108), about the sessions of story.ts. All come from one daemon, so that they agree with each
 * other; the same program gives the same files, byte for byte.
 */
import { spoolEvent } from "../../src/platform/spool.ts";
import { denoFiles } from "../../src/platform/deno_files.ts";
import { homePaths } from "../../src/platform/home_paths.ts";
import { DemoHome, ended } from "./demo_home.ts";
import { report } from "./demo_show.ts";
import { eventually, within } from "./harness_wait.ts";
import { dashboardPicture } from "./record_dashboard.ts";
import { Retouch } from "./record_retouch.ts";
import { type Line, RULE, svg } from "./record_svg.ts";
import { ending, MORNING, PICTURE_AT, reportOf, REQUESTS } from "./story.ts";
import type { RawClient } from "./wire.ts";

export const RECORDINGS = new URL("../recordings/", import.meta.url);

/** Width of the terminal in the pictures. */
export const COLUMNS = 80;
const OUTPUT_MS = 20_000;
/** The moving picture: its first lines are there at once, the others come so many seconds apart. */
const AT_ONCE = 4;
const PACE_SECS = 0.6;
/** The long picture must not stay empty for long. */
const FAST_SECS = 0.3;
const CTRL_C = new TextEncoder().encode("\x03");

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
    ["answer.svg", answered(asked, retouch.plain([`agent-console approve ${id}`, ...approve]), watched.slice(before))],
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

/** All that a command prints. */
async function shot(home: DemoHome, words: string): Promise<string[]> {
  await using screen = new Screen(home, words);
  await screen.end();
  return screen.lines;
}

/** A command in a terminal, and what stands on it so far. */
class Screen {
  readonly #child: Deno.ChildProcess;
  readonly #reading: Promise<void>;
  #text = "";

  constructor(home: DemoHome, readonly words: string) {
    this.#child = home.spawnInTerminal(words, COLUMNS);
    this.#reading = this.#read();
  }

  /** Whole lines with their colours. */
  get lines(): string[] {
    // What Deno writes before the program begins: it clears a line that was never there.
    // deno-lint-ignore no-control-regex
    return this.#text.replace(/\u001b\[\d*[GJK]/g, "").split("\r\n").slice(0, -1);
  }

  async shows(what: RegExp): Promise<void> {
    // deno-lint-ignore no-control-regex
    const text = () => this.lines.join("\n").replace(/\u001b\[[\d;]*m/g, "");
    await eventually(() => what.test(text()), OUTPUT_MS, `${what} in ${this.words}`);
  }

  /** Waits until the command ends by itself. */
  async end(): Promise<void> {
    await within(this.#reading, OUTPUT_MS, `the end of ${this.words}`);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const keyboard = this.#child.stdin.getWriter();
    await keyboard.write(CTRL_C).catch(() => {}); // it has ended already
    await keyboard.close().catch(() => {});
    await ended(this.#child, OUTPUT_MS);
    await this.#reading;
  }

  async #read(): Promise<void> {
    for await (const chunk of this.#child.stdout.pipeThrough(new TextDecoderStream())) this.#text += chunk;
  }
}

function typed(command: string): string {
  return `\u001b[2m$\u001b[22m \u001b[1m${command}\u001b[22m`;
}

function moving(lines: readonly string[], paceSecs: number): Line[] {
  return lines.map((text, i) => i < AT_ONCE ? text : { text, at: (i - AT_ONCE + 1) * paceSecs });
}

/** One window, two terminals: above what `watch` shows, below the answer; then it goes on above. */
function answered(
  asked: readonly string[],
  [command = "", ...said]: readonly string[],
  then: readonly string[],
): string {
  const top = moving(asked, PACE_SECS);
  const typedAt = (asked.length - AT_ONCE + 3) * PACE_SECS;
  const after = then.map((text, i) => ({ text, at: typedAt + (i + 2) * PACE_SECS }));
  return draw([
    typed("agent-console watch --log"),
    ...top,
    ...after,
    RULE,
    { text: typed(command), at: typedAt },
    ...said.map((text) => ({ text, at: typedAt + 1.5 * PACE_SECS })),
  ]);
}

function draw(lines: readonly Line[]): string {
  const title = lines.map((line) => typeof line === "string" ? line : line.text)[0] ?? "";
  // deno-lint-ignore no-control-regex
  return svg({ title: title.replace(/\u001b\[[\d;]*m|^\S*\$ /g, ""), lines, columns: COLUMNS });
}

if (import.meta.main) {
  await Deno.mkdir(RECORDINGS, { recursive: true });
  for (const [name, text] of await pictures()) await Deno.writeTextFile(new URL(name, RECORDINGS), text);
}
