/**
 * Hook payloads carry whole files and command outputs; the daemon needs a line of them. The hook cuts them, so that no
 * payload is too large for a line of the wire, or for the spool; the daemon cuts those that come by HTTP alike. The
 * hook's fast path imports this file.
 */

/** Longest string kept, UTF-16 units: prompts and messages keep more than any window shows. */
const MAX_STRING = 8192;
/** Kept of each end: the dangerous part of a command is often its tail. */
const HALF = MAX_STRING / 2;
const MAX_ITEMS = 64;
const MAX_DEPTH = 12;
/** Payloads up to this many UTF-16 units go as they are. */
const SMALL_BYTES = 65_536;
/** What may ask a person something goes whole up to here: as one line of the wire it stays below 1 MiB. */
const REQUEST_BYTES = 900_000;
const MAY_ASK = /"(?:PermissionRequest|PreToolUse|BeforeTool|permission\.asked)"/;

/**
 * The payload as JSON if it is JSON, else its text; large parts cut. Never throws. `cutFrom`, the UTF-16 units of a
 * payload that was cut, tells the daemon that the agent's request may be longer than what arrives: no rule allows it.
 */
export function truncatePayload(payload: string): { readonly event: unknown; readonly cutFrom?: number } {
  let value: unknown;
  try {
    value = JSON.parse(payload);
  } catch {
    return { event: payload.slice(0, MAX_STRING) };
  }
  return payload.length <= SMALL_BYTES || isWholeRequest(payload)
    ? { event: value }
    : { event: cut(value, 0), cutFrom: payload.length };
}

function isWholeRequest(payload: string): boolean {
  return payload.length <= REQUEST_BYTES && MAY_ASK.test(payload) &&
    new TextEncoder().encode(payload).length <= REQUEST_BYTES;
}

function cut(value: unknown, depth: number): unknown {
  if (typeof value === "string") {
    return value.length <= MAX_STRING ? value : `${value.slice(0, HALF)}…${value.slice(-HALF)}`;
  }
  if (typeof value !== "object" || value === null) return value;
  if (depth >= MAX_DEPTH) return "…";
  if (Array.isArray(value)) return value.slice(0, MAX_ITEMS).map((item) => cut(item, depth + 1));
  // Object.fromEntries defines own properties, so that a `__proto__` key stays what it is: data.
  return Object.fromEntries(
    Object.entries(value).slice(0, MAX_ITEMS).map(([key, item]) => [key, cut(item, depth + 1)]),
  );
}
