/**
 * Which reports make no event. A status line renders several times a second, mostly with the same values: the journal
 * records changes only. Pure.
 */
import { cleanFacts } from "./decide.ts";
import type { Report } from "./report.ts";
import type { Session } from "./session.ts";

/**
 * `report`, reduced to what it changes where it is a mere measurement; undefined where the row has all its facts
 * already.
 */
export function withoutKnownFacts(session: Session | undefined, report: Report): Report | undefined {
  if (session === undefined || report.event.kind !== "measured") return report;
  const { title: _, ...others } = report.facts;
  // A title set by hand would be overwritten within a second. The agent's own new title comes with its next prompt as
  // well.
  const facts = session.title === undefined ? report.facts : others;
  const known: Readonly<Record<string, unknown>> = { ...session };
  const repeats = Object.entries(cleanFacts(facts)).every(([name, value]) => isSameJson(value, known[name]));
  return repeats ? undefined : { ...report, facts };
}

/** Equal as JSON, independent of the order of members: a row read from the journal has them sorted. */
function isSameJson(a: unknown, b: unknown): boolean {
  if (typeof a !== "object" || typeof b !== "object" || a === null || b === null) return a === b;
  const [left, right] = [a as Record<string, unknown>, b as Record<string, unknown>];
  const names = Object.keys(left);
  return names.length === Object.keys(right).length &&
    names.every((name) => Object.hasOwn(right, name) && isSameJson(left[name], right[name]));
}
