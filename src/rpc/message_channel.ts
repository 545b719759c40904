/**
 * Whole messages in both directions, however they travel: lines on a socket, frames of a WebSocket. A message is JSON in
 * UTF-8; what it says is the business of {@link JsonRpcPeer}.
 */
import type { Id } from "../protocol/envelope.ts";
import type { SharedTurns } from "./shared_turns.ts";

export interface ChannelEvents {
  /**
   * One message; its bytes are valid only during the call.
   *
   * @returns false to receive no more until {@link MessageChannel.resume}
   */
  readonly onMessage: (message: Uint8Array | string) => boolean;
  /** A message was over the limit. Nothing is read any more. */
  readonly onTooLarge: () => void;
  /** The other side sends nothing more; it may still read. */
  readonly onHangUp: () => void;
  /** Events fit again after they did not. */
  readonly onRoom: () => void;
  /** Once: nothing is read or written any more, whoever ended it. */
  readonly onEnd: () => void;
}

export interface MessageChannel {
  /** Begins to read. Call once. */
  open(events: ChannelEvents): void;
  /** Continues after a message for which the callback returned false. */
  resume(): void;
  /** Hands no further message on. What is queued is still written. */
  stopReading(): void;
  /** From now on it hands messages on in its turns. */
  share?(turns: SharedTurns): void;
  /** The longest message that is taken, bytes; of a WebSocket that we opened, UTF-16 units. */
  setLimit(size: number): void;
  /** Queues a message: JSON with a line feed behind it. Dropped where the channel has ended. */
  send(message: Uint8Array): void;
  /** Queues the result of a call, where the channel has a form of its own for them. @param result also an EncodedResult */
  sendResult?(id: Id, result: unknown): void;
  /** Queues a message that comes from a stream. Call {@link flush} behind the last one of a turn. */
  sendEvent(message: Uint8Array): void;
  /** Writes what is queued now, not after the present turn of work. */
  flush(): void;
  /** Whether a stream may send: of its events only a little is taken ahead of a peer that does not read. */
  readonly hasEventRoom: boolean;
  /** Bytes that the peer has not taken yet. */
  readonly queuedBytes: number;
  /** Resolves when at most `bytes` are queued, or nothing more will be written. */
  drained(bytes: number): Promise<void>;
  /** Writes what is queued, then ends. */
  end(): void;
  /** Drops what is queued and ends at once. */
  close(): void;
}
