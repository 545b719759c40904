/**
 * What commands print: data on stdout, messages on stderr, JSON as one object with its schema version.
 * A reader that goes away (`ls | head -1`) ends the program quietly.
 */
import { setColorEnabled } from "@std/fmt/colors";
import { escapeControlsKeepLines, visibleJson } from "../domain/sanitize.ts";
import { env } from "../platform/process.ts";
import { type Screen, stderrScreen, stdoutScreen, writeStderr, writeStdout } from "../platform/stdio.ts";
import type { Tone } from "../view/states.ts";
import { wrapMessage } from "../view/text_fit.ts";
import { toned } from "./paint.ts";

/** Version of the shape of every `--json` object; grows when a member changes its meaning. */
const JSON_SCHEMA = 1;

/** Nobody reads stdout any more: end at once, as a success. */
export class ReaderGone extends Error {}

export interface Output {
  readonly screen: Screen;
  /** Prints a line, colours and all: text from outside is made visible() by the caller. @throws {ReaderGone} */
  line(text: string): void;
  /** Prints a message that is an outcome; text from outside is escaped, and wrapped in a terminal. @throws {ReaderGone} */
  say(text: string): void;
  /** Prints text from outside, its lines as they are; control characters are escaped. @throws {ReaderGone} */
  plain(text: string): void;
  /** Prints `{"schema":1, …payload}` as one line. @throws {ReaderGone} */
  json(payload: Readonly<Record<string, unknown>>): void;
  /** A message for people, on stderr; control characters are escaped, and in a terminal it is wrapped and has its tone. */
  note(text: string, tone?: Tone): void;
}

let phrased = (text: string) => text;

/** From now on errors and notes of this process are said so: in the chat a command is called in another way. */
export function phraseMessages(phrase: (text: string) => string): void {
  phrased = phrase;
}

/** @param color false where `--no-color` was given */
export function output(color: boolean): Output {
  const screen = stdoutScreen();
  const shown = (text: string, { isTerminal, columns }: Screen) => {
    const safe = escapeControlsKeepLines(text);
    return isTerminal ? wrapMessage(safe, columns, true) : safe;
  };
  setColorEnabled(color && wantsColor(screen.isTerminal));
  const line = (text: string) => {
    if (!writeStdout(text + "\n")) throw new ReaderGone();
  };
  return {
    screen,
    line,
    json: (payload) => line(visibleJson({ schema: JSON_SCHEMA, ...payload })),
    plain: (text) => line(escapeControlsKeepLines(text)),
    say: (text) => line(shown(text, screen)),
    note: (text, tone = "plain") => {
      const told = shown(phrased(text), stderrScreen());
      writeStderr((stderrScreen().isTerminal ? toned(tone, told) : told) + "\n");
    },
  };
}

/** An error on stderr, wrapped in a terminal; {@link errorText} has made it safe. */
export function writeError(text: string): void {
  const { isTerminal, columns } = stderrScreen();
  const said = phrased(text);
  writeStderr(isTerminal ? wrapMessage(said, columns) : said);
}

/** https://no-color.org and https://bixense.com/clicolors: a non-empty NO_COLOR wins, FORCE_COLOR comes next. */
function wantsColor(isTerminal: boolean): boolean {
  if (env("NO_COLOR")) return false;
  const forced = env("FORCE_COLOR") ?? env("CLICOLOR_FORCE");
  if (forced !== undefined && forced !== "" && forced !== "0") return true;
  return isTerminal && env("TERM") !== "dumb";
}
