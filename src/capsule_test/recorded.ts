/** Events and a request as a daemon has given them to a capsule, for tests: a session with an approval, and a turn. */
import recorded from "../../install/capsules/recorded_events.json" with { type: "json" };

export interface RecordedEvent {
  readonly ts: string;
  readonly type: string;
  readonly data: Readonly<Record<string, unknown>>;
}

export const RECORDED_EVENTS: readonly RecordedEvent[] = recorded.events;
export const RECORDED_REQUEST: Readonly<Record<string, unknown>> = recorded.request;

/** `value` with the members of `changes` in it, deep; lists and other values are replaced. */
export function merged(value: unknown, changes: unknown): unknown {
  if (!isObject(value) || !isObject(changes)) return changes;
  const both = Object.entries(changes).map((
    [key, one],
  ) => [key, Object.hasOwn(value, key) ? merged(value[key], one) : one]);
  return { ...value, ...Object.fromEntries(both) };
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
