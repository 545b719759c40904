/** What counts once, though two hooks bring it. */
import { assertEquals } from "@std/assert";
import { TwinEvents } from "../../src/core/twin_events.ts";
import type { AgentEvent, Report } from "../../src/domain/report.ts";
import type { Session } from "../../src/domain/session.ts";

const PROMPT: AgentEvent = { kind: "prompt", byUser: true };
const report = (event: AgentEvent, pid?: number): Report => ({
  agent: "codex",
  sessionId: "s",
  facts: pid === undefined ? {} : { pid },
  event,
});
const row = (status: string) => ({ status }) as Session;

Deno.test("an equal prompt in the same turn is one, a later one or one behind the end of its turn is another", () => {
  const twins = new TwinEvents();
  const is = (status: string | undefined, at: number, payload: unknown = { prompt: "y" }) =>
    twins.isTwin(report(PROMPT), payload, status === undefined ? undefined : row(status), at);
  assertEquals(is(undefined, 0), false);
  assertEquals([is("working", 100), is("working", 200)], [true, true], "however many hooks there are");
  assertEquals(is("working", 300, { prompt: "y", turn_id: "2" }), false);
  assertEquals(is("idle", 400), false);
  assertEquals(is("working", 500), true);
  assertEquals(is("working", 4000), false);
});

Deno.test("only what is counted can be a twin, and long payloads are told apart by their ends and length", () => {
  const twins = new TwinEvents();
  const started: AgentEvent = { kind: "subagent", change: 1 };
  const is = (event: AgentEvent, payload: unknown) => twins.isTwin(report(event), payload, row("working"), 0);
  assertEquals([is({ kind: "noted" }, 1), is({ kind: "noted" }, 1)], [false, false]);
  const long = (end: string) => ({ text: "x".repeat(100_000), end });
  assertEquals([is(started, long("a")), is(started, long("b")), is(started, long("a"))], [false, false, true]);
});

Deno.test("A5 equal prompts of two known processes are two; where one is not known they are one", () => {
  const twins = new TwinEvents();
  const is = (pid: number | undefined, payload: string, at = 0) =>
    twins.isTwin(report(PROMPT, pid), payload, row("working"), at);
  assertEquals([is(1, "p"), is(2, "p"), is(1, "p"), is(2, "p", 10)], [false, false, true, true]);
  assertEquals([is(1, "q"), is(undefined, "q")], [false, true]);
  assertEquals([is(undefined, "r"), is(1, "r")], [false, true]);
});
