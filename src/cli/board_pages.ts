/** What lies over the board of `watch` for a while: the whole text of one request, and the page of keys. */
import { dim, stripAnsiCode } from "@std/fmt/colors";
import stringWidth from "fast-string-width";
import type { Approval } from "../domain/approval.ts";
import type { SessionView } from "../domain/query.ts";
import type { ScreenSize } from "../platform/full_screen.ts";
import { env } from "../platform/process.ts";
import { approvalItems } from "../view/approval_items.ts";
import { isQuestion } from "../view/approval_words.ts";
import { fitHead, wrap } from "../view/text_fit.ts";
import { approvalBlock } from "./approval_blocks.ts";
import { helpFrame } from "./board_keys.ts";
import { quickChoices } from "./inbox_keys.ts";
import { toned } from "./paint.ts";

/** What a page is drawn from. */
export interface PageState {
  readonly sessions: readonly SessionView[];
  readonly now: number;
  readonly size: ScreenSize;
  readonly message: string | undefined;
}

/** What a key did: `back` leaves the page, `board` hands it on. */
export type PageKey = "taken" | "back" | "board";

export interface BoardPage {
  /** Whose text it shows; its answer goes to no other one. */
  readonly approval?: Approval;
  frame(state: PageState): readonly string[];
  /** @param alone false where others came in the same read */
  key(key: string, alone: boolean): PageKey;
}

/** The page behind `?`: any key closes it. */
export const HELP_PAGE: BoardPage = {
  frame: ({ size }) => helpFrame(size),
  key: () => "back",
};

/** Lines of which the screen shows as many as it has room for. */
export class Scroll {
  #top = 0;
  #room = 1;
  #count = 0;

  /** The lines that are shown now; kept for {@link by}. */
  of(lines: readonly string[], room: number): readonly string[] {
    [this.#count, this.#room] = [lines.length, room];
    this.by(0);
    return lines.slice(this.#top, this.#top + room);
  }

  by(lines: number): void {
    this.#top = Math.min(Math.max(0, this.#count - this.#room), Math.max(0, this.#top + lines));
  }

  /** Of the lines that come next. */
  toEnd(): void {
    this.#top = Infinity;
  }

  /** Whether the key was one that scrolls. */
  key(key: string): boolean {
    const page = Math.max(1, this.#room - 1);
    const by = { j: 1, "\x1b[B": 1, "\x1bOB": 1, k: -1, "\x1b[A": -1, "\x1bOA": -1, " ": page, b: -page }[key];
    if (by !== undefined) this.by(by);
    return by !== undefined;
  }

  /** `12/40`, where not all is on the screen. */
  get place(): string {
    return this.#count > this.#room ? `${Math.min(this.#count, this.#top + this.#room)}/${this.#count}` : "";
  }
}

/** All of one request: `v`. */
export class RequestPage implements BoardPage {
  readonly approval: Approval;
  readonly #scroll = new Scroll();

  constructor(approval: Approval) {
    this.approval = approval;
  }

  frame({ sessions, now, size, message }: PageState): readonly string[] {
    const { approval } = this;
    const yes = quickChoices(approval) !== undefined ? ["1-9 choose"] : [];
    const keys = [...yes, isQuestion(approval) ? "y answer" : "y yes", "n no", "v back", "j k scroll"];
    const foot = footLines(keys.join("  "), message, size);
    const room = Math.max(1, size.rows - foot.length);
    const shown = this.#scroll.of(requestText(approval, { sessions, now, size }), room);
    const place = message === undefined && this.#scroll.place !== "" ? dim(`  ${this.#scroll.place}`) : "";
    return filled(shown, room, foot.map((line) => wide(line + place) > size.columns ? line : line + place));
  }

  key(key: string): PageKey {
    if (this.#scroll.key(key)) return "taken";
    return ["v", "q", "\x1b", ...(isQuestion(this.approval) ? [] : ["\r", "\n"])].includes(key) ? "back" : "board";
  }
}

/** One request in a block of lines, none wider than the screen. */
export function requestText(
  approval: Approval,
  { sessions, now, size: { columns } }: Omit<PageState, "message">,
  without: { readonly questions?: true } = {},
): readonly string[] {
  const [item] = approvalItems([approval], { sessions, now, home: env("HOME") });
  if (item === undefined) return [];
  const shown = { ...item, answers: [], ...(without.questions && { questions: [] }) };
  return approvalBlock(shown, columns)
    .map((line) => wide(line) > columns ? fitHead(stripAnsiCode(line), columns) : line);
}

/** The keys, or what is to be said instead: all of it, in as many lines as that takes. */
export function footLines(
  keys: string,
  message: string | undefined,
  { columns, rows }: ScreenSize,
): readonly string[] {
  if (message === undefined) return [dim(fitHead(keys, columns))];
  const most = Math.max(1, Math.min(MOST_FOOT, Math.floor(rows / 3)));
  const lines = wrap(message, columns);
  const cut = lines.length > most
    ? [...lines.slice(0, most - 1), fitHead(lines.slice(most - 1).join(" "), columns)]
    : lines;
  return cut.map((line) => toned("attention", line));
}

const MOST_FOOT = 3;

export function filled(shown: readonly string[], room: number, foot: readonly string[]): readonly string[] {
  return [...shown, ...Array.from({ length: Math.max(0, room - shown.length) }, () => ""), ...foot];
}

/** Columns of a painted line. */
export function wide(line: string): number {
  return stringWidth(stripAnsiCode(line));
}
