/** What sessions are called: short, and no two the same. Pure. */
import type { Approval } from "../domain/approval.ts";
import { escapeControls } from "../domain/sanitize.ts";
import type { Session } from "../domain/session.ts";
import { BELOW, lastParts, nameOfSession } from "../domain/session_name.ts";

/** What a name is made of. */
export type NamedSession = Pick<Session, "agent" | "cwd" | "id" | "parentId" | "title">;

/**
 * A name for each id: the title, or the last part of its folder; escaped. Names that are the same are told apart by the
 * folder above (with a title: by the folder), then by the agent, then by the beginning of the id. A sub-agent's begins
 * with that of its session where that is among them: `api › general-purpose`.
 *
 * @param others named afterwards: `sessions` are named first; others never change their names
 */
export function sessionNames(
  sessions: readonly NamedSession[],
  others: readonly NamedSession[] = [],
): ReadonlyMap<string, string> {
  const known = lastNamed.find((last) => areSame(last.sessions, sessions) && areSame(last.others, others));
  if (known !== undefined) return known.names;
  const names = namesOf(sessions, others);
  lastNamed = [{ sessions: [...sessions], others: [...others], names }, ...lastNamed.slice(0, LISTS_KEPT - 1)];
  return names;
}

/** Windows ask for the same names at each frame: those of the last lists are kept. */
let lastNamed: readonly NamedLists[] = [];
const LISTS_KEPT = 4;

interface NamedLists {
  readonly sessions: readonly NamedSession[];
  readonly others: readonly NamedSession[];
  readonly names: ReadonlyMap<string, string>;
}

function areSame(some: readonly NamedSession[], others: readonly NamedSession[]): boolean {
  return some.length === others.length && some.every((one, at) => isSame(one, others[at]));
}

function isSame(one: NamedSession, other: NamedSession | undefined): boolean {
  return one === other || (one.id === other?.id && one.title === other.title && one.cwd === other.cwd &&
    one.agent === other.agent && one.parentId === other.parentId);
}

function namesOf(sessions: readonly NamedSession[], others: readonly NamedSession[]): ReadonlyMap<string, string> {
  const names = new Map<string, string>();
  name(sessions, names);
  name(others, names);
  return new Map([...names].map(([id, name]) => [id, escapeControls(name)]));
}

/** Adds names for `sessions` to those that are given already. */
function name(sessions: readonly NamedSession[], names: Map<string, string>): void {
  const short = shortIds([...names.keys(), ...sessions.map(({ id }) => id)]);
  const parentOf = ({ parentId = "" }: NamedSession) => {
    const parent = names.get(parentId);
    return parent === undefined ? "" : `${parent}${BELOW}`;
  };
  const spelled: ((one: NamedSession) => string)[] = [
    (one) => parentOf(one) + (nameOfSession(one) || (short.get(one.id) ?? one.id)),
    (one) => {
      const { title, cwd = "", id } = one;
      // It has its session's folder.
      if (parentOf(one) !== "") return spelled[0]?.(one) ?? id;
      const own = nameOfSession({ title });
      const folder = lastParts(cwd, 1);
      if (own === "") return lastParts(cwd, 2) || id;
      return folder === "" || folder === own ? own : `${own} (${folder})`;
    },
    (one) => `${spelled[0]?.(one)} ${one.agent}`,
    (one) => `${spelled[0]?.(one)} ${short.get(one.id) ?? one.id}`,
  ];
  for (const generation of generations(sessions)) {
    let left = generation;
    for (const spell of spelled) {
      const taken = new Map<string, number>();
      const words = new Map(left.map((one) => [one.id, spell(one)]));
      for (const word of words.values()) taken.set(word, (taken.get(word) ?? 0) + 1);
      for (const name of names.values()) taken.set(name, 2);
      const last = spell === spelled.at(-1);
      for (const [id, word] of words) if (last || taken.get(word) === 1) names.set(id, word);
      left = left.filter(({ id }) => !names.has(id));
    }
  }
}

/** Those without a parent among `sessions`, then their sub-agents, and so on; those that are their own ancestors last. */
function generations(sessions: readonly NamedSession[]): readonly (readonly NamedSession[])[] {
  const found: (readonly NamedSession[])[] = [];
  const waits = new Set(sessions.map(({ id }) => id));
  for (let left = sessions; left.length > 0;) {
    const ready = left.filter(({ parentId = "" }) => !waits.has(parentId));
    const next = ready.length > 0 ? ready : left;
    for (const { id } of next) waits.delete(id);
    found.push(next);
    left = left.filter(({ id }) => waits.has(id));
  }
  return found;
}

/** A session that is in a list, or not any more. */
export type KnownSession = NamedSession & Pick<Session, "status">;

/** What is open is called the same whether or not what has ended is listed too. @param all what is listed, and the rest */
export function namesIn(listed: readonly KnownSession[], all: readonly KnownSession[]): ReadonlyMap<string, string> {
  const open = withParents(listed.filter(({ status }) => status !== "closed"), all);
  const ids = new Set(open.map(({ id }) => id));
  return sessionNames(open, withParents(listed, all).filter(({ id }) => !ids.has(id)));
}

/** What lists call the open ones. */
export function openNames(all: readonly KnownSession[]): ReadonlyMap<string, string> {
  return sessionNames(withParents(all.filter(({ status }) => status !== "closed"), all));
}

/** What `one` is called beside the open ones, which it has just left or is about to join. */
export function nameBeside(one: NamedSession, open: readonly NamedSession[]): string {
  return sessionNames([...open, one]).get(one.id) ?? escapeControls(one.id);
}

/** So many open sessions are all named in some ms; of more, those that may be mistaken for the ones that are asked for. */
const ALL_NAMED = 1000;
const SOME_NAMED = 256;

/**
 * The sessions beside which a few are to be named: all, where not too many are open to name each for the few. Else those
 * few, what they are sub-agents of, and such that are open and have the same plain name: a name then tells the few apart
 * from these, though a list of all may use a longer one. All are looked at, and none is named.
 */
export function sessionsBeside<S extends KnownSession>(few: readonly NamedSession[], all: Iterable<S>): readonly S[] {
  const sessions = [...all];
  if (sessions.length <= ALL_NAMED) return sessions;
  const asked = new Set(few.map(({ id }) => id));
  const meant = [...few, ...sessions.filter(({ id }) => asked.has(id))];
  const ids = new Set(meant.flatMap(({ id, parentId }) => parentId === undefined ? [id] : [id, parentId]));
  const words = new Set(meant.map(plainName));
  let left = SOME_NAMED;
  return sessions.filter((one) => {
    if (ids.has(one.id)) return true;
    return left > 0 && one.status !== "closed" && words.has(plainName(one)) && left-- > 0;
  });
}

/** All that a request tells of its session. */
export function sessionOfRequest({ sessionId: id, agent, cwd }: Approval): NamedSession {
  return { id, agent, ...(cwd === undefined ? {} : { cwd }) };
}

/** {@link nameOfSession} but for what only cleans it up: quick enough for very many. */
function plainName({ title = "", cwd = "" }: NamedSession): string {
  return title || cwd.slice(cwd.lastIndexOf("/") + 1);
}

/** A sub-agent is called after its session, also where the list leaves that out. */
function withParents(listed: readonly KnownSession[], all: readonly KnownSession[]): readonly KnownSession[] {
  const ids = new Set(listed.map(({ id }) => id));
  const missing = new Set(
    listed.flatMap(({ parentId }) => parentId === undefined || ids.has(parentId) ? [] : [parentId]),
  );
  return missing.size === 0 ? listed : [...listed, ...all.filter(({ id }) => missing.has(id))];
}

/** A path with `~` for the user's home, escaped. */
export function tildePath(path: string, home: string | undefined): string {
  const folder = home?.replace(/\/+$/, "") ?? "";
  const inside = folder !== "" && (path === folder || path.startsWith(`${folder}/`));
  return escapeControls(inside ? `~${path.slice(folder.length)}` : path);
}

/** The shortest unambiguous prefixes of the ids, at least 8 characters long. */
export function shortIds(ids: readonly string[]): ReadonlyMap<string, string> {
  const sorted = [...new Set(ids)].sort();
  const shared = (a: string, b: string | undefined) => {
    let i = 0;
    while (b !== undefined && i < a.length && a[i] === b[i]) i++;
    return i;
  };
  return new Map(sorted.map((id, i) => {
    const length = Math.max(8, shared(id, sorted[i - 1]) + 1, shared(id, sorted[i + 1]) + 1);
    return [id, id.slice(0, length)];
  }));
}
