/** The account of a soak: each kind of loss and double is found in a journal that is right but for it. */
import { assert, assertEquals } from "@std/assert";
import { Ledger, SeenEvents } from "../soak/ledger.ts";
import { BOUNDS, type Sample, type Slopes, slopesOf, soakLine } from "../soak/slope.ts";
import type { Line } from "../support/harness_journal.ts";

const line = (seq: number, type: string, data: Line["data"]): Line => ({
  ...{ seq, type, data, ts: `t${seq}`, actor: "test", prev: "", hash: "" },
});

const RIGHT: readonly Line[] = [
  line(1, "session.updated", { idempotencyKey: "w0-0" }),
  line(2, "session.updated", {
    idempotencyKey: "of a hook",
    idempotencyChange: "session.report",
    session: { lastPrompt: "from hook 0" },
  }),
  line(3, "turn.submitted", { id: "t" }),
  line(4, "job.started", { runId: "r" }),
  line(5, "turn.ended", { turnId: "t" }),
  line(6, "job.ended", { runId: "r" }),
];

function account(seen: readonly Line[] = RIGHT): Ledger {
  const ledger = new Ledger();
  ledger.writes.set("w0-0", 1);
  ledger.hooks.add("from hook 0");
  ledger.turns.add("t");
  const reader = new SeenEvents("reader", 0);
  for (const { seq, type, ts } of seen) reader.take(seq, type, ts);
  ledger.readers.push(reader);
  return ledger;
}

const without = (seq: number) => RIGHT.filter((one) => one.seq !== seq);
/** The n-th record once more, as the last one. */
const again = (seq: number) => [...RIGHT, ...RIGHT.filter((one) => one.seq === seq).map((one) => ({ ...one, seq: 7 }))];
/** Of the hook's event: its key and its prompt are there twice. */
const DOUBLES = new Map([[2, 2]]);

Deno.test("F2 a soak finds each thing that was lost or is there twice, and nothing in a journal that is right", () => {
  const counts = (ledger: Ledger, lines: readonly Line[]) => {
    const { lost, duplicated, faults } = ledger.verdict(lines, lines.at(-1)?.seq ?? 0);
    assertEquals(faults.length >= lost + duplicated, true);
    return [lost, duplicated];
  };
  assertEquals(counts(account(), RIGHT), [0, 0]);
  // The write, the hook's event, the turn, its end, the end of the run; the reader, who saw nothing, misses five each time.
  for (const seq of [1, 2, 3, 5, 6]) assertEquals(counts(account([]), without(seq)), [6, 0], `${seq} is gone`);
  for (const seq of [1, 2, 3, 5, 6]) {
    assertEquals(counts(account(again(seq)), again(seq)), [0, DOUBLES.get(seq) ?? 1], `${seq} twice`);
  }
  const moved = account();
  moved.writes.set("w0-0", 2);
  assertEquals(counts(moved, RIGHT), [1, 0]);
});

Deno.test("F2 a soak finds what a resuming subscriber missed, saw twice, or saw as another event", () => {
  const of = (seen: readonly Line[], lines = RIGHT) => {
    const { lost, duplicated } = account(seen).verdict(lines, RIGHT.length);
    return [lost, duplicated];
  };
  assertEquals(of([...RIGHT.slice(0, 3), ...RIGHT.slice(2)]), [0, 1]);
  assertEquals(of(RIGHT.slice(0, 4)), [2, 0]);
  assertEquals(of(RIGHT.map((one) => one.seq === 4 ? { ...one, ts: "another" } : one)), [1, 0]);
  // It saw a number that no daemon has kept.
  assertEquals(of([...RIGHT, line(7, "session.updated", {})]), [1, 0]);
});

Deno.test("F2 a soak finds a daemon that ended by itself, by its record or by a look at it, and no other", () => {
  const starts = [7, 8, 9].map((seq) => line(seq, "daemon.started", { pid: 100 + seq }));
  const stop = line(10, "daemon.stopping", { reason: "asked" });
  const of = (killed: readonly number[], seen: readonly number[] = [], lines = [...RIGHT, ...starts, stop]) => {
    const ledger = account(lines);
    ledger.killed.push(...killed);
    for (const pid of seen) ledger.daemons.set(pid, 45);
    const { lost, duplicated, faults } = ledger.verdict(lines, lines.length);
    assertEquals([lost, duplicated], [0, 0]);
    return faults;
  };
  // One was killed before it had recorded its start.
  assertEquals(of([107, 108, 110], [107, 108, 109, 110]), []);
  assertEquals(of([107]), ["daemon 108, never seen, ended by itself: nobody killed or stopped it"]);
  assertEquals(of([107, 108], [110]), ["daemon 110, last seen at 45 s, ended by itself: nobody killed or stopped it"]);
  // The last one had ended before it was to be stopped.
  assertEquals(of([107, 108], [109], [...RIGHT, ...starts]), [
    "daemon 109, last seen at 45 s, ended by itself: nobody killed or stopped it",
  ]);
});

/** A process that grows, with a heap that is cleaned when all are quiet, and visitors with descriptors of their own. */
const process = (mibPerHour: number, fdsPerHour: number, pid = 5): Sample[] =>
  Array.from({ length: 400 }, (_, at) => {
    const quiet = at >= 100 && at < 130 ? "first" : at >= 370 ? "last" : undefined;
    const isClean = quiet !== undefined && (at - 100) % 270 > 12;
    return {
      pid,
      at,
      quiet,
      mib: 60 + mibPerHour * at / 3600 + (isClean ? 0 : 10 + at / 20),
      fds: Math.floor(20 + fdsPerHour * at / 3600) + (quiet === undefined ? at % 7 : 0),
    };
  });

Deno.test("F2 the slopes of a soak are of what stays when all are quiet, and where nothing was measured it says so", () => {
  const flat = slopesOf(process(0, 0), true);
  assertEquals([flat.mibPerHour, flat.fdsPerHour, flat.seconds, flat.isGood], [0, 0, 270, true]);
  assertEquals(slopesOf(process(BOUNDS.mibPerHour, 0), true).isGood, true);
  assertEquals(slopesOf(process(BOUNDS.mibPerHour + 200, 0), true).isGood, false);
  assertEquals(slopesOf(process(0, 60), true).isGood, false);
  const short = slopesOf(process(100_000, 0).slice(200, 300), false);
  assertEquals([short.isGood, short.seconds], [true, 0]);
  // What went before in another process does not count.
  const begun = slopesOf([...process(100_000, 0, 4).slice(0, 90), ...process(0, 0).slice(90)], true);
  assertEquals([begun.isGood, begun.seconds], [true, 270]);
  // There was time for both measures, but the first one was of a process that is gone.
  const blind = slopesOf([...process(0, 0, 4).slice(0, 200), ...process(0, 0).slice(200)], true);
  assertEquals([blind.isGood, blind.seconds], [false, 0]);
  assertEquals(slopesOf([], true).isGood, false);
  const counted = { sent: 3, acknowledged: 3, records: 6, lost: 0, duplicated: 0, faults: [], kills: 2, reloads: 1 };
  const told = (slopes: Slopes) => soakLine({ ...counted, refused: 4, slopes, seed: 7, isGood: slopes.isGood });
  const measured = "private memory +0.0 MiB/h, fd +0.0/h over 270 s";
  assertEquals(
    told(flat),
    `soak ok · 3 sent · 3 acknowledged · 6 records · 0 lost · 0 duplicated · 2 kills · 1 reloads · 4 refused · ${measured} · seed 7`,
  );
  assert(/^soak ok .* not measured: too short · seed 7$/.test(told(short)), told(short));
  assert(/^soak FAILED .* not measured: the last daemon missed a measure · seed 7$/.test(told(blind)), told(blind));
});
