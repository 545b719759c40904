/**
 * Which reports make no event. A status line renders several times a second, and mostly says what it said before: the
 * journal keeps changes, not pictures. Pure.
 */
import { cleanFacts } from "./decide.ts";
import type { Report } from "./report.ts";
import type { Session } from "./session.ts";

/** `report`, and of a mere measurement what it would change; undefined where the row has its every fact already. */
export function withoutKnownFacts(session: Session | undefined, report: Report): Report | undefined {
  if (session === undefined || report.event.kind !== "measured") return report;
  const { title: _, ...others } = report.facts;
  // A name given by hand would be undone within a second. The agent's own new name comes with its next prompt, too.
  const facts = session.title === undefined ? report.facts : others;
  const known: Readonly<Record<string, unknown>> = { ...session };
  const repeats = Object.entries(cleanFacts(facts)).every(([name, value]) => isSameJson(value, known[name]));
  return repeats ? undefined : { ...report, facts };
}

/** Equal as JSON, whatever the order of members: a row that was read from the journal has them sorted. */
function isSameJson(a: unknown, b: unknown): boolean {
  if (typeof a !== "object" || typeof b !== "object" || a === null || b === null) return a === b;
  const [left, right] = [a as Record<string, unknown>, b as Record<string, unknown>];
  const names = Object.keys(left);
  return names.length === Object.keys(right).length &&
    names.every((name) => Object.hasOwn(right, name) && isSameJson(left[name], right[name]));
}
