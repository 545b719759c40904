/** The subscriptions of one connection: they pull from the event bus as far as the connection has room. */
import type { EventBus, Subscription } from "../core/event_bus.ts";
import type { PeerSubscription } from "../core/handler.ts";
import type { Outbox } from "./outbox.ts";

export interface SubscriptionsOptions {
  readonly bus: EventBus;
  readonly outbox: Pick<Outbox, "hasEventRoom" | "pushEvent" | "flush">;
  /** One of them fell behind by the events `from` to `to`. */
  readonly lagged: (from: number, to: number) => void;
}

interface Named {
  readonly subscription: Subscription;
  readonly onEnd: () => void;
}

export class Subscriptions {
  #options: SubscriptionsOptions;
  #byName = new Map<string, Named>();
  #opened = 0;

  constructor(options: SubscriptionsOptions) {
    this.#options = options;
  }

  /** @returns its name on this connection */
  open({ onEnd, ...place }: PeerSubscription): string {
    const name = `s${++this.#opened}`;
    const { bus, lagged } = this.#options;
    const subscription = bus.subscribe({ ...place, wake: () => this.pull(), lagged });
    this.#byName.set(name, { subscription, onEnd });
    return name;
  }

  close(name: string): boolean {
    const found = this.#byName.get(name);
    if (found === undefined) return false;
    this.#byName.delete(name);
    found.subscription.end();
    found.onEnd();
    return true;
  }

  closeAll(): void {
    for (const name of [...this.#byName.keys()]) this.close(name);
  }

  /** @returns whether there was an event to take, and room for it */
  pull(): boolean {
    const { outbox } = this.#options;
    let some = false;
    for (const [name, { subscription }] of this.#byName) {
      while (outbox.hasEventRoom) {
        const event = subscription.next();
        if (event === undefined) break;
        outbox.pushEvent(event.line(name));
        some = true;
      }
    }
    if (some) outbox.flush();
    return some;
  }
}
