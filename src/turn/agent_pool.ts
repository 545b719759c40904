/**
 * The processes of the agents: one for each name, started with its first turn or kept warm, ended where nobody needs it.
 * A warm one has a session open already, which is most of what a first prompt waits for.
 */
import { Agent } from "../acp/agent.ts";
import type { AcpEvents } from "../acp/connection.ts";
import { env } from "../platform/process.ts";
import { permitted } from "../platform/program_places.ts";
import { ConsoleError } from "../protocol/errors.ts";
import { agentEnv, agentPrograms, agentSecrets, configuredAgents, folderOf } from "./permissions.ts";
import { RestartBudget } from "../lib/restart_budget.ts";
import type { AgentSettings } from "./section.ts";
import type { TurnContext } from "./turn_context.ts";
import { untilAborted } from "./until_aborted.ts";

interface Pooled {
  readonly starting: Promise<Agent>;
  agent?: Agent;
  /** A session that is open and was not used. */
  ready?: { readonly id: string; readonly cwd: string; readonly mode: string | null };
  /** Turns of it that run. */
  busy: number;
  /** When the last of them ended, steady ms. */
  usedAt: number;
}

/** Who hears of the agents of a pool. */
export interface PoolListener {
  /** What the agent of that name says. */
  readonly events: (agent: string) => AcpEvents;
  /** One runs. */
  readonly started: (name: string, agent: Agent) => void;
}

const MINUTE_MS = 60_000;

export class AgentPool {
  readonly #context: TurnContext;
  readonly #hears: PoolListener;
  readonly #stop: AbortSignal;
  readonly #pooled = new Map<string, Pooled>();
  /** Those that nobody needs, until they are gone. */
  readonly #ending = new Set<Promise<void>>();
  readonly #budgets = new Map<string, RestartBudget>();

  /**
   * @param stop ends all that is started, and starts no more
   */
  constructor(
    context: TurnContext,
    hears: PoolListener,
    stop: AbortSignal,
  ) {
    this.#context = context;
    this.#hears = hears;
    this.#stop = stop;
  }

  /** The agents whose processes run. */
  get running(): readonly string[] {
    return [...this.#pooled].flatMap(([name, { agent }]) => agent === undefined ? [] : [name]);
  }

  /** Those that the configuration runs. */
  get configured(): readonly string[] {
    return configuredAgents(this.#context.settings.booted);
  }

  /** @throws {ConsoleError} `not_found`: no such agent is configured */
  settings(name: string): AgentSettings {
    const { booted, current } = this.#context.settings;
    const started = Object.hasOwn(booted, name) ? booted[name] : undefined;
    if (started === undefined) throw notConfigured(name, this.configured, current);
    return { ...(current[name] ?? started), command: started.command, env: started.env };
  }

  /** Where its sessions work that name no folder. */
  folder(name: string): string {
    return folderOf(this.settings(name).cwd, env) ?? "/";
  }

  /** The agent, started where it does not run, for `work`. @throws {ConsoleError} `failed`, and what `work` throws */
  async use<T>(name: string, signal: AbortSignal, work: (agent: Agent) => Promise<T>): Promise<T> {
    const pooled = this.#get(name);
    pooled.busy++;
    try {
      // What is started is not ended with one who waits for it.
      return await work(await untilAborted(pooled.starting, signal));
    } finally {
      pooled.busy--;
      pooled.usedAt = this.#context.clock.steady();
    }
  }

  /** A new session in `cwd`: the one that is ready, or one that is opened now. @throws {ConsoleError} `failed` */
  async newSession(agent: Agent, name: string, cwd: string, signal: AbortSignal): Promise<string> {
    const pooled = this.#pooled.get(name);
    const ready = pooled?.agent === agent ? pooled.ready : undefined;
    const { mode } = this.settings(name);
    if (pooled === undefined || ready?.cwd !== cwd || ready.mode !== mode) {
      return await agent.newSession(cwd, mode, signal);
    }
    delete pooled.ready;
    return ready.id;
  }

  /** Starts what is to be warm, ends what nobody needs. Never throws. */
  async look(): Promise<void> {
    const now = this.#context.clock.steady();
    for (const [name, { agent, busy, usedAt }] of this.#pooled) {
      const { warm, idle_mins: mins } = this.settings(name);
      if (agent === undefined || warm || busy > 0 || mins === 0 || now - usedAt < mins * MINUTE_MS) continue;
      this.#context.log.info("an agent ends, because nobody needs it", { agent: name });
      this.#pooled.delete(name); // who asks now gets another one
      const ending = agent.end();
      this.#ending.add(ending);
      void ending.finally(() => this.#ending.delete(ending));
    }
    await Promise.all(this.configured.filter((name) => this.settings(name).warm).map((name) => this.#keepWarm(name)));
  }

  async end(): Promise<void> {
    await Promise.all(this.#ending);
    const all = await Promise.allSettled([...this.#pooled.values()].map(({ starting }) => starting));
    await Promise.all(all.map((one) => one.status === "fulfilled" ? one.value.end() : undefined));
  }

  async #keepWarm(name: string): Promise<void> {
    if (this.#budgetOf(name).waitMs(this.#context.clock.steady()) > 0) return;
    try {
      const pooled = this.#get(name);
      const agent = await pooled.starting;
      const [cwd, { mode }] = [this.folder(name), this.settings(name)];
      const { ready } = pooled;
      if (ready?.cwd === cwd && ready.mode === mode) return;
      if (ready !== undefined) void agent.closeSession(ready.id); // the configuration was changed: it is for nobody
      pooled.ready = { id: await agent.newSession(cwd, mode, this.#stop), cwd, mode };
    } catch (error) {
      if (this.#stop.aborted) return;
      this.#context.log.warn("an agent is not warm", { agent: name, why: String(error) });
      // One that did not start has counted already.
      if (this.#pooled.get(name)?.agent !== undefined) this.#budgetOf(name).failed(this.#context.clock.steady());
    }
  }

  /** @throws {ConsoleError} `failed`: it may not be started now */
  #get(name: string): Pooled {
    const before = this.#pooled.get(name);
    if (before !== undefined) return before;
    const { clock, log } = this.#context;
    const budget = this.#budgetOf(name);
    const waitMs = budget.waitMs(clock.steady());
    if (waitMs > 0) throw tooOften(name, waitMs);
    const pooled: Pooled = { starting: this.#start(name), busy: 0, usedAt: clock.steady() };
    this.#pooled.set(name, pooled);
    const forget = (isFailure: boolean) => {
      if (this.#pooled.get(name) === pooled) this.#pooled.delete(name);
      if (isFailure && !this.#stop.aborted) budget.failed(clock.steady());
    };
    pooled.starting.then((agent) => {
      pooled.agent = agent;
      log.info("an agent runs", { agent: name, pid: agent.pid });
      this.#hears.started(name, agent);
      agent.gone.addEventListener("abort", () => {
        forget(!agent.isEnding);
        if (!agent.isEnding) log.warn("an agent has ended", { agent: name, why: String(agent.gone.reason) });
      }, { once: true });
    }, (error) => {
      forget(true);
      if (!this.#stop.aborted) log.warn("an agent could not be started", { agent: name, why: String(error) });
    });
    return pooled;
  }

  #budgetOf(name: string): RestartBudget {
    const budget = this.#budgets.get(name) ?? new RestartBudget();
    this.#budgets.set(name, budget);
    return budget;
  }

  async #start(name: string): Promise<Agent> {
    const settings = this.settings(name);
    const program = permitted(agentPrograms(settings, env));
    if (program === undefined) throw notFound(name, settings);
    const command = {
      name,
      argv: [program, ...settings.command.slice(1)],
      env: agentEnv(program, settings, env),
      secrets: agentSecrets(settings),
      cwd: this.folder(name),
    };
    const { log, now } = this.#context;
    return await Agent.start({ command, events: this.#hears.events(name), log, now }, this.#stop);
  }
}

/**
 * @param name undefined: none was named
 * @param names of those that were configured when the daemon started
 * @param current those that are configured now
 */
export function notConfigured(
  name: string | undefined,
  names: readonly string[],
  current: Readonly<Record<string, AgentSettings>>,
): ConsoleError {
  const command = name === undefined || !Object.hasOwn(current, name) ? [] : current[name]?.command ?? [];
  if (command.length > 0) {
    const why = `the agent "${name}" is in the configuration, and the daemon was started without it`;
    return new ConsoleError("not_found", why, { hint: "agent-console daemon restart" });
  }
  const what = name === undefined ? "no agent is named" : `no agent is configured as "${name}"`;
  const hint = names.length === 0 ? HOW_TO_CONFIGURE : `one of: ${names.join(", ")}`;
  return new ConsoleError("not_found", what, { agents: names.length, hint });
}

const HOW_TO_CONFIGURE =
  `agent-console config set agents.NAME.command '["PROGRAM"]', then agent-console daemon restart`;

function tooOften(name: string, waitMs: number): ConsoleError {
  const minutes = Math.ceil(waitMs / MINUTE_MS);
  return new ConsoleError("failed", `the agent ${name} has failed too often: it is not started for ${minutes} min`, {
    hint: "agent-console daemon logs",
  });
}

function notFound(name: string, { command: [program = ""] }: AgentSettings): ConsoleError {
  return new ConsoleError(
    "failed",
    `the program of the agent ${name} was not found when the daemon started: ${program}; ` +
      "agent-console doctor says what to do",
  );
}
