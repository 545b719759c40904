/** B2: events per second through the journal to ten subscribers, beside the same fan-out in Redis. */
import { TestHome } from "../support/harness.ts";
import { HELLO, line, report, startDaemon } from "./daemon.ts";
import { LineSocket } from "./line_socket.ts";
import { alternate, median } from "./measure.ts";
import { ADDED_LINES, addEntry, RedisReader, startRedis } from "./redis.ts";
import { judged, ratio, type Row } from "./result.ts";

const SUBSCRIBERS = 10;
const EVENTS = 20_000;
const SESSIONS = 100;
/** Requests written at once. */
const BATCH = 200;
/** Batches that a subscriber may be behind: more than one, so that both sides work, and less than what makes it lag. */
const AHEAD = 3;
const ROUNDS = 7;
const WARM_UP = 2;
const GOAL = 0.25;

const encoder = new TextEncoder();
const decoder = new TextDecoder();

/** Who publishes and who hears it. */
interface Fan {
  readonly speaker: LineSocket;
  /** The bytes of the next {@link BATCH} events, made before the clock runs. */
  readonly batch: () => Uint8Array;
  /** Lines of the answers to a batch. */
  readonly answers: number;
  /** Each waits for so many events. */
  readonly subscribers: readonly ((count: number) => Promise<void>)[];
}

/** @throws {Skipped} where redis-server is not installed */
export async function throughput(): Promise<readonly Row[]> {
  await using home = await TestHome.create();
  await using redis = await startRedis(home.root);
  await using _daemon = await startDaemon(home);
  const event = await eventLine(home);
  using ours = await daemonFan(home);
  using theirs = await redisFan(redis.socketPath, event);
  const ms = await alternate({ ours: () => pump(ours), theirs: () => pump(theirs) }, {
    rounds: ROUNDS,
    warmUp: WARM_UP,
  });
  const perSecond = { ours: EVENTS / median(ms.ours) * 1000, theirs: EVENTS / median(ms.theirs) * 1000 };
  const row = {
    id: "B2",
    what: `\`session.report\`, pipelined → journal → ${SUBSCRIBERS} subscribers`,
    counterpart: `Redis ${redis.version}, AOF everysec: XADD → ${SUBSCRIBERS} blocking XREAD of the same bytes`,
    goal: `≥ ${GOAL}×`,
    measured: ratio(perSecond.ours / 1000, perSecond.theirs / 1000, "k events/s"),
  };
  const used = GOAL * perSecond.theirs / perSecond.ours;
  return [judged(row, `events/s to ${SUBSCRIBERS} subscribers, beside Redis`, used)];
}

/** ms until the last subscriber has the last of {@link EVENTS} events. */
async function pump({ speaker, batch, answers, subscribers }: Fan): Promise<number> {
  const batches = Array.from({ length: EVENTS / BATCH }, batch);
  const began = performance.now();
  const heard = batches.map(() => ({ missing: subscribers.length, ...Promise.withResolvers<void>() }));
  const hearing = subscribers.map(async (hear) => {
    for (const one of heard) {
      await hear(BATCH);
      if (--one.missing === 0) one.resolve();
    }
  });
  for (const [at, bytes] of batches.entries()) {
    const writing = speaker.write(bytes);
    await speaker.lines(answers);
    await writing;
    await heard[at - AHEAD]?.promise;
  }
  await Promise.all(hearing);
  return performance.now() - began;
}

async function daemonFan(home: TestHome): Promise<Fan & Disposable> {
  using stack = new DisposableStack();
  const open = async () => stack.adopt(await LineSocket.connect(home.socketPath), (socket) => socket.close());
  const speaker = await open();
  await speaker.write(HELLO);
  await speaker.lines(1);
  const params = { protocol: 1, client: "bench/1", kind: "bench", token: home.token() };
  const hearers = await Promise.all(Array.from({ length: SUBSCRIBERS }, async () => {
    const hearer = await open();
    await hearer.write(line({ id: 1, method: "hello", params }));
    await hearer.write(line({ id: 2, method: "subscribe", params: { topics: ["session"] } }));
    await hearer.lines(2);
    return hearer;
  }));
  let said = 0;
  const batch = () => {
    const lines: string[] = [];
    for (; lines.length < BATCH; said++) {
      lines.push(decoder.decode(report(said % SESSIONS, Math.floor(said / SESSIONS))));
    }
    return encoder.encode(lines.join(""));
  };
  const opened = stack.move();
  return {
    speaker,
    batch,
    answers: BATCH,
    subscribers: hearers.map((hearer) => (count) => hearer.lines(count)),
    [Symbol.dispose]: () => opened.dispose(),
  };
}

async function redisFan(path: string, event: string): Promise<Fan & Disposable> {
  using stack = new DisposableStack();
  const speaker = stack.adopt(await LineSocket.connect(path), (socket) => socket.close());
  let said = 0;
  const batch = () => encoder.encode(Array.from({ length: BATCH }, () => addEntry(++said, event)).join(""));
  const readers = await Promise.all(Array.from({ length: SUBSCRIBERS }, async () => {
    return stack.adopt(await RedisReader.connect(path), (reader) => reader.close());
  }));
  const opened = stack.move();
  return {
    speaker,
    batch,
    answers: BATCH * ADDED_LINES,
    subscribers: readers.map((reader) => (count) => reader.entries(count)),
    [Symbol.dispose]: () => opened.dispose(),
  };
}

/** What a subscriber gets of one report: as many bytes go through Redis. */
async function eventLine(home: TestHome): Promise<string> {
  await using viewer = await home.connect({ token: true });
  await viewer.request("subscribe", { topics: ["session"] });
  await viewer.write(report(SESSIONS, 1));
  return JSON.stringify(await viewer.nextEvent());
}
