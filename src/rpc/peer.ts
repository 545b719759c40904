/** The other end of a connection, as the handlers of its calls see it. */
import type { Actor } from "../protocol/actor.ts";
import type { Scope } from "../protocol/methods.ts";

export interface Peer {
  /** Written to the journal. */
  readonly actor: Actor;
  /** What the client calls itself: `cli`, `hook`, `tui`. */
  readonly kind: string;
  readonly scope: Scope;
  /** The only ones that it may call, where it has named some in its hello: it gave away the rest of its scope. */
  readonly methods?: ReadonlySet<string> | undefined;
  /** It came over the gateway: as a window, and perhaps from another machine. */
  readonly isRemote?: boolean;
  /** It says so when it has passed a decision on (approval.delivered). */
  readonly acknowledges?: boolean;
  /** Fires when the connection is gone. */
  readonly signal: AbortSignal;
  /** Fires when the peer sends nothing more, or is gone: a hook that was killed. */
  readonly hungUp: AbortSignal;
  /**
   * Sends the events of a source to this connection until the stream is closed or the connection ends; `onEnd` runs then.
   * A source whose events must come behind the reply of a call gives none before that.
   *
   * @returns the stream's name on this connection, which its events carry
   */
  openStream(open: (reader: StreamReader) => EventSource, onEnd: () => void): string;
  /** False where there is no such stream. */
  closeStream(name: string): boolean;
  disconnect(): void;
}

/** Where a stream's events come from. The connection pulls, as fast as its peer reads. */
export interface EventSource {
  /** Undefined: none for now. */
  next(): { line(stream: string): Uint8Array } | undefined;
  end(): void;
}

export interface StreamReader {
  /** There may be something to pull. */
  wake(): void;
  /** The peer was too slow for the events `from` to `to`: it is notified, and the connection ends. */
  lagged(from: number, to: number): void;
}
