/**
 * `deno task bench`: every budget beside its counterpart. What is measured is kept in results.json and RESULTS.md.
 *
 *     deno task bench                  the budgets, B1 to B11, and SIGNING
 *     deno task bench all              those and all others
 *     deno task bench B1 B3            some, on the terminal only
 *     deno task bench --write B1 B3    some; they replace what was kept of them
 */
import { answerClears } from "./answer_clears.ts";
import { approvals, hookRule } from "./approvals.ts";
import { audit } from "./audit.ts";
import { latency } from "./b1_latency.ts";
import { throughput } from "./b2_throughput.ts";
import { signingCost } from "./signing_cost.ts";
import { start } from "./b3_start.ts";
import { hook, list } from "./b4_b5_commands.ts";
import { memory } from "./b6_memory.ts";
import { recovery } from "./b7_recovery.ts";
import { scale } from "./b8_scale.ts";
import { rest } from "./b9_rest.ts";
import { dashboardLoad } from "./b10_dashboard.ts";
import { pageLoad } from "./b10_page.ts";
import { size } from "./b11_size.ts";
import { capsules, idleCapsules } from "./capsules.ts";
import { policy } from "./policy.ts";
import { statusline } from "./statusline.ts";
import { tenCalls } from "./ten_calls.ts";
import { turn } from "./turn.ts";
import { LAST_CORE, runOn } from "./cores.ts";
import { HAS_PROC } from "./proc.ts";
import { type Budget, renderRows, type Row, Skipped, thisMachine } from "./result.ts";
import { type Measurement, merged, readResults, writeResults } from "./results_file.ts";

/** Measured one after the other: they are about milliseconds. */
const QUICK: Readonly<Record<string, Budget>> = {
  B1: latency,
  B2: throughput,
  SIGNING: signingCost,
  B3: start,
  B4: hook,
  B5: list,
  CALLS: tenCalls,
  STATUSLINE: statusline,
  POLICY: policy,
  APPROVALS: approvals,
  "HOOK-RULE": hookRule,
  TURN: turn,
  B7: recovery,
  AUDIT: audit,
  B8: scale,
  CLEARS: answerClears,
  B10: dashboardLoad,
  "B10-PAGE": pageLoad,
  B11: size,
  CAPSULES: capsules,
};
/** Measured together after the others: they wait for minutes, and need /proc. */
const SLOW: Readonly<Record<string, Budget>> = { B6: memory, B9: rest, "IDLE-CAPSULES": idleCapsules };
const NAMES = [...Object.keys(QUICK), ...Object.keys(SLOW)];
/** What is measured where nothing else is asked for: the budgets that the program promises. */
const PROMISED = NAMES.filter((name) => name === "SIGNING" || /^B\d/.test(name));

/** Each as soon as it is known: what comes later may fail. */
async function* measure(chosen: readonly string[]): AsyncGenerator<readonly [string, Measurement]> {
  for (const [name, budget] of Object.entries(QUICK)) {
    if (chosen.includes(name)) yield [name, await measured(name, budget)];
  }
  const slow = Object.entries(SLOW).filter(([name]) => chosen.includes(name));
  const missing = () => Promise.reject(new Skipped("it needs Linux's /proc"));
  yield* await Promise.all(
    slow.map(async ([name, budget]) => [name, await measured(name, HAS_PROC ? budget : missing)] as const),
  );
}

async function measured(name: string, budget: Budget): Promise<Measurement> {
  say(`${name} …`);
  const date = new Date().toISOString().slice(0, 10);
  const began = performance.now();
  try {
    const rows = await budget();
    return { date, seconds: Math.round((performance.now() - began) / 1000), rows };
  } catch (error) {
    if (!(error instanceof Skipped)) throw error;
    say(`skipped ${name}: ${error.message}`);
    return { date, seconds: 0, rows: [], skipped: error.message };
  }
}

async function main(args: readonly string[]): Promise<number> {
  const words = args.filter((arg) => !["--", "--write"].includes(arg)).map((arg) => arg.toUpperCase());
  const isAll = words.length === 1 && words[0] === "ALL";
  const strange = isAll ? undefined : words.find((name) => !NAMES.includes(name));
  if (strange !== undefined) {
    say(`error: no benchmark is called ${strange}\nhint: one of ${NAMES.join(", ")}, or all`);
    return 2;
  }
  const chosen = isAll ? NAMES : words.length > 0 ? words : PROMISED;
  // The person who runs this has a daemon of their own: nothing here may find it.
  for (const name of Object.keys(Deno.env.toObject())) if (name.startsWith("AGENT_CONSOLE_")) Deno.env.delete(name);
  // A round trip on one core does not depend on the scheduler.
  if (!await runOn(LAST_CORE)) say("not pinned to one core: there is no taskset here, and the numbers spread more");
  const began = performance.now();
  const isKept = words.length === 0 || isAll || args.includes("--write");
  const machine = thisMachine();
  const rows: Row[] = [];
  for await (const [name, found] of measure(chosen)) {
    rows.push(...found.rows);
    if (isKept) await writeResults(merged(await readResults(), { machine, benches: { [name]: found } }, NAMES));
  }
  Deno.stdout.writeSync(new TextEncoder().encode(renderRows(rows)));
  say(`measured in ${Math.round((performance.now() - began) / 1000)} s`);
  if (isKept) say("kept; the page and its charts are made anew by: deno task docs");
  return rows.every(({ ok }) => ok) ? 0 : 1;
}

function say(text: string): void {
  Deno.stderr.writeSync(new TextEncoder().encode(`${text}\n`));
}

Deno.exit(await main(Deno.args));
