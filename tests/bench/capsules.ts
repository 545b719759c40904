/** CAPSULES: what a hostile capsule costs everybody else, and what many idle ones cost. */
import { grantBroken, grantNow } from "../support/capsule_commands.ts";
import { writeCapsule } from "../support/capsule_folder.ts";
import { TestHome } from "../support/harness.ts";
import { processesNaming } from "../support/harness_process.ts";
import { pause } from "../support/harness_wait.ts";
import { HELLO, line, report } from "./daemon.ts";
import { HOSTILE_LOADS, hostileCapsule, type HostileLoad } from "./hostile_load.ts";
import { LineSocket } from "./line_socket.ts";
import { median, quantile } from "./measure.ts";
import { cpuSecs } from "./proc.ts";
import type { Row } from "./result.ts";

/** Windows of each attack, each behind one of rest. */
const ROUNDS = 3;
const WINDOW_MS = 1000;
/** From its start to its attack, and a moment more. One that lasts has a nice value by then. */
const BEGIN_MS = { ends: 400, lasts: 6000 } as const;
/** A capsule that has ended is started anew so often. */
const AGAIN_MS = 600;
const MOST_RATIO = 2;
const KINDS = ["report", "ping"] as const;
const WHAT = { report: "`session.report` → its event at a subscriber", ping: "`ping`" } as const;

/** What is measured is more than clients without a token may add. */
const LIMITS = ["reportJournalBytes", "reportJournalBytesEach"].flatMap((name) => ["--limit", `${name}=${2 ** 31}`]);

const IDLE = 20;
const SETTLE_MS = 15_000;
const IDLE_SECS = 30;
const MOST_IDLE_PERCENT = 3;

type Times = Record<(typeof KINDS)[number], number[]>;

export async function capsules(): Promise<readonly Row[]> {
  const rows: Row[] = [];
  for (const load of HOSTILE_LOADS) rows.push(...await during(load));
  return rows;
}

/** In a home of its own: the journal of an attack is none of the next one's. */
async function during(load: HostileLoad): Promise<readonly Row[]> {
  await using home = await TestHome.create();
  await home.start({ args: LIMITS });
  const capabilities = { kv: 1_000_000 };
  writeCapsule(home.path("capsules"), { name: load.name, capabilities }, { "main.ts": hostileCapsule(load) });
  await using client = await home.connect({ token: true });
  const room = await Room.open(home.socketPath, home.token());
  await room.measure(WINDOW_MS); // warm
  const rest: Times[] = [];
  const attacked: Times[] = [];
  const seen = new Set<string>();
  for (let round = 0; round < ROUNDS; round++) {
    rest.push(await room.measure(WINDOW_MS));
    if (load.isAtLoad === true) await grantBroken(home, load.name);
    else await grantNow(home, load.name);
    const over = new AbortController();
    const watched = keepAttacking(client, load, seen, over.signal);
    await pause(load.ends ? BEGIN_MS.ends : BEGIN_MS.lasts);
    attacked.push(await room.measure(WINDOW_MS));
    over.abort();
    await watched;
    await client.request("capsule.revoke", { name: load.name });
  }
  room.close();
  const may = load.ends ? ["running", "starting", "restarting", "failed"] : ["running"];
  const isAsSaid = seen.size > 0 && [...seen].every((state) => may.includes(state));
  if (!isAsSaid) throw new Error(`the capsule ${load.name} was ${[...seen].join(", ")}: that is not its attack`);
  return KINDS.map((kind) => rowOf(load.name, kind, rest, attacked));
}

/** Starts one that has ended anew. @param seen gets the states that it is in */
async function keepAttacking(
  client: Awaited<ReturnType<TestHome["connect"]>>,
  { name, ends = false }: HostileLoad,
  seen: Set<string>,
  signal: AbortSignal,
): Promise<void> {
  while (!signal.aborted) {
    await pause(AGAIN_MS);
    const { state, reason = "" } = await client.request("capsule.metadata", { name });
    seen.add(/may not run capsules/.test(`${reason}`) ? "not run" : `${state}`);
    if (ends && state !== "running") await client.request("capsule.reload", { name });
  }
}

/** One who reports and pings, and one who hears the events. */
class Room {
  #turn = 0;

  constructor(readonly speaker: LineSocket, readonly hearer: LineSocket) {}

  static async open(path: string, token: string): Promise<Room> {
    const [speaker, hearer] = await Promise.all([LineSocket.connect(path), LineSocket.connect(path)]);
    await speaker.write(HELLO);
    await speaker.lines(1);
    await hearer.write(
      line({ id: 1, method: "hello", params: { protocol: 1, client: "bench/1", kind: "bench", token } }),
    );
    await hearer.write(line({ id: 2, method: "subscribe", params: { topics: ["session"] } }));
    await hearer.lines(2);
    return new Room(speaker, hearer);
  }

  /** One after the other until the time is over, ms of each. */
  async measure(ms: number): Promise<Times> {
    const times: Times = { report: [], ping: [] };
    for (const end = performance.now() + ms; performance.now() < end;) {
      const bytes = report(0, ++this.#turn);
      const began = performance.now();
      const heard = this.hearer.lines(1);
      await this.speaker.write(bytes);
      await heard;
      times.report.push(performance.now() - began);
      await this.speaker.lines(1);
      const asked = performance.now();
      await this.speaker.write(line({ id: 3, method: "ping" }));
      await this.speaker.lines(1);
      times.ping.push(performance.now() - asked);
    }
    return times;
  }

  close(): void {
    this.speaker.close();
    this.hearer.close();
  }
}

/** The ratio is that of a round and the rest before it: the noise of the machine falls on both. */
function rowOf(name: string, kind: (typeof KINDS)[number], rest: readonly Times[], attacked: readonly Times[]): Row {
  const p99 = (times: readonly Times[]) => times.map((one) => quantile(one[kind], 0.99));
  const [before, under] = [p99(rest), p99(attacked)];
  const ratios = under.map((ms, round) => ms / (before[round] ?? NaN));
  return {
    id: "capsules",
    what: `${WHAT[kind]}, while a capsule attacks: ${name}`,
    counterpart: "itself at rest",
    goal: `p99 ≤ ${MOST_RATIO}×`,
    measured: `${median(ratios).toFixed(2)}×, p99 ${median(under).toFixed(3)} / ${median(before).toFixed(3)} ms`,
    ok: median(ratios) <= MOST_RATIO,
  };
}

/** Needs /proc. */
export async function idleCapsules(): Promise<readonly Row[]> {
  await using home = await TestHome.create();
  const pid = await home.start();
  await pause(SETTLE_MS);
  const alone = await cpuPercent([pid]);
  for (let n = 0; n < IDLE; n++) {
    const name = `idle${n}`;
    const subscribes = ["session", "approval"];
    const main = `export default (c: any) => { for (const t of ["session", "approval"]) c.on(t, () => {}); };`;
    writeCapsule(home.path("capsules"), { name, subscribes }, { "main.ts": main });
    await grantNow(home, name);
  }
  await pause(SETTLE_MS);
  const cost = await cpuPercent([pid, ...ofCapsules(home)]);
  if (ofCapsules(home).length < IDLE) throw new Error(`${ofCapsules(home).length} processes of ${IDLE} capsules run`);
  return [{
    id: "capsules",
    what: `CPU of ${IDLE} idle capsules, the daemon and what watches them included`,
    counterpart: "the daemon without capsules",
    goal: `< ${MOST_IDLE_PERCENT} % of a core`,
    measured: `${cost.toFixed(2)} % / ${alone.toFixed(2)} %`,
    ok: cost - alone < MOST_IDLE_PERCENT,
  }];
}

/** Processes of capsules, and the shells that watch them. */
function ofCapsules(home: TestHome): number[] {
  return processesNaming(home.root).filter(({ argv }) => argv.includes("--deny-import") || argv.includes("watch")).map((
    { pid },
  ) => pid);
}

async function cpuPercent(pids: readonly number[]): Promise<number> {
  const used = () => pids.reduce((sum, pid) => sum + cpuSecs(pid), 0);
  const before = used();
  await pause(IDLE_SECS * 1000);
  return 100 * (used() - before) / IDLE_SECS;
}
