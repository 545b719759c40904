/** How the end of a turn is waited for, with a bus and the answers of the daemon in memory. */
import { assertEquals, assertRejects } from "@std/assert";
import type { MethodCaller } from "../../src/core/methods_door.ts";
import { waitForTurn } from "../../src/core/turn_end.ts";
import type { Approval } from "../../src/domain/approval.ts";
import type { NewEvent } from "../../src/domain/event.ts";
import { Desk } from "../support/desk.ts";
import { openRequest } from "../support/claude_request.ts";

/** A turn `t` of the session `s`, behind another one. */
class Room {
  readonly desk = new Desk();
  readonly end = new AbortController();
  turn: Record<string, unknown> | undefined = { id: "t", sessionId: "s", status: "queued" };
  asks: Partial<Approval>[] = [];
  readonly caller: MethodCaller = {
    kind: "cli",
    call: (method) => {
      const answers: Record<string, unknown> = {
        "turn.recent": { turns: this.turn === undefined ? [] : [this.turn] },
        "approval.list": { approvals: this.asks },
      };
      return Promise.resolve(answers[method]) as never;
    },
  };

  wait(untilAsked = true) {
    return waitForTurn(this.desk, this.caller, "t", { signal: this.end.signal, untilAsked });
  }

  say(event: NewEvent): void {
    this.desk.store.commit(event, "daemon");
  }
}

const started = (turnId: string): NewEvent => ({ type: "turn.started", data: { turnId, sessionId: "s" } });
const ended = (turnId: string): NewEvent => ({
  type: "turn.ended",
  data: { turnId, sessionId: "s", status: "finished" },
});

Deno.test("E1 the end of a turn is heard once it has begun to be waited for, and seen where it came before", async () => {
  const room = new Room();
  const waiting = room.wait();
  room.say(ended("other"));
  room.say(started("t"));
  room.say(ended("t"));
  assertEquals(await waiting, undefined);
  room.turn = { ...room.turn, status: "failed", endedAt: "2026-11-20T10:00:00.000Z" };
  assertEquals(await room.wait(), undefined);
  room.turn = undefined;
  assertEquals(await room.wait(), undefined);
});

Deno.test("E1 a request ends the wait where the turn itself asks, not one before it in its session", async () => {
  const room = new Room();
  let answer: Approval | undefined | "waits" = "waits";
  const waiting = room.wait().then((asked) => answer = asked);
  const detach = room.desk.attach();
  const { id } = await openRequest("touch a", room.desk);
  await new Promise((resolve) => setTimeout(resolve, 0));
  assertEquals(answer, "waits");
  room.say(ended("t"));
  await waiting;
  assertEquals(answer, undefined);
  // One that runs and has asked already.
  room.turn = { id: "t", sessionId: "s", status: "running" };
  room.asks = [{ id }];
  assertEquals((await room.wait())?.id, id);
  const patient = room.wait(false);
  room.say(ended("t"));
  assertEquals(await patient, undefined);
  detach();
});

Deno.test("E1 a wait ends with its signal, also before it has begun", async () => {
  const room = new Room();
  const waiting = room.wait();
  room.end.abort(new Error("late"));
  await assertRejects(() => waiting, Error, "late");
  await assertRejects(() => room.wait(), Error, "late");
  assertEquals(room.desk.bus.size, 0);
});
