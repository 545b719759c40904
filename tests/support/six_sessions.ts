/**
 * Six recorded sessions of real agents that play at once: at each step one of them, by a seeded choice, sends its next
 * recorded event, or a person answers the oldest request. A recording that has ended begins again as another session.
 */
import { recorded } from "../contract/replay.ts";
import type { TestHome } from "./harness.ts";
import type { Json, RawClient } from "./wire.ts";

/** Agent, recording. */
const RECORDINGS = [
  ["claude", "claude/full"],
  ["claude", "claude/subagents"],
  ["claude", "claude/decisions"],
  ["codex", "codex/full"],
  ["gemini", "gemini/dialogs"],
  ["claude-like:qwen", "qwen/tui"],
] as const;

interface Player {
  readonly agent: string;
  readonly events: readonly { readonly stdin?: unknown; readonly env?: Record<string, string> }[];
  /** The requests of a hook wait as long as its connection is open. */
  readonly hook: RawClient;
  at: number;
  round: number;
}

export class SixSessions {
  readonly #players: readonly Player[];
  readonly #person: RawClient;
  #seed: number;

  private constructor(players: readonly Player[], person: RawClient, seed: number) {
    this.#players = players;
    this.#person = person;
    this.#seed = seed;
  }

  static async create(home: TestHome, seed: number): Promise<SixSessions> {
    const players = await Promise.all(RECORDINGS.map(async ([agent, name]) => ({
      agent,
      events: recorded(await Deno.readTextFile(new URL(`../fixtures/${name}.jsonl`, import.meta.url)))
        .filter(({ step }) => step === undefined),
      hook: await home.connect(),
      at: 0,
      round: 0,
    })));
    return new SixSessions(players, await home.connect({ token: true }), seed);
  }

  /** @returns what happened, for the message of a test that fails */
  async step(): Promise<string> {
    const player = this.#players[this.#below(this.#players.length)]!;
    return this.#below(8) === 0 ? await this.#answer() : await this.#play(player);
  }

  /** The number of the newest event. */
  async seq(): Promise<number> {
    const { seq } = await this.#person.request("session.list", { limit: 1 }) as { readonly seq: number };
    return seq;
  }

  async close(): Promise<void> {
    for (const { hook } of this.#players) await hook.close();
    await this.#person.close();
  }

  async #play(player: Player): Promise<string> {
    const { stdin, env = {} } = player.events[player.at]!;
    // Each round is another session, in another folder of the same name.
    const text = JSON.stringify(stdin).replaceAll(
      "/home/u/project",
      `/home/u/${player.agent.replace(/^.*:/, "")}${player.round}/project`,
    );
    const event = player.round === 0 ? JSON.parse(text) : renamed(JSON.parse(text), player.round);
    player.at = (player.at + 1) % player.events.length;
    if (player.at === 0) player.round++;
    await this.#send(player, { agent: player.agent, event, env });
    return `${player.agent} ${String((event as Json)["hook_event_name"] ?? (event as Json)["type"])}`;
  }

  async #send({ hook }: Player, params: Json): Promise<void> {
    await hook.request("session.report", params);
  }

  async #answer(): Promise<string> {
    const { approvals } = await this.#person.request("approval.list", {}) as { readonly approvals: readonly Json[] };
    const [first] = approvals;
    if (first === undefined) return "nothing to answer";
    const decision = this.#below(2) === 0 ? "deny" : "approve";
    const reply = await this.#person.call("approval.decide", { id: first["id"], decision });
    return `${decision} ${first["id"]}: ${reply.error?.message ?? "ok"}`;
  }

  #below(count: number): number {
    // The minimal standard generator of Park and Miller.
    this.#seed = this.#seed * 48_271 % 2_147_483_647;
    return this.#seed % count;
  }
}

/** The same event of a session with another id. */
function renamed(event: unknown, round: number): unknown {
  return JSON.parse(
    JSON.stringify(event, (key, value) => key === "session_id" ? `${round}-${value}` : value),
  );
}
