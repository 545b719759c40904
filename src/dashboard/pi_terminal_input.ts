/**
 * From the bytes of a terminal to keys by name, the mouse and pasted text. The sequences are split by the library's
 * buffer and named by its table; what it has no name for is a character as it was typed, or nothing.
 */
import { parseKey } from "@earendil-works/pi-tui/keys";
import { StdinBuffer } from "@earendil-works/pi-tui/stdin-buffer";
import type { MousePress, TerminalHandlers } from "./terminal_port.ts";

export type InputHandlers = Pick<TerminalHandlers, "onKey" | "onMouse" | "onPaste">;

/** More keys than this in one read nobody has typed. */
const MOST_TYPED = 64;
const CTRL_C = "\x03";

export class TerminalInput {
  readonly #handlers: InputHandlers;
  readonly #buffer: StdinBuffer;
  readonly #text = new TextDecoder();
  /** What came in the read that is being taken apart. */
  #read: { sequences: string[]; hasMore: boolean } | undefined;
  /** Whether the rest of a read, such as an Escape that may be the beginning of something, is all that came in it. */
  #restIsAlone = true;

  /** @param escapeMs how long an Escape waits for what may belong to it: over ssh, keys arrive in pieces */
  constructor(handlers: InputHandlers, escapeMs: number) {
    this.#handlers = handlers;
    this.#buffer = new StdinBuffer({ escapeTimeout: escapeMs });
    this.#buffer.on("data", (sequence: string) => {
      if (this.#read === undefined) this.#take(sequence, this.#restIsAlone);
      else this.#read.sequences.push(sequence);
    });
    this.#buffer.on("paste", (text: string) => {
      if (this.#read !== undefined) this.#flush({ ...this.#read, hasMore: true });
      this.#read = { sequences: [], hasMore: true };
      handlers.onPaste(text.replace(/\r\n?/g, "\n"));
    });
  }

  /** What came in one read. */
  read(bytes: Uint8Array): void {
    const text = this.#text.decode(bytes, { stream: true });
    if (text === "") return;
    this.#read = { sequences: [], hasMore: false };
    this.#buffer.process(text);
    const { sequences, hasMore } = this.#read;
    this.#read = undefined;
    this.#restIsAlone = sequences.length === 0 && !hasMore;
    this.#flush({ sequences, hasMore: hasMore || this.#buffer.getBuffer() !== "" });
  }

  /** Forgets what has begun: nothing comes after it. */
  close(): void {
    this.#buffer.destroy();
  }

  #flush({ sequences, hasMore }: { readonly sequences: readonly string[]; readonly hasMore: boolean }): void {
    const keys = joined(sequences);
    const typed = keys.filter((key) => mouseOf(key) === undefined);
    if (typed.length > MOST_TYPED) return this.#takeFlood(keys, typed);
    for (const key of keys) this.#take(key, !hasMore && keys.length === 1);
  }

  /** So many keys are a text that some program sends, without the marks around it; Ctrl-C in it still counts. */
  #takeFlood(keys: readonly string[], typed: readonly string[]): void {
    for (const key of keys) if (mouseOf(key) !== undefined || key === CTRL_C) this.#take(key, false);
    const text = typed.filter((key) => !key.startsWith("\x1b") && key !== CTRL_C).join("");
    this.#handlers.onPaste(text.replace(/\r\n?/g, "\n"));
  }

  #take(sequence: string, alone: boolean): void {
    const mouse = mouseOf(sequence);
    if (mouse !== undefined) return this.#handlers.onMouse(mouse);
    const key = nameOfKey(sequence);
    if (key !== undefined) this.#handlers.onKey({ key, alone });
  }
}

/** Characters whole: the buffer takes a text apart by UTF-16 units. */
function joined(sequences: readonly string[]): readonly string[] {
  const all: string[] = [];
  for (const sequence of sequences) {
    const last = all.at(-1) ?? "";
    if (/^[\udc00-\udfff]$/.test(sequence) && /^[\ud800-\udbff]$/.test(last)) all[all.length - 1] = last + sequence;
    else if (sequence !== "") all.push(sequence);
  }
  return all;
}

/** Undefined for what is no key that anybody presses, such as a terminal's reply. */
export function nameOfKey(sequence: string): string | undefined {
  const named = parseKey(withKnownEnd(sequence));
  if (named === undefined) {
    // deno-lint-ignore no-control-regex
    return /^[^\x00-\x1f\x7f-\x9f\ud800-\udfff]$/u.test(sequence) ? sequence : undefined;
  }
  const [, prefixes = "", key = ""] = /^((?:(?:ctrl|alt|shift|super)\+)*)(.+)$/.exec(named) ?? [];
  const has = (name: string) => prefixes.includes(`${name}+`);
  if (has("super")) return undefined;
  const isCharacter = [...key].length === 1;
  const shifted = isCharacter && has("shift") && !has("ctrl");
  const modifiers = [
    ...(has("ctrl") ? ["Ctrl"] : []),
    ...(has("alt") ? ["Alt"] : []),
    ...(has("shift") && !shifted ? ["Shift"] : []),
  ];
  const name = !isCharacter
    ? `${key[0]?.toUpperCase()}${key.slice(1)}`
    : has("ctrl") || shifted
    ? key.toUpperCase()
    : key;
  return [...modifiers, name].join("+");
}

/** Home and End as tmux, screen and rxvt send them, which the library's table does not know. */
function withKnownEnd(sequence: string): string {
  // deno-lint-ignore no-control-regex
  const [all, number = "", modifiers] = /^\x1b\[([1478])(?:;(\d+))?~$/.exec(sequence) ?? [];
  if (all === undefined) return sequence;
  const isHome = number === "1" || number === "7";
  return `\x1b[${modifiers === undefined ? "" : `1;${modifiers}`}${isHome ? "H" : "F"}`;
}

// deno-lint-ignore no-control-regex
const MOUSE = /^\x1b\[<(?<code>\d+);(?<column>\d+);(?<row>\d+)(?<end>[Mm])$/;
const BUTTONS = ["left", "middle", "right"] as const;
/** Bits of the code: the pointer moves; the wheel turns; buttons that only few mice have. */
const MOVES = 32;
const WHEEL = 64;
const MORE = 128;

/** Undefined for what is no press: a release, a movement. */
function mouseOf(sequence: string): MousePress | undefined {
  const { code, column, row, end } = MOUSE.exec(sequence)?.groups ?? {};
  if (code === undefined || end !== "M") return undefined;
  const bits = Number(code);
  const at = { column: Number(column) - 1, row: Number(row) - 1 };
  if ((bits & (MOVES | MORE)) !== 0) return undefined;
  const button = bits & 3;
  if ((bits & WHEEL) !== 0) {
    return button > 1 ? undefined : { kind: button === 0 ? "wheelUp" : "wheelDown", ...at, button: "none" };
  }
  const name = BUTTONS[button];
  return name === undefined ? undefined : { kind: "press", ...at, button: name };
}
