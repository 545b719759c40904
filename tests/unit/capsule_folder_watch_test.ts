/** X1: when a write in a capsule's folder leads to a check, with a clock and a watch of the test. */
import { assertEquals } from "@std/assert";
import { FolderWatch } from "../../src/capsule/folder_watch.ts";
import type { FoldersWatch } from "../../src/platform/watch_files.ts";

class Bench {
  folders = ["/c", "/c/demo"];
  /** Why the next watch is refused. */
  problem: string | undefined;
  readonly checks: number[] = [];
  readonly warnings: unknown[] = [];
  readonly watches: { readonly folders: readonly string[]; readonly port: FoldersWatch }[] = [];
  timers = 0;
  readonly watch: FolderWatch;
  #now = 0;
  #due: { readonly at: number; readonly action: () => void }[] = [];

  constructor() {
    this.watch = new FolderWatch({
      folders: () => this.folders,
      check: () => void this.checks.push(this.#now),
      watch: (folders, port) => {
        if (this.problem !== undefined) throw new Error(this.problem);
        this.watches.push({ folders, port });
      },
      clock: {
        now: () => this.#now,
        steady: () => this.#now,
        setTimer: (ms, action) => {
          this.timers++;
          this.#due.push({ at: this.#now + ms, action });
          return () => {};
        },
      },
      log: { warn: (_, fields) => void this.warnings.push(fields?.["reason"]) },
    });
  }

  change(path = "/c/demo/main.ts"): void {
    this.watches.at(-1)?.port.changed([path]);
  }

  pass(ms: number): void {
    const end = this.#now + ms;
    for (;;) {
      const next = this.#due.filter(({ at }) => at <= end).sort((a, b) => a.at - b.at)[0];
      if (next === undefined) break;
      this.#due = this.#due.filter((one) => one !== next);
      this.#now = Math.max(this.#now, next.at);
      next.action();
    }
    this.#now = end;
  }

  /** Whether each watch was ended. */
  get ended(): readonly boolean[] {
    return this.watches.map(({ port }) => port.signal.aborted);
  }
}

Deno.test("X1 a check comes 200 ms after the last write, 2 s after the first at the latest, and at rest there is no timer", () => {
  const bench = new Bench();
  bench.watch.follow();
  bench.pass(5000);
  assertEquals([bench.timers, bench.checks], [0, []]);
  for (let at = 0; at < 50; at++) bench.change();
  assertEquals(bench.timers, 1);
  bench.pass(5000);
  assertEquals([bench.timers, bench.checks], [1, [5200]]);
  for (let at = 0; at < 50; at++) {
    bench.change();
    bench.pass(100);
  }
  assertEquals(bench.checks, [5200, 12_000, 14_000]);
  bench.pass(1000);
  assertEquals(bench.checks.slice(3), [15_100]);
  const { timers } = bench;
  bench.pass(60_000);
  assertEquals([bench.timers, bench.checks.length], [timers, 4]);
});

Deno.test("X1 who changes files without an end gets thirty checks, and then one in ten seconds", () => {
  const bench = new Bench();
  bench.watch.follow();
  const change = (seconds: number) => {
    for (let at = 0; at < seconds * 4; at++) {
      bench.change();
      bench.pass(250);
    }
  };
  change(60);
  const { length } = bench.checks;
  assertEquals(length >= 30 && length <= 36, true, `${length} checks`);
  change(100);
  assertEquals(Math.abs(bench.checks.length - length - 10) <= 1, true, `${bench.checks.length - length} checks`);
});

Deno.test("X1 a folder that is made, moved or removed is watched anew; nothing is watched without a grant or after the end", () => {
  const bench = new Bench();
  bench.watch.follow();
  bench.watch.follow();
  assertEquals(bench.watches.length, 1, "the same folders");
  bench.change("/c/demo");
  bench.pass(200);
  assertEquals(
    [bench.watches.length, bench.ended],
    [1, [true]],
    "a watch that was just ended would take the next one's place",
  );
  bench.pass(50);
  assertEquals([bench.watches.length, bench.ended], [2, [true, false]]);
  bench.pass(2000);
  assertEquals(bench.checks, [200, 1200], "what was written between the two is found");
  bench.folders = ["/c", "/c/demo", "/c/demo/lib"];
  bench.change("/c/demo/lib");
  bench.pass(250);
  assertEquals(bench.watches.at(-1)?.folders, bench.folders);
  bench.folders = [];
  bench.watch.follow();
  assertEquals(bench.ended, [true, true, true]);
  bench.folders = ["/c"];
  for (let at = 0; at < 3; at++) bench.watch.follow();
  assertEquals(bench.watches.length, 3);
  bench.pass(50);
  assertEquals(bench.watches.length, 4);
  const { checks: { length } } = bench;
  bench.change("/c/x");
  bench.watch.stop();
  bench.watch.follow();
  bench.pass(5000);
  assertEquals([bench.ended, bench.checks.length], [[true, true, true, true], length]);
});

Deno.test("X1 where the system gives no watch that is said once, and each tick tries again", () => {
  const bench = new Bench();
  bench.problem = "OS file watch limit reached.";
  for (let at = 0; at < 3; at++) bench.watch.follow();
  assertEquals([bench.warnings, bench.watches.length], [["OS file watch limit reached."], 0]);
  bench.problem = undefined;
  bench.watch.follow();
  bench.change();
  bench.pass(200);
  assertEquals(bench.checks, [200]);
  bench.watches[0]?.port.failed("gone");
  assertEquals([bench.warnings.length, bench.ended], [2, [true]]);
  bench.watch.follow();
  bench.pass(50);
  assertEquals(bench.watches.length, 2);
});
