/** The door by which a feature brings clients that came over a wire of its own: they are clients like those of the socket. */
import type { Scope } from "../protocol/methods.ts";
import type { MessageChannel } from "../rpc/message_channel.ts";

/** What a client has shown before its hello, by a wire that has a place for it. */
export interface Credential {
  readonly scope: Scope;
  /** Whether `token`, which a hello may carry all the same, is that credential. */
  readonly matches: (token: string) => boolean;
}

export interface ClientsDoor {
  /**
   * Serves the client at the other end of `channel`, which is opened here: hello first, then calls and events, a place
   * among all others, a part in `status.clients` and in the drain at the stop.
   *
   * @throws {ConsoleError} `busy`: no place is free; the channel was not opened
   */
  accept(channel: MessageChannel, credential: Credential): void;
}
