/**
 * Whether a call reaches this program: its command, its home, its socket, its sources. An agent must not answer for the
 * human, so such a call is asked in every mode, whatever a rule says. Pure.
 */
import type { ApprovalRequest } from "../domain/approval.ts";
import { isWithin, MAX_PATH, MAX_PATHS, resolvePath } from "./places.ts";
import type { Where } from "./where.ts";

/** The program's names, and what of its home is known by name; compared without quotes, escapes and case. */
const NAMES = /agent[-_ ]?console|daemon\.(?:sock|token|lock|pid)|session\.report|approval\.(?:decide|add_rule|text)/;

export function reachesThisProgram(
  { subject, tool, action, paths = [], detail = "" }: ApprovalRequest,
  where: Where,
): boolean {
  const text = bare(`${tool} ${decoded(ends(subject))}`);
  if (NAMES.test(text) || (action === "command" && NAMES.test(bare(ends(detail))))) return true;
  const own = where.own ?? [];
  if (own.some((place) => text.includes(place.toLowerCase()))) return true;
  const { cwd = "/" } = where;
  const within = (path: string) => own.some((place) => isWithin(resolvePath(path.trim(), cwd), place));
  switch (action) {
    case "command":
      // `deno run main.ts` in the folder of the sources, `../agent/main.ts` beside it.
      return within(".") || wordsOf(subject).some(within);
    case "read":
    case "write":
      return [subject, ...paths.slice(0, MAX_PATHS)].some((path) => path.length <= MAX_PATH && within(path));
    default:
      return false;
  }
}

/** An address may name a file with `%6f` for `o`, also twice. */
function decoded(text: string): string {
  const once = (given: string) =>
    given.replace(/%([2-7][0-9a-f])/gi, (_, hex: string) => String.fromCharCode(parseInt(hex, 16)));
  return text.includes("%") ? `${text} ${once(once(text))}` : text;
}

/** Of a long text both ends: a longer command is opaque, and asked whatever it reaches. */
function ends(text: string): string {
  return text.length <= 2 * MAX_END ? text : `${text.slice(0, MAX_END)} ${text.slice(-MAX_END)}`;
}

const MAX_END = 5000;

function bare(text: string): string {
  return text.replace(/['"\\]/g, "").toLowerCase();
}

/** What may be a path: bounded, because a text may hold anything. */
function wordsOf(text: string): readonly string[] {
  return decoded(ends(text)).replace(/['"\\]/g, "").split(/[\s;&|()<>=:,]+/).filter((word) => /[./]/.test(word))
    .slice(0, 200);
}
