/** H1: what agents may put on a hook's stdin, and what must be true of every hook whatever it is. */
import { assert, assertEquals } from "@std/assert";
import type { Outcome } from "./harness_process.ts";
import { patience, patienceSync } from "./harness_wait.ts";

export const EVENT = JSON.stringify({
  session_id: "h1",
  hook_event_name: "UserPromptSubmit",
  cwd: "/x",
  prompt: "hello",
});

/** 1 s is promised; twice that is asserted, because other tests run beside this one. */
export const MOST_MS = await patience(2000);

export function assertHarmless(what: string, { code, stdout, ms }: Outcome): void {
  assertEquals(code, 0, what);
  assert(stdout.trim() === "" || stdout.trim() === "{}", `${what}: stdout is ${stdout.slice(0, 200)}`);
  // The machine may be busier now than when this file was loaded.
  if (ms >= MOST_MS) assert(ms < patienceSync(2000), `${what}: took ${ms.toFixed(0)} ms`);
}

export const INPUTS: readonly (readonly [string, string | Uint8Array])[] = [
  ["nothing", ""],
  ["garbage", "\u0000\u0001 garbage {{{"],
  ["an open brace", "{"],
  ["bad UTF-8", new Uint8Array([0xff, 0xfe, 0x00, 0x80])],
  ["null", "null"],
  ["an array", "[1,2,3]"],
  ["an event without anything", "{}"],
  ["numbers for texts", '{"session_id":5,"hook_event_name":{},"cwd":[]}'],
  ["an unknown event", '{"session_id":"x","hook_event_name":"NeverHeardOf"}'],
  ["5 MiB of garbage", "x".repeat(5 * 1_048_576)],
  ["an event of 5 MiB", JSON.stringify({ ...JSON.parse(EVENT), prompt: "p".repeat(5 * 1_048_576) })],
  ["depth 10,000", "[".repeat(10_000)],
];
