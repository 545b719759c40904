/**
 * What commands print: data on stdout, messages on stderr, JSON as one object with its schema version.
 * A reader that goes away (`ls | head -1`) ends the program quietly.
 */
import { setColorEnabled } from "@std/fmt/colors";
import { escapeControlsKeepLines, visibleJson } from "../domain/sanitize.ts";
import { env } from "../platform/process.ts";
import { type Screen, stdoutScreen, writeStderr, writeStdout } from "../platform/stdio.ts";

/** Version of the shape of every `--json` object; grows when a member changes its meaning. */
const JSON_SCHEMA = 1;

/** Nobody reads stdout any more: end at once, as a success. */
export class ReaderGone extends Error {}

export interface Output {
  readonly screen: Screen;
  /** Prints a line, colours and all: text from outside is made visible() by the caller. @throws {ReaderGone} */
  line(text: string): void;
  /** Prints text from outside, its lines as they are; control characters are escaped. @throws {ReaderGone} */
  plain(text: string): void;
  /** Prints `{"schema":1, …payload}` as one line. @throws {ReaderGone} */
  json(payload: Readonly<Record<string, unknown>>): void;
  /** A message for people, on stderr; control characters are escaped. */
  note(text: string): void;
}

/** @param color false where `--no-color` was given */
export function output(color: boolean): Output {
  const screen = stdoutScreen();
  setColorEnabled(color && wantsColor(screen.isTerminal));
  const line = (text: string) => {
    if (!writeStdout(text + "\n")) throw new ReaderGone();
  };
  return {
    screen,
    line,
    json: (payload) => line(visibleJson({ schema: JSON_SCHEMA, ...payload })),
    plain: (text) => line(escapeControlsKeepLines(text)),
    note: (text) => void writeStderr(escapeControlsKeepLines(text) + "\n"),
  };
}

/** https://no-color.org and https://bixense.com/clicolors: a non-empty NO_COLOR wins, FORCE_COLOR comes next. */
function wantsColor(isTerminal: boolean): boolean {
  if (env("NO_COLOR")) return false;
  const forced = env("FORCE_COLOR") ?? env("CLICOLOR_FORCE");
  if (forced !== undefined && forced !== "" && forced !== "0") return true;
  return isTerminal && env("TERM") !== "dumb";
}
