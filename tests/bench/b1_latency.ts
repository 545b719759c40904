/** B1: from `session.report` to its event at a subscriber. */
import { TestHome } from "../support/harness.ts";
import { HELLO, line, report, startDaemon, startEcho } from "./daemon.ts";
import { LineSocket } from "./line_socket.ts";
import { alternate, median, quantile } from "./measure.ts";
import { ratio, type Row } from "./result.ts";

// Short rounds: the system may run both processes on one core or on two, a round trip differs fourfold between these,
// and it changes its mind every second or so.
const ROUNDS = 24;
const WARM_UP = 6;
/** Round trips in one round, fewer where each goes to many. */
const TRIPS = { 1: 250, 100: 40 } as const;
const P99_MS = { 1: 1, 100: 5 } as const;

type Subscribers = keyof typeof TRIPS;

/** One who speaks and those who hear it. */
interface Room {
  readonly speaker: LineSocket;
  readonly hearers: readonly LineSocket[];
  readonly say: (turn: number) => Uint8Array;
  /** Lines that the speaker gets for each that it says. */
  readonly answers: number;
}

export async function latency(): Promise<readonly Row[]> {
  await using home = await TestHome.create();
  await using daemon = await startDaemon(home);
  const token = home.token();
  return [await measured(1), await measured(100)];

  async function measured(subscribers: Subscribers): Promise<Row> {
    await using echo = await startEcho(home);
    const ours = await daemonRoom(daemon.socketPath, token, subscribers);
    const theirs = await echoRoom(echo.socketPath, subscribers);
    const trips: Record<"ours" | "theirs", number[]> = { ours: [], theirs: [] };
    let round = -WARM_UP * 2;
    const way = (name: "ours" | "theirs", room: Room) => async () => {
      const took = await talk(room, TRIPS[subscribers]);
      if (round++ >= 0) trips[name].push(...took);
      return 0;
    };
    await alternate({ ours: way("ours", ours), theirs: way("theirs", theirs) }, { rounds: ROUNDS, warmUp: WARM_UP });
    for (const { speaker, hearers } of [ours, theirs]) for (const one of new Set([speaker, ...hearers])) one.close();
    return row(subscribers, trips.ours, trips.theirs);
  }
}

/** Milliseconds from each line that is said to the moment when the last hearer has it. */
async function talk({ speaker, hearers, say, answers }: Room, trips: number): Promise<number[]> {
  const took: number[] = [];
  for (let turn = 1; turn <= trips; turn++) {
    const bytes = say(turn);
    const began = performance.now();
    const heard = hearers.map((hearer) => hearer.lines(1));
    await speaker.write(bytes);
    await Promise.all(heard);
    took.push(performance.now() - began);
    await speaker.lines(answers);
  }
  return took;
}

async function daemonRoom(path: string, token: string, subscribers: number): Promise<Room> {
  const speaker = await LineSocket.connect(path);
  await speaker.write(HELLO);
  await speaker.lines(1);
  const params = { protocol: 1, client: "bench/1", kind: "bench", token };
  const hearers = await Promise.all(Array.from({ length: subscribers }, async () => {
    const hearer = await LineSocket.connect(path);
    await hearer.write(line({ id: 1, method: "hello", params }));
    await hearer.write(line({ id: 2, method: "subscribe", params: { topics: ["session"] } }));
    await hearer.lines(2);
    return hearer;
  }));
  return { speaker, hearers, say: (turn) => report(0, turn), answers: 1 };
}

/** With one subscriber the raw echo, whose speaker is its own hearer. */
async function echoRoom(path: string, subscribers: number): Promise<Room> {
  const speaker = await LineSocket.connect(path);
  const say = (turn: number) => report(0, turn);
  if (subscribers === 1) return { speaker, hearers: [speaker], say, answers: 0 };
  const hearers = await Promise.all(Array.from({ length: subscribers }, () => LineSocket.connect(path)));
  return { speaker, hearers, say, answers: 1 };
}

function row(subscribers: Subscribers, ours: readonly number[], theirs: readonly number[]): Row {
  const p50 = { ours: median(ours), theirs: median(theirs) };
  const p99 = { ours: quantile(ours, 0.99), theirs: quantile(theirs, 0.99) };
  const many = subscribers > 1;
  return {
    id: "B1",
    what: `\`session.report\` → its event at ${many ? `the last of ${subscribers} subscribers` : "a subscriber"}`,
    counterpart: many ? `a raw unix-socket echo to ${subscribers} connections` : "a raw unix-socket echo",
    goal: `p50 ≤ 3×, p99 < ${P99_MS[subscribers]} ms`,
    measured: `p50 ${ratio(p50.ours, p50.theirs, "ms", 3)}, p99 ${p99.ours.toFixed(3)} / ${p99.theirs.toFixed(3)} ms`,
    ok: p50.ours <= 3 * p50.theirs && p99.ours < P99_MS[subscribers],
  };
}
