/** The filters of `audit query` and `audit export` as they are written, and what they have left out, in words. */
import { clip, escapeControls } from "../domain/sanitize.ts";
import type { QueryReport } from "../journal/query_report.ts";
import { type RecordFilter, recordTime } from "../journal/record_filter.ts";
import { nearestWord } from "../lib/did_you_mean.ts";
import { ConsoleError } from "../protocol/errors.ts";
import { localTime } from "../view/times.ts";
import { seconds } from "./time_span.ts";
import { wholeNumber } from "./whole_number.ts";

export interface FilterOptions {
  readonly from?: string;
  readonly to?: string;
  readonly since?: string;
  readonly until?: string;
  readonly type?: readonly string[];
  readonly actor?: string;
  readonly session?: string;
  readonly text?: string;
}

/** @throws {ConsoleError} `usage` */
export function recordFilter(options: FilterOptions, now: number): RecordFilter {
  const { from, to, since, until, type: types, actor, session, text } = options;
  const filter: RecordFilter = {
    ...(from === undefined ? {} : { from: wholeNumber(from, "--from", Number.MAX_SAFE_INTEGER) }),
    ...(to === undefined ? {} : { to: wholeNumber(to, "--to", Number.MAX_SAFE_INTEGER) }),
    ...(since === undefined ? {} : { since: timeOf(since, "--since", now) }),
    ...(until === undefined ? {} : { until: timeOf(until, "--until", now) }),
    ...(types === undefined ? {} : { types: types.map(checkedType) }),
    ...(actor === undefined ? {} : { actor: something(actor, "--actor") }),
    ...(session === undefined ? {} : { session: something(session, "--session") }),
    ...(text === undefined ? {} : { text: something(text, "--text") }),
  };
  if ((filter.from ?? 1) > (filter.to ?? Infinity)) throw new ConsoleError("usage", "--from is behind --to");
  if (filter.since !== undefined && filter.until !== undefined && filter.since > filter.until) {
    throw new ConsoleError("usage", "--since is later than --until");
  }
  return filter;
}

function something(given: string, option: string): string {
  if (given !== "") return given;
  throw new ConsoleError("usage", `${option} is empty`);
}

function checkedType(given: string): string {
  if (/^[a-z_]+(?:\.[a-z_]+)*$/.test(given)) return given;
  throw new ConsoleError("usage", `--type is "${escapeControls(clip(given, 80))}", expected one like session.closed`, {
    hint: "a word alone stands for all types that begin with it: approval",
  });
}

const TIME = /^(\d{4})-(\d\d)-(\d\d)(?:[T ](\d\d):(\d\d)(?::(\d\d)(?:\.(\d{1,3}))?)?(Z|[+-]\d\d:\d\d)?)?$/;

/**
 * A time ago (`30m`), or a day or time by this machine's zone where none is named; a day of `--until` is the whole day.
 *
 * @throws {ConsoleError} `usage`
 */
function timeOf(given: string, option: "--since" | "--until", now: number): string {
  if (/^\d+[smhd]$/.test(given)) return recordTime(now - seconds(given, option) * 1000);
  const found = TIME.exec(given);
  if (found === null) fail(given, option);
  const [, year, month, day, hour, minute = "00", second = "00", part = "000", zone = ""] = found;
  const date = `${year}-${month}-${day}`;
  if (dateOf(`${date}T00:00:00.000Z`)?.toISOString().slice(0, 10) !== date) fail(given, option); // 30 February
  const start = dateOf(`${date}T${hour ?? "00"}:${minute}:${second}.${part.padEnd(3, "0")}${zone}`);
  if (start === undefined) fail(given, option, second === "60" ? LEAP_SECOND : undefined);
  if (hour !== undefined || option === "--since") return recordTime(start.getTime());
  return recordTime(start.setDate(start.getDate() + 1) - 1);
}

const LEAP_SECOND = "the times of records have no leap second: give 23:59:59.999 or 00:00:00 of the day after";

/** Undefined where it is no time. */
function dateOf(text: string): Date | undefined {
  const date = new Date(text);
  return Number.isNaN(date.getTime()) ? undefined : date;
}

function fail(
  given: string,
  option: string,
  hint = "a day 2026-11-20, a time 2026-11-20T14:30 or 2026-11-20T14:30:00Z, or how long ago: 30m, 8h, 7d",
): never {
  throw new ConsoleError("usage", `${option} is "${escapeControls(clip(given, 80))}", expected a time`, { hint });
}

/** What was shown of what was read of what is there. Escaped. */
export function reportLines(report: QueryReport, filter: RecordFilter, verb: "shown" | "exported"): string[] {
  const { journal, pruned, looked, from, to, matched, stopped, sessions, clockSetBack } = report;
  const there = journal.last - journal.first + 1;
  const where = from === undefined ? "" : ` (${from} to ${to})`;
  return [
    `${matched} ${verb} of ${looked} records looked at${where}; the journal has ${there} (${journal.first} to ` +
    `${journal.last})`,
    ...(stopped === "limit" ? [`earlier records were not looked at: ${matched} are what --limit asks for`] : []),
    ...(stopped === "size" ? ["earlier records were not looked at: these are 8 MiB; audit export gives all"] : []),
    ...(pruned === undefined ? [] : [`records 1 to ${pruned.seq} were pruned: what they were is not known here`]),
    ...(filter.since === undefined ? [] : [`written at ${localTime(filter.since)} or later`]),
    ...(filter.until === undefined ? [] : [`written at ${localTime(filter.until)} or earlier`]),
    ...(clockSetBack ? ["the clock was once set back: times were looked for in all records"] : []),
    ...(sessions.length > 1 ? [`${sessions.length} sessions begin so: ${escapeControls(sessions.join(", "))}`] : []),
    ...(matched > 0 || filter.types === undefined ? [] : unknownTypes(filter.types, report.types)),
    ...(report.actors === undefined ? [] : [unknownActor(filter.actor!, report.actors)]),
    ...(report.nearSessions === undefined ? [] : [unknownSession(filter.session!, report.nearSessions)]),
  ];
}

/** More names than this are no help in a line. */
const MOST_NAMES = 20;

function unknownActor(wanted: string, seen: readonly string[]): string {
  const near = nearestWord(wanted, new Set(seen.flatMap((actor) => [actor, actor.replace(/:.*/s, "")])));
  const all = seen.slice(0, MOST_NAMES).map(shownName).join(", ");
  const has = near === undefined
    ? `actors are ${all}${seen.length > MOST_NAMES ? " and others" : ""}`
    : `did you mean ${shownName(near)}?`;
  return `no record that was looked at has the actor ${shownName(wanted)}: ${has}`;
}

function unknownSession(wanted: string, near: readonly string[]): string {
  const said = `no session of the records that were looked at begins with ${shownName(wanted)}`;
  return near.length === 0
    ? `${said}: give an id, as records have it, and no name; agent-console ls --all --json has both`
    : `${said}: did you mean ${near.map(shownName).join(" or ")}?`;
}

function shownName(name: string): string {
  return escapeControls(clip(name, 80));
}

function unknownTypes(wanted: readonly string[], seen: readonly string[]): string[] {
  const known = new Set(seen.flatMap((type) => [type, type.slice(0, type.indexOf("."))]));
  return wanted.filter((type) => !known.has(type)).map((type) => {
    const near = nearestWord(type, known);
    const has = near === undefined ? `types are ${seen.join(", ")}` : `did you mean ${near}?`;
    return `no record that was looked at has the type ${type}: ${has}`;
  });
}
