/** What all parts of a soak share: the home, the account, chance by the seed, and how a client comes back to the daemon. */
import { denoDir } from "../support/harness_guard.ts";
import { REPOSITORY, TestHome } from "../support/harness.ts";
import { freePort } from "../support/gateway.ts";
import { pause } from "../support/harness_wait.ts";
import type { RawClient } from "../support/wire.ts";
import { Ledger } from "./ledger.ts";

export interface SoakOptions {
  readonly seconds: number;
  /** Reports in a second, of all writers. */
  readonly rate: number;
  readonly seed: number;
  readonly say: (text: string) => void;
}

/** Kills end at this part of the time: the slopes need one long life. */
const KILLS_PART = 0.4;
/** That life fills its bounded memories, of keys and of the newest events, for this part of the time. */
const WARM_PART = 0.15;
/** How long all are quiet for a measure, s: a daemon collects its garbage a whole tick, 10 s, after the last event. */
const QUIET_SECONDS = 30;
/** Under so many seconds there is no room for two of them, and the slopes are not judged. */
const LEAST_SECONDS = 180;
/** A daemon that cannot be reached for so long is the end of the soak, ms. */
const REACH_MS = 60_000;

export class World implements AsyncDisposable {
  readonly ledger = new Ledger();
  readonly #begun = performance.now();
  #starting: Promise<unknown> | undefined;
  #isEnding = false;

  private constructor(readonly home: TestHome, readonly port: number, readonly options: SoakOptions) {}

  static async create(options: SoakOptions): Promise<World> {
    const port = freePort();
    const world = new World(await TestHome.create({ config: configText(port, "info") }), port, options);
    try {
      await world.home.start();
      return world;
    } catch (error) {
      await world[Symbol.asyncDispose]();
      throw error;
    }
  }

  /** Seconds since the beginning. */
  get age(): number {
    return (performance.now() - this.#begun) / 1000;
  }
  get isOver(): boolean {
    return this.#isEnding || this.age >= this.options.seconds;
  }
  get mayKill(): boolean {
    return this.age < this.options.seconds * KILLS_PART;
  }

  /** Whether there is time for the two measures: then it is a fault where one is missing. */
  get isMeasured(): boolean {
    return this.options.seconds >= LEAST_SECONDS;
  }

  /** The two measures: which one it is now, if any. */
  get quiet(): "first" | "last" | undefined {
    const { seconds } = this.options;
    if (!this.isMeasured) return undefined;
    const first = seconds * (KILLS_PART + WARM_PART);
    if (this.age >= first && this.age < first + QUIET_SECONDS) return "first";
    return this.age >= seconds - QUIET_SECONDS ? "last" : undefined;
  }

  /** Waits while nobody may do anything. @returns whether there is still something to do behind that */
  async mayGoOn(): Promise<boolean> {
    while (this.quiet !== undefined && !this.isOver) await pause(50);
    return !this.isOver;
  }

  /** Makes all parts end: one of them has failed. */
  end(): void {
    this.#isEnding = true;
  }

  /** Numbers from 0 to 1 that the seed and the name decide (mulberry32). */
  chance(name: string): () => number {
    let state = [...name].reduce((sum, letter) => Math.imul(sum, 31) + letter.charCodeAt(0) | 0, this.options.seed);
    return () => {
      state = (state + 0x6d2b79f5) | 0;
      const mixed = Math.imul(state ^ (state >>> 15), 1 | state);
      const more = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
      return ((more ^ (more >>> 14)) >>> 0) / 4_294_967_296;
    };
  }

  /** Pauses for `ms`, give or take half of it; sooner where the soak is over. */
  async rest(ms: number, chance: () => number): Promise<void> {
    const end = performance.now() + ms * (0.5 + chance());
    while (!this.isOver && performance.now() < end) await pause(Math.min(100, Math.max(0, end - performance.now())));
  }

  configure(logLevel: string): Promise<void> {
    return Deno.writeTextFile(this.home.path("config.jsonc"), configText(this.port, logLevel), { mode: 0o600 });
  }

  /** A greeted connection; where no daemon is there, the first who sees it starts one by a command, as a person would. */
  async reach(token = true): Promise<RawClient> {
    const end = performance.now() + REACH_MS;
    for (;;) {
      try {
        return await this.home.connect({ token, timeoutMs: 5000 });
      } catch (error) {
        if (performance.now() > end) throw new Error(`no daemon was reached for ${REACH_MS} ms: ${error}`);
      }
      this.#starting ??= this.home.cli(["ls", "--json"], { timeoutMs: 30_000 }).catch(() => {}).finally(() =>
        this.#starting = undefined
      );
      await this.#starting;
      await pause(20);
    }
  }

  /** `act` on a connection, again on the next one where the daemon went away. An act must be one that can be repeated. */
  async insist<T>(connection: { client?: RawClient }, token: boolean, act: (client: RawClient) => Promise<T>) {
    for (;;) {
      const client = connection.client ??= await this.reach(token);
      try {
        return await act(client);
      } catch (error) {
        if (!isGoneOrLate(error)) throw error;
        delete connection.client;
        await client.close();
      }
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.home[Symbol.asyncDispose]();
  }
}

/** The daemon was killed before it answered, it stops, or it was too slow: the same call may be sent again. */
export function isGoneOrLate(error: unknown): boolean {
  const { name, message, data } = error as Error & { data?: { name?: unknown } };
  return name === "Disconnected" || /^not done after|is closed|closed with/.test(message) ||
    ["stopping", "busy"].includes(String(data?.name));
}

const AGENT = [Deno.execPath(), "run", "-A", "--no-check", "--cached-only", `${REPOSITORY}/tests/support/acp_agent.ts`];

function configText(port: number, logLevel: string): string {
  const env = [`DENO_DIR=${denoDir()}`, "DENO_NO_UPDATE_CHECK=1"];
  return JSON.stringify({
    daemon: { log_level: logLevel, max_turns: 4 },
    gateway: { enabled: true, port },
    agents: { mine: { command: AGENT, env } },
    scheduler: { programs: { tick: { argv: ["/bin/echo", "tick"] } } },
  });
}
