/** The channels of a running daemon: made of its configuration and its sandbox. Not loaded where all are off. */
import type { FeatureContext } from "../core/service.ts";
import { maskSecrets } from "../domain/mask.ts";
import { type RunBounded, runBounded } from "../platform/bounded_run.ts";
import { setTimer } from "../platform/clock.ts";
import { env, ownUid } from "../platform/process.ts";
import { permitted } from "../platform/program_places.ts";
import { ConsoleError } from "../protocol/errors.ts";
import type { ResultOf } from "../protocol/method_schemas.ts";
import { type Need, needMessage } from "../view/need_words.ts";
import { Notifications } from "./notifications.ts";
import type { ChannelContext, NotificationsDoor, OpenChannel } from "./kind.ts";
import { channelKindOf, type ChannelName } from "./kinds.ts";
import { Panes } from "./panes.ts";
import { programEnv, TMUX_PROGRAMS } from "./programs.ts";
import { type ChannelSettings, isOn, namesOn } from "./section.ts";

export interface RunningOptions {
  readonly context: FeatureContext<ChannelSettings>;
  /** Muted, or in quiet hours. */
  readonly isSilent: () => boolean;
  readonly run?: RunBounded;
}

export class RunningChannels {
  #context: FeatureContext<ChannelSettings>;
  /** Those that were on at the start, in the order of lists. */
  #open: ReadonlyMap<ChannelName, OpenChannel>;
  #notifications: Notifications;
  #unlisten: () => void = () => {};
  #isSilent: () => boolean;

  private constructor(
    { context, isSilent }: RunningOptions,
    panes: Panes,
    open: ReadonlyMap<ChannelName, OpenChannel>,
  ) {
    this.#context = context;
    this.#isSilent = isSilent;
    this.#open = open;
    this.#notifications = new Notifications({
      clock: context.clock,
      log: context.log,
      after: setTimer,
      channels: () =>
        [...open.keys()].flatMap((name) => {
          const channel = this.usable(name);
          return channel === undefined ? [] : [{ name, channel }];
        }),
      kinds: () => context.settings.current.on,
      sessions: () => context.store.sessions(),
      isSilent,
      // A tool call that waits for a person by a channel may ask nothing in the pane that is in front of them.
      visible: (needs) => this.isWindow ? Promise.resolve(new Set()) : panes.visible(needs),
    });
  }

  /** Those that are on now; the sandbox has no other. */
  static async open(options: RunningOptions): Promise<RunningChannels> {
    const { context, run = runBounded } = options;
    const { settings, ...daemon } = context;
    const names = namesOn(settings.booted);
    // The variables of a desktop may be read only where a program gets them.
    const runsAny = names.some((name) => channelKindOf(name).reaches === "program");
    const programs = programEnv(runsAny ? env : (name) => name === "HOME" ? env(name) : undefined);
    const program = permitted(TMUX_PROGRAMS);
    const tmux = program === undefined ? undefined : { program, run, env: programs };
    const panes = new Panes({ store: context.store, tmux, uid: ownUid() });
    const made: { notifications?: Notifications } = {};
    const open = names.map(async (name): Promise<[ChannelName, OpenChannel]> => {
      const own: ChannelContext["settings"] = {
        get current() {
          return settings.current[name];
        },
        booted: settings.booted[name],
      };
      const notifications: NotificationsDoor = {
        isWanted: (content) =>
          channelKindOf(name).isOn(own.current) && made.notifications !== undefined &&
          made.notifications.isWanted(content),
        endedLater: (outcome) => made.notifications?.endedLater(name, outcome),
      };
      return [
        name,
        await channelKindOf(name).open({ settings: own, daemon, run, programEnv: programs, panes, notifications }),
      ];
    });
    const running = new RunningChannels(options, panes, new Map(await Promise.all(open)));
    made.notifications = running.#notifications;
    return running;
  }

  /** In the turn in which the daemon becomes ready: what is there is known, what comes is heard. */
  start(): void {
    const { store, bus } = this.#context;
    this.#notifications.seed(store.sessions());
    this.#unlisten = bus.listen(
      store.seq,
      new Set(["session", "approval", "job"]),
      ({ event }) => this.#notifications.hear(event),
    );
    for (const channel of this.#open.values()) channel.start?.();
  }

  /** Whether a person is there who is notified now, and can decide by a channel. */
  get isWindow(): boolean {
    const { current } = this.#context.settings;
    if (this.#isSilent() || !current.on.some((kind) => kind === "question")) return false;
    return namesOn(current).some((name) => this.of(name)?.isWindow?.() ?? false);
  }

  /** @returns what began again, and what cannot notify from now on */
  reload(): readonly string[] {
    return [...this.#open].flatMap(([name, channel]) => {
      const before = channel.problem?.();
      const isNew = channel.reload?.() ?? false;
      if (this.of(name) === undefined) return [];
      const problem = channel.problem?.();
      if (problem === undefined) return isNew || before !== undefined ? [`${name}: begun again`] : [];
      return isNew ? [`${name}: begun again`] : before === problem ? [] : [`${name}: ${problem}`];
    });
  }

  async stop(): Promise<void> {
    this.#unlisten();
    this.#notifications.stop();
    await Promise.all(Array.from(this.#open.values(), (channel) => channel.stop?.()));
  }

  /** @returns undefined where it is off, by what the daemon was started with or by what is configured now */
  of(name: ChannelName): OpenChannel | undefined {
    return isOn(this.#context.settings.current, name) ? this.#open.get(name) : undefined;
  }

  /** @returns undefined where it cannot notify too */
  usable(name: ChannelName): OpenChannel | undefined {
    const channel = this.of(name);
    return channel?.target === undefined ? undefined : channel;
  }

  get last(): Notifications["last"] {
    return this.#notifications.last;
  }

  /** @throws {ConsoleError} `failed` where it cannot notify */
  async test(name: ChannelName, tmuxSocket: string | undefined): Promise<ResultOf<"channel.test">> {
    const channel = this.usable(name);
    if (channel?.target === undefined) {
      throw new ConsoleError("failed", `${name} has nothing that this daemon may notify by`, {
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
    const own = tmuxSocket === undefined ? {} : { tmuxSocket };
    const outcome = await this.#notifications.test({ name, channel }, { needs: [need], message, test: true, ...own });
    const { target, program = target } = channel;
    return { ...outcome, program, target, text: message.text, ...masked(outcome.stderr) };
  }
}

/** It was made by a program of the user, which may print what it got. */
function masked(stderr: string | undefined) {
  return stderr === undefined ? {} : { stderr: maskSecrets(stderr) };
}
