/** Who hears of every call of a known method: what ran and how it ended, never its params or its result. */
import type { ErrorName } from "../protocol/errors.ts";
import type { Scope } from "../protocol/methods.ts";
import type { Peer } from "./peer.ts";

export interface ObservedCall {
  /** The method's own name, whatever alias was called. */
  readonly method: string;
  /** What the method needs. */
  readonly needs: Scope;
  readonly peer: Pick<Peer, "kind" | "scope">;
}

/** Called when a call begins. Returns what is called at its end, with the error's name where it failed. Never throws. */
export type CallObserver = (call: ObservedCall) => (error?: ErrorName) => void;
