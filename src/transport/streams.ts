/** The event streams of one connection: they pull from their sources as far as the connection has room. */
import type { MessageChannel } from "../rpc/message_channel.ts";
import type { EventSource, StreamReader } from "../rpc/peer.ts";

export interface StreamsOptions {
  readonly channel: Pick<MessageChannel, "hasEventRoom" | "sendEvent" | "flush">;
  /** A stream fell behind by the events `from` to `to`. */
  readonly lagged: (from: number, to: number) => void;
}

interface Stream {
  readonly source: EventSource;
  readonly onEnd: () => void;
}

export class Streams {
  #options: StreamsOptions;
  #byName = new Map<string, Stream>();
  #opened = 0;

  constructor(options: StreamsOptions) {
    this.#options = options;
  }

  get size(): number {
    return this.#byName.size;
  }

  /** @returns its name on this connection */
  open(open: (reader: StreamReader) => EventSource, onEnd: () => void): string {
    const name = `s${++this.#opened}`;
    const source = open({ wake: () => this.pull(), lagged: this.#options.lagged });
    this.#byName.set(name, { source, onEnd });
    return name;
  }

  close(name: string): boolean {
    const stream = this.#byName.get(name);
    if (stream === undefined) return false;
    this.#byName.delete(name);
    stream.source.end();
    stream.onEnd();
    return true;
  }

  closeAll(): void {
    for (const name of [...this.#byName.keys()]) this.close(name);
  }

  /** @returns whether there was an event to take, and room for it */
  pull(): boolean {
    const { channel } = this.#options;
    let some = false;
    for (const [name, { source }] of this.#byName) {
      while (channel.hasEventRoom) {
        const event = source.next();
        if (event === undefined) break;
        channel.sendEvent(event.line(name));
        some = true;
      }
    }
    if (some) channel.flush();
    return some;
  }
}
