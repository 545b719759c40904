/**
 * Takes the README's pictures: `deno task record` writes tests/recordings/*.svg from what the real
 * program prints about an invented desk. The same program gives the same files, byte for byte.
 */
import { DemoHome, ended } from "./demo_home.ts";
import { RawClient } from "./wire.ts";
import { within } from "./harness_wait.ts";
import { ASKING, beginFor, SIGNS_OF_LIFE, writeDesk } from "./record_desk.ts";
import { svg } from "./record_svg.ts";

export const RECORDINGS = new URL("../recordings/", import.meta.url);

/** Width of the pictures in columns. */
const COLUMNS = 100;
const OUTPUT_MS = 20_000;
/** The day in the picture of `watch`. */
const DAY = Date.parse("2026-11-20T09:41:07.000Z");
/** The moving picture: so many lines are there at once, the others come so many seconds apart. */
const AT_ONCE = 4;
const PACE_SECS = 0.5;

/** File name → SVG text. */
export async function pictures(): Promise<ReadonlyMap<string, string>> {
  const ls = await output(["ls"], beginFor(Date.now()));
  const watch = await output(["watch", "--since", "0"], DAY);
  const approvals = await output(["approvals"], beginFor(Date.now()));
  return new Map([
    ["ls.svg", draw("agent-console ls", settled(ls))],
    ["approvals.svg", draw("agent-console approvals", settled(approvals))],
    [
      "watch.svg",
      draw("agent-console watch", watch, watch.map((_, i) => i < AT_ONCE ? undefined : (i - AT_ONCE + 1) * PACE_SECS)),
    ],
  ]);
}

/** What the program prints about the desk, in colour: `ls` to its end, `watch` as many lines as there were events. */
async function output(args: readonly string[], begin: number): Promise<string[]> {
  await using home = new DemoHome({ FORCE_COLOR: "1", NO_COLOR: "", TZ: "UTC" });
  await Deno.mkdir(home.dir, { mode: 0o700 });
  const events = await writeDesk(`${home.dir}/journal`, begin);
  await using client = await home.start();
  if (args[0] === "ls") { for (const sign of SIGNS_OF_LIFE) await client.request("session.report", { ...sign }); }
  if (args[0] !== "watch") await askAll(home, client, args[0] === "ls" ? ASKING.slice(0, 2) : ASKING);
  const child = home.spawn(args, "piped");
  try {
    return await within(read(child, args[0] === "watch" ? events : Infinity), OUTPUT_MS, `the output of ${args[0]}`);
  } finally {
    if (args[0] === "watch") child.kill("SIGINT");
    await ended(child, OUTPUT_MS);
  }
}

/** Agents that wait for their answers, as long as the client is there; a window is open that could give them. */
async function askAll(home: DemoHome, client: RawClient, asking: typeof ASKING): Promise<void> {
  const token = (await Deno.readTextFile(`${home.dir}/daemon.token`)).trim();
  const window = await RawClient.connect(`${home.dir}/daemon.sock`);
  await window.request("hello", { protocol: 1, client: "window/1", kind: "window", token });
  await window.request("subscribe", { topics: ["approval"], answers: true });
  for (const asked of asking) await client.request("session.report", { ...asked });
}

const ID_LETTERS = "abcdefghjkmnpqrstuvwxyz023456789";

/** Ids are drawn by lot, and the time runs: the pictures show the same ones each time, and the same in each picture. */
function settled(lines: readonly string[]): string[] {
  let letters = 0;
  const id = () =>
    Array.from({ length: 5 }, (_, i) => ID_LETTERS[(7 * ++letters + 11 * i) % ID_LETTERS.length]).join("");
  // deno-lint-ignore no-control-regex
  const where = /^((?:\u001b\[\d+m)+|.*▲ waiting(?: |\u001b\[\d+m)+)[a-z0-9]{5}(?![a-z0-9])/;
  return lines.map((line) => line.replace(where, (_, before) => before + id()).replace(/\d+s left/, "42s left"));
}

/** The first `most` lines. */
async function read(child: Deno.ChildProcess, most: number): Promise<string[]> {
  let text = "";
  for await (const chunk of child.stdout.pipeThrough(new TextDecoderStream())) {
    text += chunk;
    if (text.split("\n").length > most) break;
  }
  return text.trimEnd().split("\n").slice(0, most);
}

function draw(command: string, printed: readonly string[], appearAt?: readonly (number | undefined)[]): string {
  // deno-lint-ignore no-control-regex
  const widest = Math.max(...printed.map((line) => [...line.replace(/\u001b\[[\d;]*m/g, "")].length));
  if (widest > COLUMNS) {
    throw new Error(`Cannot draw ${command}: is ${widest} columns wide, must be ${COLUMNS} at most`);
  }
  return svg({
    title: command,
    lines: [`\u001b[2m$\u001b[22m \u001b[1m${command}\u001b[22m`, ...printed],
    columns: COLUMNS,
    ...(appearAt === undefined ? {} : { appearAt: [undefined, ...appearAt] }),
  });
}

if (import.meta.main) {
  await Deno.mkdir(RECORDINGS, { recursive: true });
  for (const [name, text] of await pictures()) await Deno.writeTextFile(new URL(name, RECORDINGS), text);
}
