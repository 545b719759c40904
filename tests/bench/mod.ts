/**
 * `deno task bench`: every budget beside its counterpart, and the table in RESULTS.md.
 *
 *     deno task bench            all, about half an hour; writes RESULTS.md
 *     deno task bench B1 B3      some, on the terminal only
 */
import { answerClears } from "./answer_clears.ts";
import { approvals, hookRule } from "./approvals.ts";
import { audit } from "./audit.ts";
import { latency } from "./b1_latency.ts";
import { throughput } from "./b2_throughput.ts";
import { start } from "./b3_start.ts";
import { hook, list } from "./b4_b5_commands.ts";
import { memory } from "./b6_memory.ts";
import { recovery } from "./b7_recovery.ts";
import { scale } from "./b8_scale.ts";
import { rest } from "./b9_rest.ts";
import { dashboardLoad } from "./b10_dashboard.ts";
import { pageLoad } from "./b10_page.ts";
import { capsules, idleCapsules } from "./capsules.ts";
import { policy } from "./policy.ts";
import { statusline } from "./statusline.ts";
import { tenCalls } from "./ten_calls.ts";
import { turn } from "./turn.ts";
import { REPOSITORY } from "../support/harness.ts";
import { LAST_CORE, runOn } from "./cores.ts";
import { HAS_PROC } from "./proc.ts";
import { type Budget, renderResults, renderTable, type Row, Skipped, thisMachine } from "./result.ts";

/** Measured one after the other: they are about milliseconds. */
const QUICK: Readonly<Record<string, Budget>> = {
  B1: latency,
  B2: throughput,
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
  CAPSULES: capsules,
};
/** Measured together after the others: they wait for minutes, and need /proc. */
const SLOW: Readonly<Record<string, Budget>> = { B6: memory, B9: rest, "IDLE-CAPSULES": idleCapsules };
const RESULTS = `${REPOSITORY}/tests/bench/RESULTS.md`;

async function measure(wanted: readonly string[]): Promise<readonly Row[]> {
  const chosen = ([id]: readonly [string, Budget]) => wanted.length === 0 || wanted.includes(id);
  const rows: Row[] = [];
  for (const [id, budget] of Object.entries(QUICK).filter(chosen)) {
    say(`${id} …`);
    try {
      rows.push(...await budget());
    } catch (error) {
      if (!(error instanceof Skipped)) throw error;
      say(`skipped ${id}: ${error.message}`);
    }
  }
  const slow = Object.entries(SLOW).filter(chosen);
  if (slow.length > 0 && !HAS_PROC) say(`skipped ${slow.map(([id]) => id).join(", ")}: they need Linux's /proc`);
  else if (slow.length > 0) {
    say(`${slow.map(([id]) => id).join(", ")} …`);
    rows.push(...(await Promise.all(slow.map(([, budget]) => budget()))).flat());
  }
  return rows;
}

async function main(args: readonly string[]): Promise<number> {
  const wanted = args.filter((arg) => arg !== "--").map((arg) => arg.toUpperCase());
  const known = [...Object.keys(QUICK), ...Object.keys(SLOW)];
  const strange = wanted.find((id) => !known.includes(id));
  if (strange !== undefined) {
    say(`error: no benchmark is called ${strange}\nhint: one of ${known.join(", ")}`);
    return 2;
  }
  // The person who runs this has a daemon of their own: nothing here may find it.
  for (const name of Object.keys(Deno.env.toObject())) if (name.startsWith("AGENT_CONSOLE_")) Deno.env.delete(name);
  // A round trip on one core does not depend on the scheduler.
  if (!await runOn(LAST_CORE)) say("not pinned to one core: there is no taskset here, and the numbers spread more");
  const rows = await measure(wanted);
  const machine = thisMachine();
  Deno.stdout.writeSync(new TextEncoder().encode(renderTable(rows, machine)));
  if (wanted.length === 0) await Deno.writeTextFile(RESULTS, renderResults(rows, machine));
  return rows.every(({ ok }) => ok) ? 0 : 1;
}

function say(text: string): void {
  Deno.stderr.writeSync(new TextEncoder().encode(`${text}\n`));
}

Deno.exit(await main(Deno.args));
