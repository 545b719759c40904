/** What a person has granted to a capsule: which code, and what it may do. */
import type { Capabilities, Manifest } from "./manifest.ts";

/**
 * The grant of a capsule, as the journal holds it. The code that runs is a copy in a folder that the daemon cannot reach:
 * it starts by the launcher {@link capsuleLauncher} (platform/capsule_places.ts) with `name` and `digest` alone.
 */
export interface Grant {
  readonly name: string;
  /** sha256 over the paths and contents of all its files, hex. */
  readonly digest: string;
  /** What it may do: no more than the manifest asks for. */
  readonly capabilities: Capabilities;
  readonly manifest: Manifest;
  /** The folder that the person has seen; another one with the same name is another capsule. */
  readonly folder: string;
}

/** A capsule as the daemon starts it: its grant, and when that was given (ISO 8601 UTC). */
export interface Granted extends Grant {
  readonly at: string;
}

declare module "../domain/event.ts" {
  interface EventData {
    "capsule.granted": { readonly grant: Grant };
    "capsule.revoked": { readonly name: string };
    /** Its folder has changed; the granted copy goes on. `digest`: of the folder now, null: unreadable. */
    "capsule.changed": { readonly name: string; readonly digest: string | null };
    "capsule.failed": { readonly name: string; readonly digest: string; readonly reason: string };
  }
}

/** The capabilities that are lists, in the order in which people are told of them. */
export const LISTED = ["net", "read", "write", "env", "secrets", "exec"] as const;

/** The first thing of `some` that is not in `all`, or undefined: `net hooks.slack.com:443`. */
export function within(some: Capabilities, all: Capabilities): string | undefined {
  for (const kind of LISTED) {
    const asked: readonly string[] = all[kind];
    const more = some[kind].find((value) => !asked.includes(value));
    if (more !== undefined) return `${kind} ${more}`;
  }
  return some.kv > all.kv ? `kv ${some.kv}` : undefined;
}

/** A subset of what a manifest asks for, of the kinds that are named; the others are granted as it asks. */
export type Narrowing = { readonly [K in typeof LISTED[number]]?: readonly string[] | undefined } & {
  readonly kv?: number | undefined;
};

export function narrowed(asked: Capabilities, to: Narrowing): Capabilities {
  const lists = LISTED.map((kind) => [kind, to[kind] ?? asked[kind]] as const);
  return { ...asked, ...Object.fromEntries(lists), kv: to.kv ?? asked.kv };
}

/** The lines of docs/protocol.md. */
export const CAPSULE_EVENTS = {
  "capsule.granted": "A person let a capsule run, with these files and no more than these capabilities.",
  "capsule.revoked": "Its grant was taken back: it runs no more.",
  "capsule.changed":
    "Its folder is not what was granted any more, or is that again: `digest` says which; the granted copy goes on.",
  "capsule.failed": "It ended too often and stays off until it is reloaded or granted anew.",
} as const;
