/**
 * Notifies a person when an agent needs one, and only then, by the channels of one table (section channels). Where all are
 * off, what notifies is not loaded and nothing is listened to.
 */
import { onceOf } from "../core/idempotency.ts";
import type { Feature, FeatureContext } from "../core/service.ts";
import { isQuiet } from "../domain/quiet_hours.ts";
import { ConsoleError } from "../protocol/errors.ts";
import type { ResultOf } from "../protocol/method_schemas.ts";
import type { ChannelDetails } from "./kind.ts";
import { channelKindOf, type ChannelName, KINDS } from "./kinds.ts";
import { methods } from "./methods.ts";
import { hostCure } from "./reach_host.ts";
import { Muted } from "./muted.ts";
import { channelPermissions } from "./permissions.ts";
import { type ChannelSettings, channelsSection, isOn, namesOn } from "./section.ts";

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
        tick: () => late.look(),
        status: () => late.status(),
        reload: () => late.reload(),
        stop: () => late.stop(),
      },
      handlers: {
        "channel.list": () => late.list(),
        "channel.mute": (params, { peer }) => {
          const { minutes } = params;
          const once = onceOf("channel.mute", params);
          const earlier = store.repeated(once);
          if (earlier !== undefined) return earlier;
          const until = minutes === null ? null : new Date(clock.now() + minutes * 60_000).toISOString();
          const committed = store.commit({ type: "channel.muted", data: { until } }, peer.actor, once);
          late.look();
          return committed;
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
  /** Takes a person by a channel away from those who are there. */
  #leave: (() => void) | undefined;

  constructor(context: FeatureContext<ChannelSettings>, muted: Muted) {
    this.#context = context;
    this.#muted = muted;
  }

  async prepare(): Promise<void> {
    if (namesOn(this.#context.settings.booted).length === 0) return;
    const { RunningChannels } = await import("./running.ts");
    const { clock } = this.#context;
    const isSilent = () => this.#muted.until(clock.now()) !== null || this.#isQuietNow;
    this.running = await RunningChannels.open({ context: this.#context, isSilent });
  }

  /** A person by a channel comes and goes without an event: with the hours, and with the net. */
  look(): void {
    const isThere = this.running?.isWindow ?? false;
    if (isThere) this.#leave ??= this.#context.presence.join();
    else this.#leftAway();
  }

  /** @returns what it did, as people read it */
  reload(): readonly string[] | undefined {
    const done = this.running?.reload();
    this.look();
    return done;
  }

  async stop(): Promise<void> {
    this.#leftAway();
    await this.running?.stop();
  }

  #leftAway(): void {
    this.#leave?.();
    this.#leave = undefined;
  }

  get #isQuietNow(): boolean {
    const { clock, settings } = this.#context;
    const now = new Date(clock.now());
    return isQuiet(settings.current.quiet_hours, now.getHours() * 60 + now.getMinutes());
  }

  status() {
    const on = namesOn(this.#context.settings.current);
    if (on.length === 0) return undefined;
    const mutedUntil = this.#muted.until(this.#context.clock.now());
    const cures = on.filter((name) => this.#problem(name) !== undefined).map((name) => [name, this.#cure(name)]);
    const problems = on.flatMap((name) => {
      const problem = this.#problem(name) ?? failure(this.running?.last.get(name));
      return problem === undefined ? [] : [`${name}: ${problem}`];
    });
    return {
      on,
      ...(mutedUntil === null ? {} : { mutedUntil }),
      ...(problems.length === 0 ? {} : { problems }),
      ...(cures.length === 0 ? {} : { cures: Object.fromEntries(cures) }),
      ...this.#details(on),
    };
  }

  #details(on: readonly ChannelName[]): { readonly details?: Readonly<Record<string, ChannelDetails>> } {
    const told = on.flatMap((name) => {
      const details = this.running?.of(name)?.details?.();
      return details === undefined ? [] : [[name, details] as const];
    });
    return told.length === 0 ? {} : { details: Object.fromEntries(told) };
  }

  list(): ResultOf<"channel.list"> {
    const { settings: { current }, clock } = this.#context;
    return {
      channels: KINDS.map(({ name, turnOn }) => {
        const problem = this.#problem(name);
        const last = this.running?.last.get(name);
        const enabled = isOn(current, name);
        const channel = this.running?.of(name);
        const details = channel?.details?.();
        return {
          name,
          enabled,
          program: channel?.program ?? null,
          target: channel?.target ?? null,
          ...(enabled ? { whenItFails: this.#whenItFails(name) } : { turnOn }),
          ...(problem === undefined ? {} : { problem, cure: this.#cure(name) }),
          ...(last === undefined ? {} : { last }),
          ...(details === undefined ? {} : { details: { ...details } }),
        };
      }),
      on: [...current.on],
      quietHours: current.quiet_hours,
      quietNow: this.#isQuietNow,
      mutedUntil: this.#muted.until(clock.now()),
    };
  }

  /** @throws {ConsoleError} `conflict` where the channel is off, `failed` where it cannot notify */
  async test(name: ChannelName, tmuxSocket: string | undefined): Promise<ResultOf<"channel.test">> {
    const { current } = this.#context.settings;
    if (!isOn(current, name)) {
      throw new ConsoleError("conflict", `the channel ${name} is off`, {
        hint: `${channelKindOf(name).turnOn}, then agent-console daemon restart`,
      });
    }
    const problem = this.#problem(name);
    if (this.running === undefined || problem !== undefined) {
      throw new ConsoleError("failed", `the channel ${name} cannot notify: ${problem ?? "it is not there yet"}`, {
        hint: this.#cure(name),
      });
    }
    return await this.running.test(name, tmuxSocket);
  }

  /** What a person does about a {@link LateChannels.#problem}. */
  #cure(name: ChannelName): string {
    return this.running?.of(name)?.cure ?? "agent-console daemon restart";
  }

  /** What a person does when a test has failed: the last notification says more than the kind does. */
  #whenItFails(name: ChannelName): string {
    const { whenItFails, reaches } = channelKindOf(name);
    const channel = this.running?.of(name);
    if (channel?.whenItFails !== undefined) return channel.whenItFails;
    if (this.#problem(name) !== undefined) return this.#cure(name);
    const problem = reaches === "host" ? this.running?.last.get(name)?.problem : undefined;
    return hostCure(problem) ?? whenItFails;
  }

  /** Why a channel that is on cannot notify. */
  #problem(name: ChannelName): string | undefined {
    const { current, booted } = this.#context.settings;
    if (!isOn(current, name)) return undefined;
    if (!isOn(booted, name)) return "the daemon was started without it, and needs a restart";
    return this.running?.of(name)?.problem?.();
  }
}

function failure(last: { readonly ok: boolean; readonly problem?: string; readonly stderr?: string } | undefined) {
  return last === undefined || last.ok ? undefined : last.problem ?? last.stderr ?? "its program failed";
}
