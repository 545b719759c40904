/** B1: from `session.report` and `session.update` to their event at a subscriber, in the prebuilt form, which is what runs. */
import { TestHome } from "../support/harness.ts";
import { HELLO, line, prebuiltMain, report, startDaemon, startEcho, update } from "./daemon.ts";
import { LineSocket } from "./line_socket.ts";
import { alternate, median, quantile } from "./measure.ts";
import { judged, ratio, type Row } from "./result.ts";

// Short rounds: the system may run both processes on one core or on two, a round trip differs fourfold between these,
// and it changes its mind every second or so.
const ROUNDS = 24;
const WARM_UP = 6;
/** Round trips in one round, fewer where each goes to many. */
const TRIPS = { 1: 250, 100: 40 } as const;
const P99_MS = { 1: 1, 100: 5 } as const;
const GOAL = { "session.report": 3.5, "session.update": 2.8 } as const;

type Subscribers = keyof typeof TRIPS;
type Method = keyof typeof GOAL;

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
  await using daemon = await startDaemon(home, await prebuiltMain());
  const token = home.token();
  return [
    await measured("session.report", 1),
    await measured("session.update", 1),
    await measured("session.report", 100),
  ];

  async function measured(method: Method, subscribers: Subscribers): Promise<Row> {
    await using echo = await startEcho(home);
    const ours = await daemonRoom(daemon.socketPath, token, method, subscribers);
    const theirs = await echoRoom(echo.socketPath, method, subscribers);
    const trips: Record<"ours" | "theirs", number[]> = { ours: [], theirs: [] };
    let round = -WARM_UP * 2;
    const way = (name: "ours" | "theirs", room: Room) => async () => {
      const took = await talk(room, TRIPS[subscribers]);
      if (round++ >= 0) trips[name].push(...took);
      return 0;
    };
    await alternate({ ours: way("ours", ours), theirs: way("theirs", theirs) }, { rounds: ROUNDS, warmUp: WARM_UP });
    for (const { speaker, hearers } of [ours, theirs]) for (const one of new Set([speaker, ...hearers])) one.close();
    return row(method, subscribers, trips.ours, trips.theirs);
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

/** A hook's connection reports without a token, as hooks do; a client that updates has one. */
async function daemonRoom(path: string, token: string, method: Method, subscribers: number): Promise<Room> {
  const params = { protocol: 1, client: "bench/1", kind: "bench", token };
  const speaker = await LineSocket.connect(path);
  await speaker.write(method === "session.report" ? HELLO : line({ id: 1, method: "hello", params }));
  await speaker.lines(1);
  const hearers = await Promise.all(Array.from({ length: subscribers }, async () => {
    const hearer = await LineSocket.connect(path);
    await hearer.write(line({ id: 1, method: "hello", params }));
    await hearer.write(line({ id: 2, method: "subscribe", params: { topics: ["session"] } }));
    await hearer.lines(2);
    return hearer;
  }));
  return { speaker, hearers, say: sayer(method), answers: 1 };
}

function sayer(method: Method): (turn: number) => Uint8Array {
  return method === "session.report" ? (turn) => report(0, turn) : update;
}

/** With one subscriber the raw echo, whose speaker is its own hearer. */
async function echoRoom(path: string, method: Method, subscribers: number): Promise<Room> {
  const speaker = await LineSocket.connect(path);
  const say = sayer(method);
  if (subscribers === 1) return { speaker, hearers: [speaker], say, answers: 0 };
  const hearers = await Promise.all(Array.from({ length: subscribers }, () => LineSocket.connect(path)));
  return { speaker, hearers, say, answers: 1 };
}

function row(method: Method, subscribers: Subscribers, ours: readonly number[], theirs: readonly number[]): Row {
  const p50 = { ours: median(ours), theirs: median(theirs) };
  const p99 = { ours: quantile(ours, 0.99), theirs: quantile(theirs, 0.99) };
  const many = subscribers > 1;
  return judged(
    {
      id: "B1",
      what: `\`${method}\` → its event at ${many ? `the last of ${subscribers} subscribers` : "a subscriber"}`,
      counterpart: many ? `a raw unix-socket echo to ${subscribers} connections` : "a raw unix-socket echo",
      goal: `p50 ≤ ${GOAL[method]}×, p99 < ${P99_MS[subscribers]} ms`,
      measured: `p50 ${ratio(p50.ours, p50.theirs, "ms", 3)}, p99 ${p99.ours.toFixed(3)} / ${p99.theirs.toFixed(3)} ms`,
    },
    `${method}, ${many ? `${subscribers} subscribers` : "one subscriber"}`,
    p50.ours / (GOAL[method] * p50.theirs),
    p99.ours / P99_MS[subscribers],
  );
}
