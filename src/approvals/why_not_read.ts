/** Which file keeps a call from being one that only reads: what to name instead is then plain. Pure. */
import type { ClassifiedRequest } from "../policy/classify.ts";
import { isSecretPlace, isWithin, MAX_PATH, resolvePath } from "../policy/places.ts";
import type { Command } from "../policy/plain_text.ts";
import { readsFiles } from "../policy/reads.ts";
import type { Where } from "../policy/where.ts";

/** A name that nothing is known about: a file of the workspace. */
const HARMLESS = "x";

/**
 * To complete "no rule allows it, and …"; undefined where no file is the only reason. Found by trying: with a harmless
 * name in its place the same command would only read.
 */
export function whyNotRead({ action, subject, plain, where }: ClassifiedRequest): string | undefined {
  if (action === "read") return problemOf(subject, where);
  const commands = plain?.commands ?? [];
  const first = commands.map((command) => fileInTheWay(command, where));
  const isOnlyReason = commands.every((command, at) => first[at] !== undefined || isRead(command, where));
  return isOnlyReason ? first.find((found) => found !== undefined) : undefined;
}

function fileInTheWay(command: Command, where: Where): string | undefined {
  if (isRead(command, where)) return undefined;
  const [name, ...args] = command;
  const problems = args.map((word) => word.startsWith("-") ? undefined : problemOf(word, where));
  const without = (kept?: number): Command => [
    name,
    ...args.map((word, at) => problems[at] === undefined || at === kept ? word : HARMLESS),
  ];
  if (!isRead(without(), where)) return undefined;
  // A word to look for may be called as a secret is: only what is in the way by itself is named.
  return problems.find((problem, at) => problem !== undefined && !isRead(without(at), where));
}

function isRead(command: Command, where: Where): boolean {
  return readsFiles(command, where) !== undefined;
}

function problemOf(word: string, { cwd, workspace = cwd }: Where): string | undefined {
  if (cwd === undefined || workspace === undefined || word.length > MAX_PATH) return undefined;
  const path = resolvePath(word, cwd);
  if (isSecretPlace(path, workspace)) return `${word} may hold credentials or history`;
  return isWithin(path, workspace) ? undefined : `${word} lies outside the workspace`;
}
