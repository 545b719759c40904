/**
 * `deno task soak`: a daemon under everything that it serves at once, for minutes, while it is killed again and again.
 *
 *     deno task soak --seconds 600 --rate 60 --seed 7
 *
 * The load (reports.ts, readers.ts, work.ts): reports by connections with and without the token, hook processes,
 * subscribers on the socket and over the gateway that resume, come late, stall and vanish, turns of an agent that asks,
 * crashes and hangs up, a job for each second, capsules of install/capsules. Meanwhile the configuration is reloaded, now
 * and then a wrong one, and in the first part the daemon is killed (disturb.ts); the next client that finds none starts
 * it.
 *
 * The account (ledger.ts) is kept by those who send and read, and held against the journal's files at the end, which are
 * read without any code of the program. Lost is what was acknowledged and is not there where the acknowledgement said,
 * a hook's event that is nowhere, a turn or a run without its end, and a number that a resuming subscriber did not
 * see or saw as another event. Duplicated is what is there, or was seen, twice.
 *
 * The slopes (slope.ts) are of the second part alone, one process without a kill: over several the start of each would
 * drown them. One line ends it, and exit 1 where something was lost or duplicated, a daemon ended that nobody had killed,
 * or a slope is over its bound or could not be measured although there was time for it.
 */
import { parseArgs } from "@std/cli/parse-args";
import { runSoak } from "./run.ts";
import { soakLine } from "./slope.ts";
import type { SoakOptions } from "./world.ts";

const USAGE = "deno task soak [--seconds 600] [--rate 60] [--seed N]";

const DEFAULTS = { seconds: "600", rate: "60", seed: `${Date.now() % 1_000_000}` };

function optionsOf(args: readonly string[]): Pick<SoakOptions, keyof typeof DEFAULTS> | string {
  const { _: words, ...given } = parseArgs([...args], { string: Object.keys(DEFAULTS) });
  const unknown = [...Object.keys(given).filter((name) => !(name in DEFAULTS)), ...words];
  if (unknown.length > 0) return `there is no option ${unknown.join(", ")}`;
  const texts = { ...DEFAULTS, ...given as Partial<typeof DEFAULTS> };
  const seconds = whole(texts.seconds, 10);
  const rate = whole(texts.rate, 1);
  const seed = whole(texts.seed, 0);
  if (seconds === undefined) return "--seconds must be a whole number, 10 or more";
  if (rate === undefined) return "--rate, the events in a second, must be a whole number, 1 or more";
  return seed === undefined ? "--seed must be a whole number" : { seconds, rate, seed };
}

function whole(text: string, least: number): number | undefined {
  return /^\d{1,9}$/.test(text) && Number(text) >= least ? Number(text) : undefined;
}

function say(text: string): void {
  Deno.stderr.writeSync(new TextEncoder().encode(`${text}\n`));
}

if (import.meta.main) {
  const options = optionsOf(Deno.args);
  if (typeof options === "string") {
    say(`error: ${options}`);
    say(`hint: ${USAGE}`);
    Deno.exit(2);
  }
  const result = await runSoak({ ...options, say });
  for (const fault of result.faults.slice(0, 50)) say(fault);
  Deno.stdout.writeSync(new TextEncoder().encode(`${soakLine(result)}\n`));
  Deno.exit(result.isGood ? 0 : 1);
}
