/** The channels of a running daemon: made of its configuration and its sandbox. Not loaded where all are off. */
import type { FeatureContext } from "../core/service.ts";
import { maskSecrets } from "../domain/mask.ts";
import { isTmuxSocket, tmuxPane } from "../domain/tmux.ts";
import { type RunBounded, runBounded } from "../platform/bounded_run.ts";
import { setTimer } from "../platform/clock.ts";
import { env, ownUid } from "../platform/process.ts";
import { permitted, programNamed } from "../platform/program_places.ts";
import { ConsoleError } from "../protocol/errors.ts";
import type { ResultOf } from "../protocol/method_schemas.ts";
import { type Need, needMessage } from "../view/need_words.ts";
import { Calls } from "./calls.ts";
import { type Channel, clientsOf, commandChannel, desktopChannel, tmuxChannel } from "./channels.ts";
import type { ChannelName } from "./methods.ts";
import { DESKTOP_PROGRAMS, programEnv, TMUX_PROGRAMS } from "./programs.ts";
import { type ChannelSettings, isOn } from "./section.ts";

export interface RunningOptions {
  readonly context: FeatureContext<ChannelSettings>;
  /** Muted, or in quiet hours. */
  readonly isSilent: () => boolean;
  readonly run?: RunBounded;
}

/** tmux servers that are spoken to at once. */
const MAX_SERVERS = 4;

export class RunningChannels {
  #context: FeatureContext<ChannelSettings>;
  #run: RunBounded;
  #env: Readonly<Record<string, string>>;
  #uid = ownUid();
  #tmux = permitted(TMUX_PROGRAMS);
  #programs: Readonly<Record<ChannelName, string | undefined>>;
  #calls: Calls;
  #unlisten: () => void = () => {};

  constructor({ context, isSilent, run = runBounded }: RunningOptions) {
    this.#context = context;
    this.#run = run;
    this.#env = programEnv(env);
    const { booted } = context.settings;
    const [command] = booted.command.argv;
    this.#programs = {
      desktop: booted.desktop.enabled ? permitted(DESKTOP_PROGRAMS) : undefined,
      tmux: booted.tmux.enabled ? this.#tmux : undefined,
      command: command === undefined ? undefined : permitted(programNamed(command, env("HOME"))),
    };
    this.#calls = new Calls({
      clock: context.clock,
      log: context.log,
      after: setTimer,
      channels: () => (Object.keys(this.#programs) as ChannelName[]).flatMap((name) => this.#channel(name) ?? []),
      kinds: () => context.settings.current.on,
      sessions: () => context.store.sessions(),
      isSilent,
      visible: (needs) => this.#visible(needs),
    });
  }

  /** In the turn in which the daemon becomes ready: what is there is known, what comes is heard. */
  start(): void {
    const { store, bus } = this.#context;
    this.#calls.seed(store.sessions());
    this.#unlisten = bus.listen(
      store.seq,
      new Set(["session", "approval", "job"]),
      ({ event }) => this.#calls.hear(event),
    );
  }

  stop(): void {
    this.#unlisten();
    this.#calls.stop();
  }

  /** @returns undefined where the channel is off, by what the daemon was started with or by what is configured now */
  program(name: ChannelName): string | undefined {
    return isOn(this.#context.settings.current, name) ? this.#programs[name] : undefined;
  }

  get last(): Calls["last"] {
    return this.#calls.last;
  }

  /** @throws {ConsoleError} `failed` where there is no such program */
  async test(name: ChannelName, tmuxSocket: string | undefined): Promise<ResultOf<"channel.test">> {
    const own = tmuxSocket !== undefined && isTmuxSocket(tmuxSocket, this.#uid) ? [tmuxSocket] : [];
    const channel = this.#channel(name, own);
    if (channel === undefined) {
      throw new ConsoleError("failed", `${name} has no program that this daemon may run`, {
        hint: "agent-console channel list",
      });
    }
    const need: Need = {
      key: "test",
      kind: "question",
      sessionId: "test",
      name: "agent-console",
      what: `a test of the channel ${name}; nobody waits`,
    };
    const message = needMessage([need]);
    const outcome = await this.#calls.test(channel, { needs: [need], message, test: true });
    return { ...outcome, program: channel.program, text: message.text, ...masked(outcome.stderr) };
  }

  #channel(name: ChannelName, tmuxSockets: readonly string[] = []): Channel | undefined {
    const program = this.program(name);
    if (program === undefined) return undefined;
    const deps = {
      run: this.#run,
      env: this.#env,
      sessionOf: (id: string) => this.#context.store.get(id),
      tmuxSockets: () => [...new Set([...tmuxSockets, ...this.#sockets()])].slice(0, MAX_SERVERS),
    };
    if (name === "desktop") return desktopChannel(program, deps);
    if (name === "tmux") return tmuxChannel(program, deps);
    const { current, booted } = this.#context.settings;
    // Another program needs a restart, other words of the same one do not.
    const [word, ...args] = current.command.argv[0] === booted.command.argv[0]
      ? current.command.argv
      : booted.command.argv;
    return word === undefined ? undefined : commandChannel(program, args, deps);
  }

  /** Of the sessions that are open. */
  #sockets(): readonly string[] {
    const { store } = this.#context;
    const sockets = new Set<string>();
    for (const { id, status } of store.sessions()) {
      const socket = status === "closed" ? undefined : this.#paneOf(id)?.socket;
      if (socket !== undefined) sockets.add(socket);
      if (sockets.size >= MAX_SERVERS) break;
    }
    return [...sockets];
  }

  /** In a container the same path is another server's. */
  #paneOf(id: string) {
    const { store } = this.#context;
    return store.processes.foreign.has(id) ? undefined : tmuxPane(store.get(id)?.terminal, this.#uid);
  }

  async #visible(needs: readonly Need[]): Promise<ReadonlySet<Need>> {
    const program = this.#tmux;
    const panes = needs.map((need) => ({ need, at: this.#paneOf(need.sessionId) }));
    const sockets = [...new Set(panes.flatMap(({ at }) => at?.socket ?? []))].slice(0, MAX_SERVERS);
    if (program === undefined) return new Set();
    const shown = await Promise.all(sockets.map(async (socket) => {
      const clients = await clientsOf(socket, { program, run: this.#run, env: this.#env });
      return (clients ?? []).map(({ pane }) => `${pane} ${socket}`);
    }));
    const inFront = new Set(shown.flat());
    return new Set(
      panes.filter(({ at }) => at !== undefined && inFront.has(`${at.pane} ${at.socket}`))
        .map(({ need }) => need),
    );
  }
}

/** It was made by a program of the user, which may print what it got. */
function masked(stderr: string | undefined) {
  return stderr === undefined ? {} : { stderr: maskSecrets(stderr) };
}
