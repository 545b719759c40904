/** The kinds of channels, in the order of lists: adding one is a line here. Loaded by clients too: no kind runs for that. */
import { commandKind } from "./command/kind.ts";
import { desktopKind } from "./desktop/kind.ts";
import type { ChannelKind } from "./kind.ts";
import { ntfyKind } from "./ntfy/kind.ts";
import { telegramKind } from "./telegram/kind.ts";
import { tmuxKind } from "./tmux/kind.ts";
import { webhookKind } from "./webhook/kind.ts";

const TABLE = [desktopKind, tmuxKind, commandKind, ntfyKind, webhookKind, telegramKind] as const;

type Kinds = typeof TABLE[number];
export type ChannelName = Kinds["name"];
type KindGroups = { readonly [K in Kinds as K["name"]]: K["config"] };

export const KINDS: readonly (ChannelKind & { readonly name: ChannelName })[] = TABLE;
export const CHANNEL_NAMES: readonly ChannelName[] = KINDS.map(({ name }) => name);

/** The group of settings of each kind, under its name. */
export const KIND_GROUPS = Object.fromEntries(TABLE.map(({ name, config }) => [name, config])) as KindGroups;

/** @throws {RangeError} a name that the table does not have */
export function channelKindOf(name: ChannelName): typeof KINDS[number] {
  const kind = KINDS.find((one) => one.name === name);
  if (kind === undefined) throw new RangeError(`${name} is no kind of channel`);
  return kind;
}
