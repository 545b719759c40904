/** B8: what an event costs with many sessions and many subscribers, and whether anybody has to wait for what is large. */
import { WireClient } from "../../src/client/wire_client.ts";
import { connectUnix } from "../../src/platform/sockets.ts";
import { LIMITS } from "../../src/protocol/limits.ts";
import { REPOSITORY, TestHome } from "../support/harness.ts";
import { exists } from "../support/exists.ts";
import { eventually, pause } from "../support/harness_wait.ts";
import { Running } from "../support/harness_process.ts";
import { HELLO, line, MAIN_URL, type Measured, report, startDaemon, TURN_EVENTS } from "./daemon.ts";
import { largeHome } from "./large_home.ts";
import { LineSocket } from "./line_socket.ts";
import { alternate, median } from "./measure.ts";
import { cpuSecs, HAS_PROC } from "./proc.ts";
import { type GrowthPoint, judged, type Row, Skipped } from "./result.ts";

const SESSIONS = [10, 100, 1000, 10_000, 100_000] as const;
const SUBSCRIBERS = [1, 10, 100, 1000] as const;
const MANY = 100_000;
const ROUNDS = 5;
/** Of one round: with /proc's hundredths of a second their cost is known to a percent or two. */
const EVENTS = 10_000;
/** Events that all subscribers together get in one round, and the fewest events that is. */
const DELIVERIES = 100_000;
const MIN_EVENTS = 300;
const FACTOR = 1.5;
const STALL_MS = 50;
const STALL_ROUNDS = 3;
/** When the daemon writes its snapshot: by then the pinger listens. */
const SNAPSHOT_AFTER_MS = 4000;
/** What is measured takes so long at most, ms. */
const PATIENCE_MS = 60_000;

export async function scale(): Promise<readonly Row[]> {
  if (!HAS_PROC) throw new Skipped("it needs Linux's /proc");
  return [...await bySessions(), ...await bySubscribers(), ...await stalls()];
}

// -- per event -----------------------------------------------------------------------------------------------------------

/** µs of the daemon's CPU for each event; the machine's other work does not count. */
async function bySessions(): Promise<readonly Row[]> {
  await using stack = new AsyncDisposableStack();
  const ways: Record<string, () => Promise<number>> = {};
  for (const sessions of SESSIONS) {
    const home = stack.use(await largeHome(sessions));
    const daemon = stack.use(await startDaemon(home));
    const publisher = await LineSocket.connect(daemon.socketPath);
    stack.defer(() => publisher.close());
    await publisher.write(HELLO);
    await publisher.lines(1);
    const next = turnsOfTen(sessions);
    ways[sessions] = () => cpuOf(daemon.pid, EVENTS, () => publish(publisher, EVENTS, next));
  }
  await pause(SETTLE_MS);
  const costs = await alternate(ways, { rounds: ROUNDS, warmUp: 1 });
  return rows("sessions", SESSIONS, (count) => median(costs[count]!), () => 1);
}

/**
 * Ten sessions at a time each have a whole turn, then the next ten of all: the events are the same however many sessions
 * there are, only their rows lie further apart.
 */
function turnsOfTen(sessions: number): () => Uint8Array {
  let event = 0;
  return () => {
    const [ten, within] = [Math.floor(event / (10 * TURN_EVENTS)), event % (10 * TURN_EVENTS)];
    event++;
    return report((ten * 10 + within % 10) % sessions, Math.floor(within / 10));
  };
}

/** The first tick of each daemon, with its snapshot, is over by then, ms. */
const SETTLE_MS = 5000;

async function bySubscribers(): Promise<readonly Row[]> {
  await using stack = new AsyncDisposableStack();
  const ways: Record<string, () => Promise<number>> = {};
  for (const subscribers of SUBSCRIBERS) {
    const home = stack.use(await TestHome.create({ config: '{ "journal": { "fsync": "never" } }' }));
    const daemon = stack.use(await startDaemon(home));
    const publisher = await LineSocket.connect(daemon.socketPath);
    stack.defer(() => publisher.close());
    await publisher.write(HELLO);
    await publisher.lines(1);
    const hearers: LineSocket[] = [];
    for (let at = 0; at < subscribers; at++) hearers.push(await subscriber(daemon.socketPath, home.token()));
    stack.defer(() => hearers.forEach((hearer) => hearer.close()));
    let turn = 0;
    const events = Math.max(MIN_EVENTS, Math.min(EVENTS, DELIVERIES / subscribers));
    ways[subscribers] = () =>
      cpuOf(daemon.pid, events, async () => {
        const heard = hearers.map((hearer) => hearer.lines(events));
        await publish(publisher, events, () => report(turn++ % 10, turn));
        await Promise.all(heard);
      });
  }
  const costs = await alternate(ways, { rounds: ROUNDS, warmUp: 1 });
  return rows("subscribers", SUBSCRIBERS, (count) => median(costs[count]!), (count) => count);
}

async function subscriber(path: string, token: string): Promise<LineSocket> {
  const hearer = await LineSocket.connect(path);
  await hearer.write(
    line({ id: 1, method: "hello", params: { protocol: 1, client: "bench/1", kind: "bench", token } }),
  );
  await hearer.write(line({ id: 2, method: "subscribe", params: { topics: ["session"] } }));
  await hearer.lines(2);
  return hearer;
}

/** Pipelined, as many at once as the daemon takes, so that no subscriber falls behind. */
async function publish(publisher: LineSocket, count: number, next: () => Uint8Array): Promise<void> {
  for (let sent = 0; sent < count;) {
    const width = Math.min(LIMITS.maxInFlight, count - sent);
    const bytes = Array.from({ length: width }, next);
    await publisher.write(new Uint8Array(await new Blob(bytes as Uint8Array<ArrayBuffer>[]).arrayBuffer()));
    await publisher.lines(width);
    sent += width;
  }
}

/** µs for each of `count`. */
async function cpuOf(pid: number, count: number, work: () => Promise<void>): Promise<number> {
  const before = cpuSecs(pid);
  await work();
  return (cpuSecs(pid) - before) * 1e6 / count;
}

/** One line for each size beside the smallest. @param growth what the cost may grow with */
function rows<N extends number>(
  panel: Exclude<GrowthPoint["panel"], "records">,
  sizes: readonly N[],
  cost: (size: N) => number,
  growth: (size: N) => number,
): Row[] {
  const [smallest, ...larger] = sizes;
  const point = (size: N): GrowthPoint => ({ panel, line: "the daemon", size, cost: cost(size) });
  const least = cost(smallest!) / growth(smallest!);
  return larger.map((size, at) => {
    const each = cost(size) / growth(size);
    const many = `${size.toLocaleString("en")} ${panel}`;
    const row = {
      id: "B8",
      what: `CPU of the daemon for each event${growth(size) > 1 ? " and subscriber" : ""}, with ${many}`,
      counterpart: `itself with ${smallest}`,
      goal: `≤ ${FACTOR}×`,
      measured: `${(each / least).toFixed(2)}× (${each.toFixed(1)} / ${least.toFixed(1)} µs)`,
      points: at === 0 ? [point(smallest!), point(size)] : [point(size)],
    };
    return judged(row, `an event, ${many}`, each / (FACTOR * least));
  });
}

// -- stalls --------------------------------------------------------------------------------------------------------------

/** The longest time that a `ping` of somebody else takes while something large goes on, ms. */
async function stalls(): Promise<readonly Row[]> {
  await using stack = new AsyncDisposableStack();
  const home = stack.use(await largeHome(MANY));
  const tick = ["--limit", `firstTickMs=${SNAPSHOT_AFTER_MS}`];
  const longest: Record<string, number[]> = {};
  const path = home.path("journal/snapshot.json");
  for (let round = 0; round < STALL_ROUNDS; round++) {
    await Deno.remove(path); // a start that replays all is followed by a snapshot
    await using daemon = await startDaemon(home, MAIN_URL, tick);
    await using pinger = await Pinger.start(home, daemon);
    using client = await connected(home);
    const works: Record<string, () => Promise<unknown>> = {
      "a snapshot is written": () => eventually(() => exists(path), PATIENCE_MS, "a snapshot", 20),
      nothing: () => pause(1000),
      "`session.list`": () => readPages(client, client.call("session.list", {}, inTime())),
      "`subscribe`": async () => {
        const { snapshot, subscription } = await client.call("subscribe", {}, inTime());
        await readPages(client, Promise.resolve(snapshot!));
        await client.call("unsubscribe", { subscription }, inTime());
      },
      "`dump`": () => client.call("dump", {}, inTime()),
      "`status`": () => client.call("status", {}, inTime()),
      "`approval.list`": () => client.call("approval.list", {}, inTime()),
      "`mcp.sessions`": () => client.call("mcp.sessions", { pids: [Deno.pid] }, inTime()),
    };
    for (const [name, work] of Object.entries(works)) (longest[name] ??= []).push(await pinger.during(work));
  }
  const { nothing = [], ...large } = longest;
  return Object.entries(large).map(([name, ms]) => {
    const work = name.startsWith("`") ? `${name} is answered` : name;
    const row = {
      id: "B8",
      what: `the longest \`ping\` while ${work}, ${MANY.toLocaleString("en")} sessions`,
      counterpart: "while nothing goes on",
      goal: `≤ ${STALL_MS} ms, without the time in line for a processor`,
      measured: `${median(ms).toFixed(1)} / ${median(nothing).toFixed(1)} ms`,
    };
    return judged(row, `longest ping while ${work.replaceAll("`", "")}`, median(ms) / STALL_MS);
  });
}

interface Page {
  readonly nextCursor?: string;
}

const inTime = () => AbortSignal.timeout(PATIENCE_MS);

async function connected(home: TestHome): Promise<WireClient & Disposable> {
  const signal = inTime();
  const socket = await connectUnix(home.socketPath, signal);
  const client = await WireClient.greet(socket, { kind: "bench", token: home.token(), signal });
  return Object.assign(client, { [Symbol.dispose]: () => client.close() });
}

async function readPages(client: WireClient, first: Promise<Page>): Promise<void> {
  for (let { nextCursor } = await first; nextCursor !== undefined;) {
    ({ nextCursor } = await client.call("session.list", { cursor: nextCursor }, inTime()));
  }
}

/** Somebody else, in a process of their own: what we read and parse here must not count. */
class Pinger implements AsyncDisposable {
  #process: Running;

  private constructor(process: Running) {
    this.#process = process;
  }

  static async start(home: TestHome, { socketPath, pid }: Measured): Promise<Pinger> {
    const argv = [Deno.execPath(), "run", "-A", `${REPOSITORY}/tests/bench/peers/pinger.ts`, socketPath, String(pid)];
    const process = new Running(argv, { env: home.command([]).env });
    await eventually(() => process.stdout.includes("ready"), PATIENCE_MS, "the pinger");
    return new Pinger(process);
  }

  /** The longest answer while `work` went on, ms; 0 where all were quick. */
  async during(work: () => Promise<unknown>): Promise<number> {
    const began = Date.now();
    await work();
    const ended = Date.now();
    await pause(300); // the one that was under way at its end
    const answers = this.#process.stdout.split("\n").map((text) => text.split(" ").map(Number));
    const long = answers.filter(([at = 0, ms = 0]) => at > began && at - ms < ended).map(([, ms = 0]) => ms);
    return Math.max(0, ...long);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#process[Symbol.asyncDispose]();
  }
}
