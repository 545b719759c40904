/** Requests in blocks with blank lines between, wrapped to the width of the terminal. Pure. */
import { bold, cyan, dim, green, red, yellow } from "@std/fmt/colors";
import stringWidth from "fast-string-width";
import type { ApprovalItem } from "../view/approval_items.ts";
import { STATE_LOOKS } from "../view/states.ts";
import { type FoldedLine, foldedLines } from "../view/folded.ts";
import { wrap, wrapHanging } from "../view/text_fit.ts";
import { describedLines } from "./described.ts";
import { toned } from "./paint.ts";

const INDENT = "    ";
/** Before what goes on from the line above: a line break of the command itself has none. */
const GOES_ON = "↳ ";
/** Narrower lines are not wrapped: they would be all indent. */
export const NARROWEST = 20;

/** A request, with the id of its session only where that is wanted. */
type BlockItem = Omit<ApprovalItem, "session"> & Partial<Pick<ApprovalItem, "session">>;

/**
 * The lines of each request, the whole of what would run in them.
 *
 * @param width columns; Infinity in a pipe
 * @param isAlone the reader wants everything that is known of this one
 */
export function approvalBlock(item: BlockItem, width: number, isAlone = false): readonly string[] {
  const { id, isOpen, name, agent, age, end, risk, terminal, folder, kind } = item;
  const { sign, tone } = isOpen ? STATE_LOOKS.waiting : STATE_LOOKS.closed;
  const room = Math.max(NARROWEST, width);
  const title = [`${sign} ${name}`, agent, id, `asked ${age} ago, ${end}`];
  const risky = risk === undefined ? [] : [`${risk.sign} ${risk.word}`];
  const where = [...risky, ...(kind === "permission" ? [] : [kind]), terminal, folder].filter((part) =>
    part !== undefined
  );
  return [
    ...flow(title, "  ", room, "  ").map((line, i) => i === 0 ? titlePainted(line, item, tone) : line),
    ...flow(where, " · ", room - 2, "").map((line, i) =>
      `  ${i === 0 && risk !== undefined ? line.replace(risky[0] ?? "", (word) => toned(risk.tone, word)) : line}`
    ),
    ...(isAlone && item.session !== undefined ? [`  ${dim("session")}  ${item.session}`] : []),
    ...inside(item.call, room).map(bold),
    ...(isAlone && item.detail.length > 0 ? [""] : []),
    ...inside(item.detail, room, (line) => isAlone ? item.isPatch ? diffPaint(line) : asItIs : dim),
    ...(isAlone && item.detail.length > 0 ? [""] : []),
    ...(item.cut === undefined ? [] : prose([item.cut], room).map(yellow)),
    ...(item.notice === undefined ? [] : prose([item.notice], room).map(dim)),
    ...labelled("why: ", item.reasoning, room).map(dim),
    ...prose(item.notes, room).map(yellow),
    ...item.questions.flatMap(({ text, options }) => [
      ...prose(text, room),
      ...options.flatMap(({ text, description }, i) => {
        const number = `  ${String(i + 1).padStart(String(options.length).length)}  `;
        return [
          ...prose([number + text], room),
          ...describedLines(description, room, INDENT.length + number.length).map(dim),
        ];
      }),
    ]),
    ...item.offers.flatMap((line) => labelled("its terminal also offers: ", [line], room)).map(dim),
    ...flow(item.answers, "  ·  ", room - 2, "").map((line) => `  ${line}`),
    ...(isAlone && item.answers.length > 0 ? prose(answerNotes(item), room).map(dim) : []),
  ];
}

/** How else it may be answered, and how far an answer reaches. */
function answerNotes({ cut, noDialog, scopes, takesOwnWords }: BlockItem): string[] {
  const notes = [
    noDialog
      ? "the daemon runs its agent: once the time is over, or its turn, the call is cancelled"
      : "once the time is over only its own terminal can answer",
  ];
  if (cut !== undefined) return notes;
  if (takesOwnWords) notes.push("a number, its text or the beginning of it; your own words: --say TEXT");
  const wider = scopes?.filter((scope) => scope !== "once");
  if (wider === undefined) return notes;
  return [
    ...notes,
    wider.length === 0
      ? "only once: such a call is asked each time"
      : `--scope ${orList(wider)}: the very same call runs unasked from then on`,
  ];
}

function orList(words: readonly string[]): string {
  return words.length < 2 ? words.join("") : `${words.slice(0, -1).join(", ")} or ${words.at(-1)}`;
}

function asItIs(line: string): string {
  return line;
}

function diffPaint(line: string): (text: string) => string {
  if (/^(?:---|\+\+\+) /.test(line)) return bold;
  if (line.startsWith("@@")) return cyan;
  return line.startsWith("+") ? green : line.startsWith("-") ? red : asItIs;
}

function titlePainted(line: string, { name, id }: BlockItem, tone: Parameters<typeof toned>[0]): string {
  const end = line.indexOf(name) + name.length;
  return toned(tone, line.slice(0, end)) + line.slice(end).replace(id, (found) => bold(found));
}

/** Parts side by side, as many as a line has room for. */
function flow(parts: readonly string[], gap: string, width: number, indent: string): string[] {
  const lines: string[] = [];
  for (const part of parts) {
    const last = lines.at(-1);
    const joined = last === undefined ? part : `${last}${gap}${part}`;
    if (last === undefined || stringWidth(joined) > width) {
      const pieces = wrap(part, width - indent.length);
      lines.push(...(last === undefined ? pieces : pieces.map((piece) => indent + piece)));
    } else lines[lines.length - 1] = joined;
  }
  return lines;
}

/** Words for people: what goes on stands below its own beginning. */
export function prose(lines: readonly string[], width: number): string[] {
  return lines.flatMap((line) => wrapHanging(line, width - INDENT.length)).map((line) => INDENT + line);
}

function labelled(label: string, lines: readonly string[], width: number): string[] {
  const room = width - INDENT.length;
  const wrapped = lines.flatMap((line, i) =>
    wrapHanging(`${i === 0 ? label : ""}${line}`, room, i === 0 ? label.length : 0)
  );
  return wrapped.map((line) => INDENT + line);
}

/** What would run or be written: no line of it looks like two, and a pipe gets it as it is. */
export function inside(
  lines: readonly string[],
  width: number,
  paintOf: (line: string) => (text: string) => string = () => asItIs,
): string[] {
  const room = width - INDENT.length;
  let paint = asItIs;
  const all: readonly FoldedLine[] = width === Infinity
    ? lines.map((text) => ({ kind: "line", text }))
    : foldedLines(lines);
  return all.flatMap(({ kind, text }) => {
    if (kind === "gap") return [`${INDENT}${yellow(text)}`];
    if (kind === "line") paint = paintOf(text);
    const pieces = kind === "line" && stringWidth(text) <= room ? [text] : wrap(text, room - GOES_ON.length);
    return pieces.map((piece, at) => `${INDENT}${paint(kind === "line" && at === 0 ? piece : GOES_ON + piece)}`);
  });
}

/** All lines of a list: blank ones between the blocks. */
export function approvalBlocks(items: readonly ApprovalItem[], width: number): readonly string[] {
  return items.flatMap((item, i) => [...(i === 0 ? [] : [""]), ...approvalBlock(item, width)]);
}
