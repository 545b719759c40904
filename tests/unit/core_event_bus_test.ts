/** One sequence for every subscriber, whatever a subscriber does when it is woken or dropped. */
import { assert, assertEquals } from "@std/assert";
import { EventBus, SequencedEvent, type Subscription } from "../../src/core/event_bus.ts";
import type { NewEvent } from "../../src/domain/event.ts";
import { delivered, testBus } from "../support/bus.ts";

const TS = "2026-11-20T10:00:00.000Z";
const STOPPING: NewEvent = { type: "daemon.stopping", data: { reason: "a test", restart: false } };
const SEGMENT: NewEvent = { type: "journal.segment", data: { format: 1, first: 1 } };

/** Appends events as a store does: each has the next number. */
class Source {
  #seq = 0;
  constructor(readonly bus: EventBus) {}
  commit(event: NewEvent = STOPPING): number {
    const seq = ++this.#seq;
    this.bus.append(new SequencedEvent(seq, TS, event, JSON.stringify(event.data)));
    return seq;
  }
}

interface Reader {
  readonly subscription: Subscription;
  readonly seen: number[];
  readonly gaps: [number, number][];
}

/** @param room how many events it takes at a wake-up; Infinity: all */
function reader(bus: EventBus, { room = Infinity, topics, after = 0, onWake = () => {}, onLag = () => {} }: {
  readonly room?: number;
  readonly topics?: ReadonlySet<string>;
  readonly after?: number;
  readonly onWake?: () => void;
  readonly onLag?: () => void;
} = {}): Reader {
  const seen: number[] = [];
  const gaps: [number, number][] = [];
  const subscription: Subscription = bus.subscribe({
    after,
    topics,
    wake: () => {
      for (let left = room; left > 0; left--) {
        const event = subscription.next();
        if (event === undefined) break;
        seen.push(event.seq);
        onWake();
      }
    },
    lagged: (from, to) => {
      gaps.push([from, to]);
      onLag();
    },
  });
  return { subscription, seen, gaps };
}

Deno.test("L2 what a subscriber commits when it is woken comes behind what the others have yet to see", async () => {
  const source = new Source(testBus());
  let once = true;
  const first = reader(source.bus, {
    onWake: () => {
      if (once) source.commit();
      once = false;
    },
  });
  const second = reader(source.bus);
  source.commit();
  source.commit();
  await delivered();
  await delivered();
  assertEquals([first.seen, second.seen], [[1, 2, 3], [1, 2, 3]]);
});

Deno.test("L2 what is committed because a subscriber lags comes behind what the others have yet to see", async () => {
  const source = new Source(testBus({ maxEvents: 3 }));
  const stalled = reader(source.bus, { room: 0, onLag: () => void source.commit() });
  const others = [reader(source.bus), reader(source.bus)];
  for (let i = 0; i < 4; i++) {
    source.commit();
    await delivered();
  }
  await delivered();
  assertEquals(stalled.gaps, [[1, 4]]);
  for (const { seen } of others) assertEquals(seen, [1, 2, 3, 4, 5]);
});

Deno.test("L1 a subscriber that is behind by more than the bounds is told what it missed, once, and gets no more", async () => {
  for (const bounds of [{ maxEvents: 10 }, { maxUnits: 10 * JSON.stringify(STOPPING.data).length }]) {
    const source = new Source(testBus(bounds));
    const stalled = reader(source.bus, { room: 0 });
    const live = reader(source.bus);
    for (let i = 0; i < 30; i++) {
      source.commit();
      await delivered();
    }
    assertEquals([stalled.gaps, live.gaps], [[[1, 11]], []]);
    assertEquals(live.seen.length, 30);
    assertEquals(source.bus.size, 1);
  }
});

Deno.test("L1 events of other topics do not make a stalled subscriber lag", async () => {
  const source = new Source(testBus({ maxEvents: 10 }));
  const stalled = reader(source.bus, { room: 0, topics: new Set(["daemon"]) });
  for (let i = 0; i < 30; i++) {
    source.commit(SEGMENT);
    await delivered();
  }
  assertEquals(stalled.gaps, []);
});

Deno.test("L2 missed events come first, then those behind the subscription, without a gap", () => {
  const source = new Source(testBus());
  reader(source.bus); // keeps the log in use
  const missed = [1, 2, 3].map((seq) => new SequencedEvent(seq, TS, STOPPING, "{}"));
  for (let i = 0; i < 3; i++) source.commit();
  const seen: number[] = [];
  const subscription = source.bus.subscribe({ after: 3, missed, wake: () => {}, lagged: () => {} });
  source.commit();
  for (let event = subscription.next(); event !== undefined; event = subscription.next()) seen.push(event.seq);
  assertEquals(seen, [1, 2, 3, 4]);
});

Deno.test("event bus: topics choose, an event is encoded once for all subscriptions of one name", async () => {
  const bus = testBus();
  const source = new Source(bus);
  const lines: Uint8Array[] = [];
  for (let i = 0; i < 3; i++) {
    const subscription: Subscription = bus.subscribe({
      after: 0,
      topics: new Set(["daemon"]),
      wake: () => {
        for (let event = subscription.next(); event; event = subscription.next()) lines.push(event.line("s1"));
      },
      lagged: () => {},
    });
  }
  source.commit(STOPPING);
  source.commit(SEGMENT);
  await delivered();
  assertEquals(lines.length, 3);
  assert(lines.every((line) => line === lines[0]));
});

Deno.test("L2 a subscriber that comes in the turn in which the last one went gets its events at once", async () => {
  const source = new Source(testBus());
  const gone = reader(source.bus);
  source.commit();
  gone.subscription.end();
  source.commit(); // nobody is there to hear of it
  const next = reader(source.bus, { after: 2 });
  source.commit();
  await delivered();
  assertEquals([gone.seen, next.seen, next.gaps], [[], [3], []]);
});

Deno.test("event bus: a subscriber that throws is reported and keeps nobody from being woken", async () => {
  const errors: unknown[] = [];
  const source = new Source(new EventBus({ maxEvents: 10, maxUnits: 1e6, onError: (error) => errors.push(error) }));
  const failure = new Error("a listener's bug");
  const end = source.bus.listen(0, new Set(["daemon"]), () => {
    throw failure;
  });
  const other = reader(source.bus);
  source.commit();
  source.commit();
  await delivered();
  assertEquals([errors, other.seen, source.bus.size], [[failure, failure], [1, 2], 1]);
  end();
  end();
  assertEquals(source.bus.size, 1);
});
