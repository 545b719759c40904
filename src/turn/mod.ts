/** The daemon runs agents: prompts go to those of the configuration (section agents), what they do is told to every window. */
import { isTurnOver } from "../domain/turn_change.ts";
import type { Feature } from "../core/service.ts";
import { clip } from "../domain/sanitize.ts";
import { ConsoleError } from "../protocol/errors.ts";
import { type Turn, type TurnLine, turnMethods } from "./methods.ts";
import { optional } from "../lib/json_fields.ts";
import { configuredAgents, namedAgents, turnPermissions } from "./permissions.ts";
import { RecentTurns } from "./recent_turns.ts";
import type { RunningTurns } from "./running.ts";
import { agentsSection } from "./section.ts";
import type { TurnContext } from "./turn_context.ts";

/** Turns that `turn.recent` answers with, where nobody says how many. */
const USUAL = 20;

export const turn: Feature<keyof typeof turnMethods, RecentTurns, typeof agentsSection> = {
  name: "turn",
  config: agentsSection,
  methods: turnMethods,
  permissions: turnPermissions,
  programs: namedAgents,
  events: {
    "turn.submitted": "A prompt for an agent; it waits for its turn.",
    "turn.started": "The agent has it; its session is known.",
    "turn.chunk": "A part of what the agent says (`text`) or thinks (`thought`).",
    "turn.tool": "A call of a tool: it begins, or has ended.",
    "turn.plan": "What the agent is going to do; replaces the plan before.",
    "turn.cancel_requested": "Somebody ends them; each still tells its own end.",
    "turn.resumed": "It waits again: the last daemon ended before it, or in it. At most once for each turn.",
    "turn.ended": "It is over: finished, cancelled or failed.",
    "turn.agent_started": "The process of an agent, for the next daemon, should this one be killed.",
    "turn.agent_ended": "That process has ended.",
  },
  projection: () => new RecentTurns(),
  create: (context, turns) => {
    const late = new LateTurns(context, turns);
    return {
      service: {
        tick: () => late.tick(),
        status: () => late.status(),
        stop: ({ restart }) => late.stop(restart),
      },
      snapshot: () => ({ turns: linesOf(turns.all()) }),
      handlers: {
        "turn.submit": async (params, { peer }) => (await late.load()).submit(params, peer.actor),
        "turn.cancel": async (params, { peer }) => (await late.load()).cancel(params, peer.actor),
        "turn.recent": ({ sessionId, turnId, limit = USUAL }) => ({
          seq: context.store.seq,
          turns: turns.all().filter((one) =>
            (sessionId === undefined || one.sessionId === sessionId) && (turnId === undefined || one.id === turnId)
          ).slice(-limit),
        }),
      },
    };
  },
};

/** Turns of a snapshot; those that are open come along, and the last one of each session. */
const TOLD = 50;
/** Units of a prompt and of a reason in it. */
const LINE = 200;

/** A line of each for the lists of windows, oldest first; who shows more of one asks for it. */
function linesOf(all: readonly Turn[]): readonly TurnLine[] {
  const last = new Map(all.map(({ sessionId, id }) => [sessionId, id]));
  return all.filter((one, at) =>
    at >= all.length - TOLD || !isTurnOver(one.status) || last.get(one.sessionId) === one.id
  )
    .map(({ reply: _, tools: __, plan: ___, prompt, error, ...rest }) => ({
      ...rest,
      prompt: clip(prompt, LINE),
      ...(error === undefined ? {} : { error: clip(error, LINE) }),
    }));
}

/** Loads what runs agents at the first turn. */
class LateTurns {
  readonly #context: TurnContext;
  readonly #turns: RecentTurns;
  running: RunningTurns | undefined;
  #isStopped = false;

  constructor(context: TurnContext, turns: RecentTurns) {
    this.#context = context;
    this.#turns = turns;
  }

  /**
   * @returns behind the recovery: what is submitted comes after what was left
   * @throws {ConsoleError} `stopping`
   */
  async load(): Promise<RunningTurns> {
    const { RunningTurns } = await import("./running.ts");
    if (this.#isStopped) throw new ConsoleError("stopping", "the daemon is stopping");
    const running = this.running ??= new RunningTurns(this.#context, this.#turns);
    await running.recover();
    return running;
  }

  async stop(restart: boolean): Promise<void> {
    this.#isStopped = true;
    await this.running?.stop(restart);
  }

  /** With no agent that is to be warm, and nothing left of an earlier daemon, nothing is loaded before the first turn. */
  async tick(): Promise<void> {
    const { booted, current } = this.#context.settings;
    const isWarm = (name: string) => (current[name] ?? booted[name])?.warm === true;
    const isLeft = this.#turns.all().some(({ status }) => !isTurnOver(status)) || this.#turns.leftAgents().length > 0;
    if (this.running === undefined && !isLeft && !Object.keys(booted).some(isWarm)) return;
    await (await this.load()).look();
  }

  status() {
    const open = this.#turns.all().filter(({ status }) => !isTurnOver(status));
    const configured = configuredAgents(this.#context.settings.booted);
    if (configured.length === 0) return undefined;
    return {
      running: open.filter(({ status }) => status === "running").length,
      queued: open.filter(({ status }) => status === "queued").length,
      agents: this.running?.agents ?? [],
      configured,
      ...optional("interrupted", this.running?.interrupted),
      ...optional("quiet", this.running?.quiet),
    };
  }
}
