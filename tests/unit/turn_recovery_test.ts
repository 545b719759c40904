/** Which turn is next, what becomes of one that was interrupted, and what an agent can do. */
import { assertEquals, assertRejects } from "@std/assert";
import { readAbilities } from "../../src/acp/abilities.ts";
import type { Turn } from "../../src/turn/methods.ts";
import { KEPT_OF_TURN } from "../../src/domain/turn_change.ts";
import { KEPT, RecentTurns } from "../../src/turn/recent_turns.ts";
import { recoveryOf } from "../../src/turn/recovery.ts";
import { CREDIT_MS, WorkPlaces } from "../../src/core/work_places.ts";

const never = new AbortController().signal;

Deno.test("R5 a place that is free goes to the highest priority, to which waiting adds", async () => {
  let [now, limit] = [0, 1];
  const places = new WorkPlaces(() => limit, () => now);
  const began: string[] = [];
  const take = (name: string, priority: number, signal = never) =>
    places.take(priority, signal).then((leave) => {
      began.push(name);
      return leave;
    });
  const { leave: first } = await take("first", 0);
  const [low, high] = [take("low", -5), take("high", 3)];
  now = 9 * CREDIT_MS;
  const late = take("late", 3);
  const gone = new AbortController();
  const aborted = take("aborted", 100, gone.signal);
  gone.abort(new Error("it was cancelled"));
  await assertRejects(() => aborted, Error, "it was cancelled");
  first();
  first(); // once
  (await high).leave();
  (await low).leave();
  const { leave: leaveLate, lend } = await late;
  assertEquals(began, ["first", "high", "low", "late"]);
  const back = lend();
  const { leave: guest } = await take("guest", 0);
  back(); // at once, though the guest has the only place
  guest();
  const more = take("more", 0);
  assertEquals(began.at(-1), "guest");
  limit = 2;
  places.giveFree();
  await more;
  assertEquals(began.at(-1), "more");
  leaveLate();
  await assertRejects(() => take("never", 0, AbortSignal.abort(new Error("too late"))), Error, "too late");
});

const TURN: Turn = {
  id: "t",
  agent: "mine",
  sessionId: null,
  cwd: "/",
  source: "cli",
  prompt: "do it",
  isWhole: true,
  priority: 0,
  status: "queued",
  submittedAt: "",
  reply: "",
  tools: [],
};

Deno.test("R4 what becomes of a turn that was interrupted: begun where it had not begun, gone on with once, else failed", () => {
  const { isWhole: _, ...inPart } = TURN;
  const running: Turn = { ...TURN, status: "running", sessionId: "s", startedAt: "then" };
  const table: readonly (readonly [Turn, boolean | undefined, string])[] = [
    [TURN, true, "do it"],
    [{ ...TURN, sessionId: "s" }, true, "do it"],
    [{ ...TURN, resumed: true }, true, "do it"],
    [inPart, true, "the daemon ended before it began, and a prompt that is long or holds a secret is not kept"],
    [TURN, false, "the daemon ended before it began"],
    [TURN, undefined, "the daemon ended before it began, and its agent is not configured any more"],
    [running, true, "You were interrupted"],
    [running, false, "the daemon ended in it"],
    [{ ...running, resumed: true }, true, "the daemon ended in it, for the second time"],
    // It was queued again by the last daemon, which ended before it went on.
    [{ ...running, status: "queued", resumed: true }, true, "the daemon ended in it, for the second time"],
    [{ ...running, sessionId: null }, true, "the daemon ended in it"],
  ];
  const unsure = recoveryOf(running, { resume: true }, false);
  assertEquals(
    unsure.kind === "failed" && unsure.error,
    "the daemon ended in it, and nobody can tell whether its agent still runs",
  );
  for (const [turn, resume, expected] of table) {
    const recovery = recoveryOf(turn, resume === undefined ? undefined : { resume }, true);
    const told = recovery.kind === "failed" ? recovery.error : recovery.text;
    assertEquals(told.startsWith("You were interrupted") ? "You were interrupted" : told, expected);
  }
});

Deno.test("R4 an agent can do what it names, and nothing else", () => {
  assertEquals(readAbilities({}), { close: false });
  assertEquals(readAbilities({ agentCapabilities: { loadSession: true } }), { reopen: "session/load", close: false });
  const session = { resume: {}, close: {}, list: {} };
  const all = { agentCapabilities: { loadSession: true, sessionCapabilities: session } };
  assertEquals(readAbilities(all), { reopen: "session/resume", close: true });
  assertEquals(readAbilities({ agentCapabilities: { loadSession: "yes", sessionCapabilities: 1 } }), { close: false });
});

Deno.test("R4 the turns that are kept are bounded, and so is what their calls have changed; a snapshot holds all of it", () => {
  const turns = new RecentTurns();
  turns.apply({ type: "turn.agent_started", data: { agent: "mine", pid: 7, startedAt: "then" } }, "");
  for (let i = 0; i < KEPT.turns + 5; i++) {
    const id = `t${i}`;
    turns.apply({ type: "turn.submitted", data: { id, turn: { ...TURN, id }, sessionId: null } }, "");
    turns.apply({ type: "turn.ended", data: { turnId: id, sessionId: null, status: "finished" } }, "");
  }
  assertEquals(turns.all().length, KEPT.turns);
  const turnId = `t${KEPT.turns + 4}`;
  for (let i = 0; i < KEPT_OF_TURN.tools + 5; i++) {
    const tool = { id: `c${i}`, name: "Edit", status: "completed", detail: `+ ${i}` };
    turns.apply({ type: "turn.tool", data: { turnId, sessionId: "s", tool } }, "");
  }
  const tools = turns.get(turnId)?.tools ?? [];
  assertEquals([tools.length, tools.filter(({ detail }) => detail !== undefined).length], [
    KEPT_OF_TURN.tools,
    KEPT_OF_TURN.details,
  ]);
  assertEquals(tools.at(-1)?.detail, `+ ${KEPT_OF_TURN.tools + 4}`);
  const again = new RecentTurns();
  again.restore(JSON.parse(JSON.stringify(turns.save())));
  assertEquals([again.all(), again.leftAgents()], [turns.all(), turns.leftAgents()]);
  again.apply({ type: "turn.agent_ended", data: { pid: 7 } }, "");
  assertEquals(again.leftAgents(), []);
});
