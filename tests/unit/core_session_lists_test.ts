/** Lists of many sessions: of one instant, in pages, in slices. */
import { assert, assertEquals, assertRejects, assertThrows } from "@std/assert";
import { SessionLists } from "../../src/core/session_lists.ts";
import { liveHandlers } from "../../src/core/handlers/subscribe.ts";
import { TOPICS } from "../../src/domain/event.ts";
import type { SessionView } from "../../src/domain/query.ts";
import { ConsoleError } from "../../src/protocol/errors.ts";
import type { ParamsOf, ResultOf } from "../../src/protocol/method_schemas.ts";
import type { EventSource } from "../../src/rpc/peer.ts";
import { delivered } from "../support/bus.ts";
import { callOf, FakeCaller } from "../support/desk.ts";
import { decoded, listsOf, ManySessions, viewsOf } from "../support/many_sessions.ts";
import { FakeTurns } from "../support/turns.ts";

type List = ResultOf<"session.list">;

/** @param between runs before each further page */
async function listPages(lists: SessionLists, params: ParamsOf<"session.list"> = {}, between = () => {}) {
  const caller = new FakeCaller();
  const limit = params.limit === undefined ? {} : { limit: params.limit };
  const pages: List[] = [await decoded(lists.list(params, callOf(caller)))];
  for (let next = pages[0]!.nextCursor; next !== undefined; next = pages.at(-1)!.nextCursor) {
    between();
    pages.push(await decoded(lists.list({ cursor: next, ...limit }, callOf(caller))));
  }
  return pages;
}

const idsOf = (sessions: readonly SessionView[]) => sessions.map(({ id }) => id);

function refused(run: () => unknown): void {
  const error = assertThrows(run, ConsoleError) as unknown as ConsoleError;
  assertEquals([error.kind, error.details["param"]], ["invalid_params", "cursor"]);
  assert(error.hint?.includes("first page"));
}

Deno.test("B8 a list of many sessions is made in slices, and is the list that is made at once", async () => {
  const { store } = new ManySessions(3000);
  const turns = new FakeTurns();
  const { seq, sessions, nextCursor } = await decoded(listsOf(store, { turns }).list({}, callOf(new FakeCaller())));
  assertEquals([seq, nextCursor], [3000, undefined]);
  assertEquals(sessions, viewsOf(store.freeze()));
  assert(turns.pauses > 300, `others had ${turns.pauses} turns`);
  const few = listsOf(new ManySessions(200).store).list({}, callOf(new FakeCaller()));
  assert(!(few instanceof Promise), "few are answered at once, in the order of the questions");
});

Deno.test("B8 pages hold every session of one instant exactly once, while sessions change, come and go", async () => {
  const many = new ManySessions(1000);
  let turn = 0;
  const change = () => {
    turn++;
    many.set(`s${(turn * 31) % 500}`, turn);
    many.set(`new${turn}`, turn);
    if (turn < 300) many.delete(`s${500 + turn}`);
  };
  const turns = new FakeTurns(change);
  let atInstant = many.store.freeze();
  const store = { size: many.store.size, freeze: () => atInstant = many.store.freeze() };
  const pages = await listPages(listsOf(store, { turns, pageRows: 64 }), {}, change);
  assert(turns.pauses > 1 && many.store.seq > atInstant.seq + 40, "changes went on");
  assertEquals(new Set(pages.map(({ seq }) => seq)), new Set([atInstant.seq]));
  assertEquals(pages.flatMap(({ sessions }) => sessions), viewsOf(atInstant));
  assertEquals(pages.map(({ sessions }) => sessions.length).slice(0, -1).every((length) => length === 64), true);
  const waiting = await listPages(listsOf(many.store, { turns }), { status: "waiting", agent: "test", limit: 10 });
  assert(waiting.length > 3 && waiting.every(({ sessions }) => sessions.every(({ status }) => status === "waiting")));
});

Deno.test("B8 lists that are asked for together are made one after the other, and end with their caller", async () => {
  const { store } = new ManySessions(1000);
  const turns = new FakeTurns();
  const lists = listsOf(store, { turns });
  const [one, gone, other] = [new FakeCaller(), new FakeCaller(), new FakeCaller()];
  const order: string[] = [];
  const all = [one, gone, other].map((caller, at) =>
    decoded(lists.list({}, callOf(caller))).then(() => order.push(`list ${at}`))
  );
  gone.hangUp();
  await assertRejects(() => all[1]!, DOMException);
  await Promise.all([all[0], all[2]]);
  assertEquals(order, ["list 0", "list 2"]);
});

Deno.test("B8 a cursor is its connection's own, and ends with the last page, the connection, its time or a fifth list", async () => {
  const { store } = new ManySessions(100);
  let expire = () => {};
  const after = (_ms: number, action: () => void) => (expire = action, () => {});
  const lists = listsOf(store, { pageRows: 40, after });
  const begun = async (caller: FakeCaller) => (await decoded(lists.list({}, callOf(caller)))).nextCursor!;
  const caller = new FakeCaller();
  const cursor = await begun(caller);
  refused(() => lists.list({ cursor }, callOf(new FakeCaller())));
  for (const wrong of ["", "1", "1.", "1.0", "1.100", "1.1e1", "x.40", "1.40.1"]) {
    refused(() => lists.list({ cursor: wrong }, callOf(caller)));
  }
  const second = await decoded(lists.list({ cursor }, callOf(caller)));
  assertEquals(await decoded(lists.list({ cursor }, callOf(caller))), second, "a page may be asked for again");
  assertEquals((await decoded(lists.list({ cursor: second.nextCursor! }, callOf(caller)))).nextCursor, undefined);
  refused(() => lists.list({ cursor: second.nextCursor! }, callOf(caller)));

  const expiring = await begun(caller);
  expire();
  refused(() => lists.list({ cursor: expiring }, callOf(caller)));
  const five: string[] = [];
  for (let at = 0; at < 5; at++) five.push(await begun(caller));
  refused(() => lists.list({ cursor: five[0]! }, callOf(caller)));
  assertEquals((await decoded(lists.list({ cursor: five[1]! }, callOf(caller)))).sessions.length, 40);
  caller.hangUp();
  refused(() => lists.list({ cursor: five[2]! }, callOf(caller)));
});

/** A caller whose stream the test pulls, and whose reply it sends. */
class Subscriber extends FakeCaller {
  source: EventSource | undefined;
  closed = 0;
  override openStream(
    open?: (reader: { wake(): void; lagged(from: number, to: number): void }) => EventSource,
  ): string {
    this.source = open?.({ wake: () => {}, lagged: () => {} });
    return "s1";
  }
  override closeStream(): boolean {
    this.closed++;
    this.source?.end();
    return true;
  }
  events(): { seq: number; type: string; data: { session: SessionView } }[] {
    const out = [];
    for (let event = this.source?.next(); event !== undefined; event = this.source?.next()) {
      out.push(JSON.parse(new TextDecoder().decode(event.line("s1"))).params);
    }
    return out;
  }
}

function live(many: ManySessions, lists: SessionLists) {
  const { store, bus } = many;
  const inbox = { pending: () => [] };
  const presence = { join: () => () => {} };
  return liveHandlers({
    store,
    lists,
    bus,
    inbox,
    presence,
    featureSnapshots: () => ({}),
    topics: TOPICS,
    queueEvents: 10,
    queueBytes: 1e6,
  });
}

Deno.test("L2 a snapshot in slices and its stream are of one instant: nothing before the reply, no gap, none twice", async () => {
  const many = new ManySessions(1000);
  let turn = 0;
  const turns = new FakeTurns(() => {
    turn++;
    many.set(`s${turn}`, turn);
    many.set(`new${turn}`, turn);
    many.delete(`s${999 - turn}`);
  });
  const { subscribe, ...handlers } = live(many, listsOf(many.store, { turns, pageRows: 300 }));
  const caller = new Subscriber("cli", "read");
  const after: (() => void)[] = [];
  const call = { ...callOf(caller), afterReply: (action: () => void) => after.push(action) };
  const first = await decoded(subscribe({}, call)) as ResultOf<"subscribe">;
  assert(turn > 10);
  await delivered();
  assertEquals(caller.events(), [], "no event before the reply");
  for (const action of after) action();
  const { seq, snapshot } = first;
  const picture = new Map<string, SessionView>();
  const changed = new Set<string>();
  const take = (sessions: readonly SessionView[]) => {
    // A page is older than every event: what one has told of is not told back.
    for (const session of sessions) if (!changed.has(session.id)) picture.set(session.id, session);
  };
  let last = seq;
  const hear = async () => {
    await delivered();
    for (const event of caller.events()) {
      assertEquals(event.seq, ++last);
      const { session } = event.data;
      changed.add(session.id);
      if (event.type === "session.deleted") picture.delete(session.id);
      else picture.set(session.id, session);
    }
  };
  take(snapshot!.sessions);
  for (let cursor = snapshot!.nextCursor; cursor !== undefined;) {
    await hear();
    const page: List = await decoded(handlers["session.list"]({ cursor }, call) as List);
    assertEquals(page.seq, seq);
    take(page.sessions);
    cursor = page.nextCursor;
  }
  await hear();
  assertEquals(last, many.store.seq);
  const now = viewsOf(many.store.freeze());
  assertEquals(idsOf([...picture.values()]).sort(), idsOf(now).sort());
  assertEquals(now.map(({ id }) => [id, picture.get(id)?.status]), now.map(({ id, status }) => [id, status]));
});

Deno.test("L2 who resumes far behind waits in line, and gets every missed event once, behind the reply", async () => {
  const many = new ManySessions(1000);
  const turns = new FakeTurns((pause) => many.set(`new${pause}`, pause));
  const { subscribe } = live(many, listsOf(many.store, { turns }));
  const caller = new Subscriber("cli", "read");
  const after: (() => void)[] = [];
  const call = { ...callOf(caller), afterReply: (action: () => void) => after.push(action) };
  const list = decoded(listsOf(many.store, { turns }).list({}, callOf(new FakeCaller())));
  const resumed = await subscribe({ since: 800 }, call) as ResultOf<"subscribe">;
  assertEquals([resumed.resync, resumed.snapshot, caller.events()], [false, undefined, []]);
  await list;
  await delivered();
  for (const action of after) action();
  assertEquals(caller.events().map(({ seq }) => seq), Array.from({ length: many.store.seq - 800 }, (_, i) => 801 + i));
  assert(!(subscribe({ since: many.store.seq - 5 }, call) instanceof Promise));
});

Deno.test("L2 a subscriber that goes while its snapshot is made leaves no stream behind", async () => {
  const many = new ManySessions(1000);
  const caller = new Subscriber("cli", "read");
  const turns = new FakeTurns((pause) => {
    if (pause === 10) caller.hangUp();
  });
  const { subscribe } = live(many, listsOf(many.store, { turns }));
  await assertRejects(async () => await subscribe({}, callOf(caller)), DOMException);
  assertEquals([caller.closed, many.bus.size], [1, 0]);
});

Deno.test("P7 a connection that calls for many lists makes itself wait, and another one once", async () => {
  const many = new ManySessions(1000);
  const lists = listsOf(many.store, { turns: new FakeTurns() });
  const [greedy, other] = [new FakeCaller(), new FakeCaller()];
  const order: string[] = [];
  const list = async (name: string, caller: FakeCaller) => {
    await decoded(lists.list({}, callOf(caller)));
    order.push(name);
  };
  const all = [...[1, 2, 3, 4].map((n) => list(`greedy ${n}`, greedy)), list("other", other)];
  await Promise.all(all);
  assertEquals(order, ["greedy 1", "other", "greedy 2", "greedy 3", "greedy 4"]);
});
