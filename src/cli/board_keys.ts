/** The keys of `watch`: in the footer as many as there is room for, all of them on the page behind `?`. Pure. */
import { bold, dim } from "@std/fmt/colors";
import { fit, fitHead, wrapHanging } from "../view/text_fit.ts";
import type { ScreenSize } from "../platform/full_screen.ts";

interface BoardKey {
  readonly keys: string;
  /** In the footer; absent where only the page tells of it. */
  readonly word?: string;
  /** On the page. */
  readonly does: string;
  /** Those with a low one leave the footer last. */
  readonly rank: number;
  /** Only for a row that asks. */
  readonly answers?: true;
}

const ANSWER: BoardKey = { keys: "y", word: "yes", does: "yes, once, or answer it", rank: 1, answers: true };
const KEYS: readonly BoardKey[] = [
  { keys: "j k", word: "move", does: "mark a row, also ↓ ↑", rank: 6 },
  ANSWER,
  { keys: "n", word: "no", does: "no", rank: 1, answers: true },
  { keys: "v", word: "view", does: "all of it, also Enter", rank: 3, answers: true },
  { keys: "1-9", does: "choose, once v showed it", rank: 7 },
  { keys: "o", word: "open", does: "go to its terminal", rank: 5 },
  { keys: "Esc", does: "back to the list", rank: 7 },
  { keys: "?", word: "help", does: "this page", rank: 2 },
  { keys: "q", word: "quit", does: "leave watch", rank: 4 },
];

/** What the marked row asks that can be answered here. */
export type AskedKind = "nothing" | "question" | "call";

/** The keys in one line: with their words as many as fit, the ones that matter most; else the letters alone. */
export function footKeys(columns: number, asked: AskedKind): string {
  const shown = KEYS.filter(({ word, answers }) => word !== undefined && !(answers && asked === "nothing"))
    .map((key) => key === ANSWER && asked === "question" ? { ...key, word: "answer" } : key);
  for (let most = 6; most >= LEAST; most--) {
    const kept = shown.filter(({ rank }) => rank <= most);
    const line = kept.map(({ keys, word }) => `${keys} ${word}`).join("  ");
    if (line.length <= columns) return line;
  }
  return fitHead(shown.filter(({ rank }) => rank < 6).map(({ keys }) => keys).join(" "), columns);
}

/** Fewer keys than those up to this rank are told by their letters. */
const LEAST = 2;
const KEYS_WIDE = 5;

/** The page behind `?`. */
export function helpFrame({ columns, rows }: ScreenSize): readonly string[] {
  const lines = KEYS.flatMap(({ keys, does }) =>
    wrapHanging(`${fit(keys, KEYS_WIDE)}${does}`, columns, KEYS_WIDE)
      .map((line) => line.startsWith(keys) ? bold(keys) + line.slice(keys.length) : line)
  );
  const head = [bold(fitHead("Keys of watch", columns)), ""];
  const room = Math.max(0, rows - 1);
  const page = (head.length + lines.length > room ? lines : [...head, ...lines]).slice(0, room);
  const gap = Array.from({ length: room - page.length }, () => "");
  return [...page, ...gap, dim(fitHead("any key: back", columns))];
}
