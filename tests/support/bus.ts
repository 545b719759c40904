/** An event bus whose subscribers must not fail, with bounds that no test reaches unless it names them. */
import { EventBus, type EventBusOptions } from "../../src/core/event_bus.ts";

export function testBus(options: Partial<EventBusOptions> = {}): EventBus {
  return new EventBus({
    maxEvents: 1024,
    maxUnits: 1 << 22,
    onError: (error) => {
      throw error;
    },
    ...options,
  });
}

/** Resolves when the events of the present turn of work were delivered. */
export function delivered(): Promise<void> {
  return Promise.resolve();
}
