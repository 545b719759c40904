/** What sessions are called: short, and no two the same. Pure. */
import { escapeControls } from "../domain/sanitize.ts";
import type { Session } from "../domain/session.ts";
import { lastParts, nameOfSession } from "../domain/session_name.ts";

/** What a name is made of. */
export type NamedSession = Pick<Session, "agent" | "cwd" | "id" | "title">;

/**
 * A name for each id: the title, or the last part of its folder; escaped. Names that are the same are told apart by the
 * folder above (with a title: by the folder), then by the agent, then by the beginning of the id.
 */
export function sessionNames(sessions: readonly NamedSession[]): ReadonlyMap<string, string> {
  const short = shortIds(sessions.map(({ id }) => id));
  const spelled: ((one: NamedSession) => string)[] = [
    (one) => nameOfSession(one) || (short.get(one.id) ?? one.id),
    ({ title, cwd = "", id }) => {
      const own = nameOfSession({ title });
      const folder = lastParts(cwd, 1);
      if (own === "") return lastParts(cwd, 2) || id;
      return folder === "" || folder === own ? own : `${own} (${folder})`;
    },
    (one) => `${spelled[0]?.(one)} ${one.agent}`,
    (one) => `${spelled[0]?.(one)} ${short.get(one.id) ?? one.id}`,
  ];
  const names = new Map<string, string>();
  let left = sessions;
  for (const spell of spelled) {
    const taken = new Map<string, number>();
    for (const one of left) taken.set(spell(one), (taken.get(spell(one)) ?? 0) + 1);
    for (const name of names.values()) taken.set(name, 2);
    const last = spell === spelled.at(-1);
    for (const one of left) if (last || taken.get(spell(one)) === 1) names.set(one.id, spell(one));
    left = left.filter(({ id }) => !names.has(id));
  }
  return new Map([...names].map(([id, name]) => [id, escapeControls(name)]));
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
