/** Programs of the user that the daemon runs: none of them can hold it up. */
import { assert, assertEquals } from "@std/assert";
import { type BoundedRun, runBounded, type RunOutcome } from "../../src/platform/bounded_run.ts";

const env = { PATH: "/usr/bin:/bin" };
const sh = (
  script: string,
  more: Partial<Pick<BoundedRun, "stdin" | "ms" | "signal" | "killBeyond">> = {},
) => runBounded(["/bin/sh", "-c", script], { env, ms: 20_000, ...more });

async function timed(work: Promise<RunOutcome>): Promise<readonly [RunOutcome, number]> {
  const began = performance.now();
  return [await work, performance.now() - began];
}

Deno.test("X3 a program gets its stdin, a closed environment and the folder /, and its end is told", async () => {
  const outcome = await sh('read line; echo "$line $(pwd) ${HOME-none}"; echo oh >&2; exit 3', { stdin: "one\ntwo\n" });
  assertEquals(outcome, { kind: "ended", code: 3, stdout: "one / none\n", stderr: "oh\n" });
});

Deno.test("first hour 5: a program that hangs is killed, by its deadline or at once", async () => {
  const [late, ms] = await timed(sh("echo waiting >&2; exec sleep 60", { ms: 300 }));
  assertEquals(late, { kind: "killed", stdout: "", stderr: "waiting\n" });
  assert(ms < 15_000, `${ms}`);
  assertEquals((await sh("exec sleep 60", { signal: AbortSignal.abort() })).kind, "killed");
});

Deno.test("first hour 5: what a program left behind with its pipes is not waited for", async () => {
  const [outcome, ms] = await timed(sh("sleep 30 & echo $!; exit 0"));
  assert(outcome.kind === "ended" && /^\d+\n$/.test(outcome.stdout), JSON.stringify(outcome));
  Deno.kill(Number(outcome.stdout), "SIGKILL"); // it still lived
  assert(ms < 15_000, `${ms}`);
});

Deno.test("first hour 5: a flood of output is cut, a stdin that nobody reads is no failure", async () => {
  const flood = await sh("head -c 1000000 /dev/zero | tr '\\0' x");
  assert(flood.kind === "ended" && flood.stdout.length === 8192 && flood.code === 0, flood.kind);
  const [endless, ms] = await timed(sh("exec tr '\\0' x < /dev/zero", { killBeyond: true }));
  assert(endless.kind === "killed" && endless.stdout.length === 8192 && ms < 15_000, `${endless.kind}, ${ms}`);
  const unread = await sh("exit 0", { stdin: "x".repeat(1_000_000) });
  assertEquals(unread, { kind: "ended", code: 0, stdout: "", stderr: "" });
});

Deno.test("first hour 5: a program that is not there is told, not thrown", async () => {
  const outcome = await runBounded(["/nowhere/call"], { env, ms: 1000 });
  assert(outcome.kind === "unusable" && outcome.problem !== "", outcome.kind);
});
