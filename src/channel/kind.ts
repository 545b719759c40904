/**
 * The contract of a kind of channel: one folder with a {@link ChannelKind} in its kind.ts, one line in kinds.ts, and one
 * in RUN_BY_DAEMON of install/modules.ts for what notifies: `open` loads that, only in a daemon, and only where the kind is
 * on.
 */
import type * as v from "valibot";
import type { FeatureContext, FeatureSettings, SandboxContext } from "../core/service.ts";
import type { RunBounded, RunOutcome } from "../platform/bounded_run.ts";
import type { Permission } from "../platform/sandbox.ts";
import type { Need, NeedMessage } from "../view/need_words.ts";
import type { Panes } from "./panes.ts";

/** What is to be said. */
export interface NotificationContent {
  readonly message: NeedMessage;
  readonly needs: readonly Need[];
  /** Set by `channel.test`. */
  readonly test?: true;
  /** Of the terminal in which somebody tests: its tmux server hears the notification too. */
  readonly tmuxSocket?: string;
}

/** How a notification ended. */
export type NotificationOutcome =
  | RunOutcome
  /** A host has taken it. */
  | { readonly kind: "taken" }
  /** It reached no host, or one that refused it. */
  | { readonly kind: "failed"; readonly problem: string }
  /** Nobody is there whom the channel could reach: no failure of it. */
  | { readonly kind: "nobody"; readonly problem: string };

/** A notification ends within so long, whatever it reaches, ms. */
export const NOTIFY_MS = 10_000;

/** A kind of channel. `N`: its name, in the configuration, on the wire and on the screen; `S`: its group of settings. */
export interface ChannelKind<N extends string = string, S extends v.GenericSchema = v.GenericSchema> {
  readonly name: N;
  /** Its group of the section `channels`. */
  readonly config: S;
  /** What it notifies by: a program that the sandbox names, or a host. */
  readonly reaches: "program" | "host";
  /** The key that turns it on: the sandbox gives it as the reason of what the channel may. */
  readonly configKey: string;
  /** What a person does to turn it on, short. */
  readonly turnOn: string;
  /** What a person does when a test of it has failed. */
  readonly whenItFails: string;
  isOn(own: v.InferOutput<S>): boolean;
  /** What it needs of the sandbox; asked where it is on. Pure: clients compute the sandbox with it. */
  permissions(context: SandboxContext<v.InferOutput<S>>): readonly Permission[];
  /** Makes it, where it was on when the daemon was started; the daemon becomes ready behind it. */
  open(context: ChannelContext<v.InferOutput<S>>): OpenChannel | Promise<OpenChannel>;
}

/** Infers the types of a kind from what is written down. */
export function channelKind<const N extends string, S extends v.GenericSchema>(
  kind: ChannelKind<N, S>,
): ChannelKind<N, S> {
  return kind;
}

/** What a channel gets. `V`: the values of its own group. */
export interface ChannelContext<V = unknown> {
  readonly settings: FeatureSettings<V>;
  /** All that the daemon gives its features, but for their settings. */
  readonly daemon: Omit<FeatureContext, "settings">;
  readonly run: RunBounded;
  /** The whole environment of programs. */
  readonly programEnv: Readonly<Record<string, string>>;
  /** The tmux panes and servers that agents run in. */
  readonly panes: Panes;
  readonly notifications: NotificationsDoor;
}

/** For a channel that notifies again by itself. */
export interface NotificationsDoor {
  /** Whether somebody needs a person for what `content` says, still and now: nobody is notified who is muted, or was answered. */
  isWanted(content: NotificationContent): boolean;
  /** How a notification ended that has been told as failed before. */
  endedLater(outcome: NotificationOutcome): void;
}

/** A channel that is on. Its settings may have changed since it was opened: it looks at them at each notification. */
export interface OpenChannel {
  /** What it runs: absolute, and in the sandbox. */
  readonly program?: string | undefined;
  /** What it runs or speaks to, as people may read it: no part of it is a secret. Undefined: it cannot notify. */
  readonly target: string | undefined;
  /** Why it cannot notify now, where that is known before a notification. */
  problem?(): string | undefined;
  /** What a person does about that; a restart of the daemon where it is absent. */
  readonly cure?: string | undefined;
  /** What a person does when a test of it has failed so, where more is known than its kind says. */
  readonly whenItFails?: string | undefined;
  /** Whether somebody is there by it who can decide, as by a window. */
  isWindow?(): boolean;
  /** Notifies, and ends within {@link NOTIFY_MS}. Never throws. */
  notify(content: NotificationContent, signal: AbortSignal): Promise<NotificationOutcome>;
  /** In the turn in which the daemon becomes ready: it must not wait. */
  start?(): void;
  /** The configuration was read again; its own group need not differ. @returns whether it began anew */
  reload?(): boolean | void;
  stop?(): void | Promise<void>;
  /** Its part of `status` and of `channel.list`: counts and the like, each by its name. */
  details?(): ChannelDetails | undefined;
}

export type ChannelDetails = Readonly<Record<string, string | number | boolean>>;
