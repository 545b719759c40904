/**
 * One conversation that is open in several processes, as one that was resumed in a second terminal. The row shows the
 * process that needs the human most, and keeps the state of each of the others: an event changes the state of the process
 * that sent it, and the row ends with the last of them. Only processes that were seen alive count; of the others nobody
 * knows when they end. Pure.
 */
import type { Report } from "./report.ts";
import {
  type Facts,
  type OtherProcess,
  type OwnFields,
  type ProcessRef,
  type Session,
  type SessionFields,
  sessionState,
  type State,
  STATUSES,
  withoutState,
} from "./session.ts";

export type MayLive = (process: ProcessRef) => boolean;

/** Without a look at the process table a conversation has one process. */
export const NONE_SEEN: MayLive = () => false;

/** The process of the row that `report` is from: by the pid that it names, where the row knows it or the agent states it. */
export function sourceOf(row: Session | undefined, { facts }: Pick<Report, "facts">): number | undefined {
  if (facts.pid !== undefined) return facts.pid;
  const told = facts.parentPid;
  if (told === undefined || row === undefined) return undefined;
  return told === row.pid || row.others?.some(({ pid }) => pid === told) ? told : undefined;
}

/** A process of a conversation: its pid, or {@link Report.elsewhere}. */
export type ProcessName = number | string;

/** Who sent `report`, as far as that is known. */
export function senderOf(row: Session | undefined, report: Report): ProcessName | undefined {
  return report.elsewhere ?? sourceOf(row, report);
}

/**
 * Whether two events may be of one process: two known, different ones never are, nor one here and one elsewhere. Where
 * one of both is not known they may be the same: two hooks of an agent that names no pid may have different parents.
 */
export function mayBeSame(a: ProcessName | undefined, b: ProcessName | undefined): boolean {
  if (typeof a !== "string" || typeof b !== "string") {
    return typeof a !== "string" && typeof b !== "string" && (a === undefined || b === undefined || a === b);
  }
  const [[namespace, pid], [other, otherPid]] = [a.split(":"), b.split(":")];
  return namespace === other && (pid === otherPid || pid === "" || otherPid === "");
}

/** `row` with the process that `report` is from in front, so that the event changes that one. */
export function withSourceInFront(row: Session, report: Report, mayLive: MayLive): Session {
  const { event } = report;
  const others = row.others?.filter(mayLive) ?? [];
  if ("approvalId" in event && event.kind !== "requested") {
    const asked = others.find((one) => one.status === "waiting" && one.waiting.approvalId === event.approvalId);
    const isFront = row.status === "waiting" && row.waiting.approvalId === event.approvalId;
    return asked === undefined || isFront ? withOthers(row, others) : inFront(row, asked, others);
  }
  const source = sourceOf(row, report);
  const known = others.find(({ pid }) => pid === source);
  if (known !== undefined) return inFront(row, known, others);
  const another = source ?? (event.kind === "announced" ? report.facts.parentPid : undefined);
  const joins = another !== undefined && another !== row.pid && row.status !== "closed" && mayLive(row);
  return joins ? freshInFront(row, others) : withOthers(row, others);
}

/** `row` with its most urgent process in front; the one that is there stays where no other is more urgent. */
export function withUrgentInFront(row: Session): Session {
  const others = row.others ?? [];
  const best = others.toSorted((a, b) => rank(a) - rank(b))[0];
  return best !== undefined && rank(best) < rank(row) ? inFront(row, best, others) : row;
}

/** `row` after the process in front has ended; undefined where it was the last. */
export function withoutFront(row: Session): Session | undefined {
  const others = row.others ?? [];
  const next = others.toSorted((a, b) => rank(a) - rank(b))[0];
  return next === undefined ? undefined : put(row, next, others.filter((one) => one !== next));
}

/**
 * `next`, which is `before` after `report`, with the server that its process says it has. Each event of a process says that
 * anew: one that names no server says that there is none. An event without a pid, or of ours, says nothing of it; behind one
 * from elsewhere the session goes on where its address means another machine.
 */
export function withOwnServer(before: Facts, report: Report, next: SessionFields): SessionFields {
  const { facts, elsewhere, event } = report;
  const kept = elsewhere === undefined && next.pid === before.pid ? before.serverUrl : undefined;
  const serverUrl = facts.pid === undefined || OURS.has(event.kind) ? kept : facts.serverUrl;
  return { ...withoutServer(next), ...(serverUrl === undefined ? {} : { serverUrl }) };
}

/** What we say of a request: its process is named, and has not spoken. */
const OURS: ReadonlySet<Report["event"]["kind"]> = new Set(["decided", "dismissed", "left_to_agent"]);

export function withoutServer({ serverUrl: _, ...fields }: SessionFields): SessionFields {
  return fields;
}

/** All pids of `row`, with whether each was seen. */
export function processesOf(
  { pid, pidSeen, others = [] }: Session,
): readonly (ProcessRef & { readonly pid: number })[] {
  const front = pid === undefined ? [] : [{ pid, ...(pidSeen === undefined ? {} : { pidSeen }) }];
  return [...front, ...others];
}

function rank({ status }: State): number {
  return STATUSES.indexOf(status);
}

function withOthers(row: Session, others: readonly OtherProcess[]): Session {
  if (row.others === undefined) return row;
  const { others: _, ...alone } = row;
  return others.length === 0 ? alone : { ...alone, others };
}

/** Most processes of one conversation that are kept beside the one that is shown. */
const MOST_OTHERS = 8;

function inFront(row: Session, next: OtherProcess, others: readonly OtherProcess[]): Session {
  return put(row, next, [...others.filter((one) => one !== next), ...asOther(row)]);
}

/** A process that is new to the conversation: it is at its prompt. */
function freshInFront(row: Session, others: readonly OtherProcess[]): Session {
  const fields = sharedFields(row);
  const kept = [...others, ...asOther(row)].slice(-MOST_OTHERS);
  return { ...fields, subagents: 0, others: kept, status: "starting", starting: {} };
}

function asOther(row: Session): OtherProcess[] {
  const { pid, pidSeen, serverUrl, tty, terminal, subagents, promptId, cost } = row;
  if (pid === undefined) return [];
  return [{ pid, subagents, ...defined({ pidSeen, serverUrl, tty, terminal, promptId, cost }), ...sessionState(row) }];
}

function put(row: Session, next: OtherProcess, others: readonly OtherProcess[]): Session {
  const fields = sharedFields(row);
  const { pid, pidSeen, serverUrl, tty, terminal, subagents, promptId, cost } = next;
  return {
    ...fields,
    pid,
    subagents,
    ...defined({ pidSeen, serverUrl, tty, terminal, promptId, cost }),
    ...(others.length === 0 ? {} : { others }),
    ...sessionState(next),
  };
}

/** Without what is in {@link OwnFields}, but for the count that every row has. */
function sharedFields(row: Session): SessionFields {
  const { pid: _, pidSeen: _1, tty: _2, terminal: _3, promptId: _4, cost: _5, others: _6, ...fields } = withoutServer(
    withoutState(row),
  );
  return fields;
}

type Optional = Omit<OwnFields, "pid" | "subagents">;

function defined(fields: { readonly [K in keyof Optional]: Optional[K] | undefined }): Optional {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined));
}
