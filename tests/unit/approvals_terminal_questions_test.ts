/** The questions of terminals in `approval.list`: found among many rows without a walk, and told in slices. */
import { assert, assertEquals } from "@std/assert";
import { approvalHandlers } from "../../src/approvals/handlers.ts";
import { Inbox } from "../../src/approvals/inbox.ts";
import { questionInTerminal, questionsInTerminals } from "../../src/approvals/terminal_questions.ts";
import type { SessionView } from "../../src/domain/query.ts";
import { terminalQuestions } from "../../src/domain/terminal_question.ts";
import { callOf, FakeCaller } from "../support/desk.ts";
import { decoded, listsOf, ManySessions, viewsOf } from "../support/many_sessions.ts";
import { FakeTurns } from "../support/turns.ts";

/** One that waits, in {@link ManySessions}. */
const WAITS = 2;

const idsOf = (sessions: readonly { readonly id: string }[]) => sessions.map(({ id }) => id).sort();
const waitingIn = (sessions: readonly SessionView[]) => sessions.filter(({ status }) => status === "waiting");

/** `approval.list` of `many`, in turns of which `turns` counts the pauses. */
function listIn(many: ManySessions, turns: FakeTurns) {
  const { store } = many;
  const inbox = new Inbox();
  const lists = listsOf(store, { turns });
  const handlers = approvalHandlers({ store, inbox, lists } as unknown as Parameters<typeof approvalHandlers>[0]);
  return (sessionId?: string) =>
    handlers["approval.list"](sessionId === undefined ? {} : { sessionId }, callOf(new FakeCaller()));
}

Deno.test("B8 the rows that wait are known without a look at the others, whatever comes, changes and goes", () => {
  const many = new ManySessions(400);
  for (let turn = 0; turn < 2000; turn++) {
    const id = `s${(turn * 37) % 500}`;
    if (turn % 7 === 0 && many.store.get(id) !== undefined) many.delete(id);
    else many.set(id, turn % 11);
    if (turn % 100 > 0) continue;
    assertEquals(idsOf(waitingIn(viewsOf(many.store.freeze()))), idsOf(viewsOf(many.store.waiting())));
  }
  const restored = new ManySessions(0).store;
  assert(restored.restore(JSON.parse(JSON.stringify(many.store.save()))));
  assertEquals(idsOf(viewsOf(restored.waiting())), idsOf(viewsOf(many.store.waiting())));
  assert(restored.waiting().size > 10);
});

Deno.test("B8 approval.list looks at the rows that wait alone, and at one row where one is asked for", async () => {
  const many = new ManySessions(0);
  for (let at = 0; at < 3000; at++) many.set(`s${at}`, at < 3 ? WAITS : 1);
  const { store } = many;
  let visits = 0;
  const counted = {
    get: (id: string) => (visits++, store.get(id)),
    view: (id: string) => (visits++, store.view(id)),
    waiting: () => {
      const frozen = store.waiting();
      visits += frozen.size;
      return frozen;
    },
  };
  const inbox = new Inbox();
  assertEquals(questionsInTerminals(counted, inbox).map(({ sessionId }) => sessionId), ["s0", "s1", "s2"]);
  assertEquals(visits, 3);
  assertEquals(questionInTerminal(counted, inbox, "s1")?.sessionId, "s1");
  assertEquals(visits, 4);
  const { terminalQuestions: own } = await decoded(listIn(many, new FakeTurns())("s2"));
  assertEquals(own?.map(({ sessionId }) => sessionId), ["s2"]);
});

Deno.test("B8 approval.list of many rows that wait is made in slices, of one instant, as it is made at once", async () => {
  const many = new ManySessions(0);
  for (let at = 0; at < 1000; at++) many.set(`s${at}`, WAITS + 4 * at);
  const { store } = many;
  let expected: readonly unknown[] = [];
  const turns = new FakeTurns((pause) => {
    if (pause === 1) expected = terminalQuestions(viewsOf(store.freeze()), []);
    else many.set(`s${pause % 1000}`, 1);
  });
  const { seq, terminalQuestions: told } = await decoded(listIn(many, turns)());
  assertEquals(seq, 1000);
  assertEquals(told, expected as typeof told);
  assert(turns.pauses > 200, `others had ${turns.pauses} turns`);
});
