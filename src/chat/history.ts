/**
 * The lines that were typed, kept in the home for the next chat: one JSON text a line, 0600. What looks like a secret is
 * masked before it is written; a line that begins with a space is not kept.
 */
import { maskSecrets } from "../domain/mask.ts";
import { denoFiles } from "../platform/deno_files.ts";
import type { HomePaths } from "../platform/home_paths.ts";
import { ownFiles } from "../platform/own_files.ts";
import { ownUid, systemProblem } from "../platform/process.ts";

/** So many lines are kept, and so many bytes; the file is cut back to them once it has twice as many. */
const KEPT = { lines: 1000, bytes: 262_144 };
/** A longer text is not kept, UTF-16 units. */
const MAX_LINE = 4096;

export class ChatHistory {
  readonly #path: string;
  #lines: string[];
  /** Where the file cannot be used: why. */
  readonly #problem: string | undefined;

  constructor({ chatHistory }: Pick<HomePaths, "chatHistory">) {
    this.#path = chatHistory;
    try {
      const all = readLines(chatHistory);
      this.#lines = newest(all);
      if (all.length >= 2 * KEPT.lines) denoFiles.replace(chatHistory, encoded(this.#lines));
    } catch (error) {
      this.#lines = [];
      this.#problem = error instanceof Error ? error.message : String(error);
    }
  }

  /** Why nothing is kept; undefined where all is well. */
  get problem(): string | undefined {
    return this.#problem;
  }

  /** Oldest first. */
  get lines(): readonly string[] {
    return this.#lines;
  }

  add(line: string): void {
    if (line.trim() === "" || line.startsWith(" ") || line === this.#lines.at(-1)) return;
    this.#lines.push(line);
    if (this.#problem !== undefined || line.length > MAX_LINE) return;
    try {
      const file = denoFiles.append(this.#path, "may");
      try {
        file.write(encoded([maskSecrets(line)]));
        // Read anew: another chat may have written too.
        if (file.size() > 2 * KEPT.bytes) denoFiles.replace(this.#path, encoded(newest(readLines(this.#path))));
      } finally {
        file.close();
      }
    } catch (error) {
      // A full disk, a home that was removed: the line is still known to this chat.
      if (systemProblem(error) === undefined) throw error;
    }
  }
}

function newest(lines: readonly string[]): string[] {
  const kept: string[] = [];
  let bytes = 0;
  for (const line of lines.slice(-KEPT.lines).reverse()) {
    bytes += encoded([line]).length;
    if (bytes > KEPT.bytes) break;
    kept.push(line);
  }
  return kept.reverse();
}

/** @throws {Error} where it is no plain file of ours, or too large */
function readLines(path: string): readonly string[] {
  if (denoFiles.stat(path) === undefined) return [];
  const text = new TextDecoder().decode(ownFiles(ownUid()).read(path));
  return text.split("\n").flatMap((line) => {
    const kept = lineOf(line);
    return kept === undefined ? [] : [kept];
  });
}

/** Undefined where it is none, as after a disk that was full. */
function lineOf(json: string): string | undefined {
  try {
    const line: unknown = JSON.parse(json);
    return typeof line === "string" ? line : undefined;
  } catch {
    return undefined;
  }
}

function encoded(lines: readonly string[]): Uint8Array<ArrayBuffer> {
  return new TextEncoder().encode(lines.map((line) => `${JSON.stringify(line)}\n`).join(""));
}
