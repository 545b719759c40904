/**
 * Calls a person when an agent needs one, and only then: by a notification of the desktop, a message in tmux, a command of
 * the user (section channels). Where all are off, what calls is not loaded and nothing is listened to.
 */
import { onceOf } from "../core/idempotency.ts";
import type { Feature, FeatureContext } from "../core/service.ts";
import { isQuiet } from "../domain/quiet_hours.ts";
import { ConsoleError } from "../protocol/errors.ts";
import type { ResultOf } from "../protocol/method_schemas.ts";
import { CHANNEL_NAMES, type ChannelName, methods } from "./methods.ts";
import { Muted } from "./muted.ts";
import { channelPermissions } from "./programs.ts";
import { type ChannelSettings, channelsSection, isOn } from "./section.ts";

export const channel: Feature<keyof typeof methods, Muted, typeof channelsSection> = {
  name: "channel",
  config: channelsSection,
  methods,
  permissions: channelPermissions,
  events: { "channel.muted": "A person has muted the channels until that time, or (null) taken it back." },
  projection: () => new Muted(),
  create: (context, muted) => {
    const late = new LateChannels(context, muted);
    const { store, clock } = context;
    return {
      service: {
        prepare: () => late.prepare(),
        start: () => late.running?.start(),
        status: () => late.status(),
        stop: () => late.running?.stop(),
      },
      handlers: {
        "channel.list": () => late.list(),
        "channel.mute": (params, { peer }) => {
          const { minutes } = params;
          const once = onceOf("channel.mute", params);
          const earlier = store.repeated(once);
          if (earlier !== undefined) return earlier;
          const until = minutes === null ? null : new Date(clock.now() + minutes * 60_000).toISOString();
          return store.commit({ type: "channel.muted", data: { until } }, peer.actor, once);
        },
        "channel.test": ({ name, tmuxSocket }) => late.test(name, tmuxSocket),
      },
    };
  },
};

class LateChannels {
  #context: FeatureContext<ChannelSettings>;
  #muted: Muted;
  running: import("./running.ts").RunningChannels | undefined;

  constructor(context: FeatureContext<ChannelSettings>, muted: Muted) {
    this.#context = context;
    this.#muted = muted;
  }

  async prepare(): Promise<void> {
    if (!CHANNEL_NAMES.some((name) => isOn(this.#context.settings.booted, name))) return;
    const { RunningChannels } = await import("./running.ts");
    const { clock } = this.#context;
    const isSilent = () => this.#muted.until(clock.now()) !== null || this.#isQuietNow;
    this.running = new RunningChannels({ context: this.#context, isSilent });
  }

  get #isQuietNow(): boolean {
    const { clock, settings } = this.#context;
    const now = new Date(clock.now());
    return isQuiet(settings.current.quiet_hours, now.getHours() * 60 + now.getMinutes());
  }

  status() {
    const on = CHANNEL_NAMES.filter((name) => isOn(this.#context.settings.current, name));
    if (on.length === 0) return undefined;
    const mutedUntil = this.#muted.until(this.#context.clock.now());
    const problems = on.flatMap((name) => {
      const problem = this.#problem(name) ?? failure(this.running?.last.get(name));
      return problem === undefined ? [] : [`${name}: ${problem}`];
    });
    return {
      on,
      ...(mutedUntil === null ? {} : { mutedUntil }),
      ...(problems.length === 0 ? {} : { problems }),
    };
  }

  list(): ResultOf<"channel.list"> {
    const { settings: { current }, clock } = this.#context;
    return {
      channels: CHANNEL_NAMES.map((name) => {
        const problem = this.#problem(name);
        const last = this.running?.last.get(name);
        return {
          name,
          enabled: isOn(current, name),
          program: this.running?.program(name) ?? null,
          ...(problem === undefined ? {} : { problem }),
          ...(last === undefined ? {} : { last }),
        };
      }),
      on: [...current.on],
      quietHours: current.quiet_hours,
      quietNow: this.#isQuietNow,
      mutedUntil: this.#muted.until(clock.now()),
    };
  }

  /** @throws {ConsoleError} `conflict` where the channel is off, `failed` where it has no program */
  async test(name: ChannelName, tmuxSocket: string | undefined): Promise<ResultOf<"channel.test">> {
    const { current } = this.#context.settings;
    if (!isOn(current, name)) {
      const how = name === "command"
        ? 'write "command": { "argv": ["/path/to/program"] } into "channels" of the file that agent-console config path names'
        : `agent-console config set channels.${name}.enabled true`;
      throw new ConsoleError("conflict", `the channel ${name} is off`, {
        hint: `${how}, then agent-console daemon restart`,
      });
    }
    const problem = this.#problem(name);
    if (this.running === undefined || problem !== undefined) {
      throw new ConsoleError("failed", `the channel ${name} cannot call: ${problem ?? "it is not there yet"}`, {
        hint: "agent-console daemon restart",
      });
    }
    return await this.running.test(name, tmuxSocket);
  }

  /** Why a channel that is on cannot run its program. */
  #problem(name: ChannelName): string | undefined {
    const { current, booted } = this.#context.settings;
    if (!isOn(current, name)) return undefined;
    if (!isOn(booted, name)) return "the daemon was started without it, and needs a restart";
    if (this.running?.program(name) !== undefined) return undefined;
    return `its program was not found when the daemon was started`;
  }
}

function failure(last: { readonly ok: boolean; readonly problem?: string; readonly stderr?: string } | undefined) {
  return last === undefined || last.ok ? undefined : last.problem ?? last.stderr ?? "its program failed";
}
