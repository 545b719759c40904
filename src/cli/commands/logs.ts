/** `daemon logs`: the log file, read directly, so that it can be read when the daemon does not reply. */
import { dim, red, yellow } from "@std/fmt/colors";
import { sleep } from "../../platform/delay.ts";
import { denoFiles } from "../../platform/deno_files.ts";
import { parseObject } from "../../lib/json_fields.ts";
import { escapeControls } from "../../domain/sanitize.ts";
import { ConsoleError } from "../../protocol/errors.ts";
import { localTime } from "../../view/times.ts";
import type { CommandContext } from "../context.ts";

export interface LogOptions {
  readonly follow?: boolean;
  readonly lines?: string;
  readonly level?: string;
  readonly json?: boolean;
}

const LEVELS = ["debug", "info", "warn", "error"];
/** The most that is read for the last lines, bytes. */
const TAIL_BYTES = 1_048_576;
const FOLLOW_MS = 250;

export async function logs(run: CommandContext, options: LogOptions): Promise<void> {
  const count = options.lines === undefined ? 50 : Number(options.lines);
  if (!Number.isSafeInteger(count) || count < 0) {
    throw new ConsoleError("usage", `-n is "${options.lines}", expected a number of lines`);
  }
  const least = LEVELS.indexOf(options.level ?? "debug");
  if (least < 0) {
    throw new ConsoleError("usage", `--level is "${options.level}", expected ${LEVELS.join(", ")}`);
  }
  const path = run.context.paths.log;
  const size = () => denoFiles.stat(path)?.size ?? 0;
  let at = size();
  const from = Math.max(0, at - TAIL_BYTES);
  const lines = at === 0 ? [] : text(denoFiles.readRange(path, from, at - from)).split("\n").filter(Boolean);
  const wanted = lines.slice(from === 0 ? 0 : 1).filter((line) => levelOf(line) >= least);
  for (const line of count === 0 ? [] : wanted.slice(-count)) print(run, line, options);
  let rest = "";
  while (options.follow && !run.signal.aborted) {
    await sleep(FOLLOW_MS, run.signal).catch(() => {});
    const now = size();
    if (now < at) at = 0; // rotated
    if (now === at) continue;
    const [last, ...whole] = (rest + text(denoFiles.readRange(path, at, now - at))).split("\n").toReversed();
    rest = last ?? "";
    at = now;
    for (const line of whole.toReversed()) {
      if (levelOf(line) >= least) print(run, line, options);
    }
  }
}

function print(run: CommandContext, line: string, { json }: LogOptions): void {
  if (json) run.out.json(parseObject(line) ?? { level: "error", message: line });
  else run.out.line(human(line));
}

function text(chunk: Uint8Array): string {
  return new TextDecoder().decode(chunk);
}

function levelOf(line: string): number {
  return LEVELS.indexOf(String(parseObject(line)?.["level"] ?? "error"));
}

function human(line: string): string {
  const record = parseObject(line);
  if (record === undefined) return escapeControls(line);
  const { ts, level, message, ...fields } = record;
  const paint = level === "error" ? red : level === "warn" ? yellow : (word: string) => word;
  const rest = Object.entries(fields).map(([key, value]) => `${key}=${JSON.stringify(value)}`).join(" ");
  return `${dim(escapeControls(localTime(String(ts))))} ${paint(escapeControls(String(level)).padEnd(5))} ${
    escapeControls(String(message))
  }  ${dim(escapeControls(rest))}`.trimEnd();
}
