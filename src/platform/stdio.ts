/** The standard streams. */
import { ObjectEnd } from "../lib/object_end.ts";

/**
 * Stdin as text, as far as its first JSON object reaches: an agent may leave the pipe open behind it. Undefined where it
 * is longer than `maxBytes`, or neither ends nor is whole before the signal.
 */
export async function readStdin(maxBytes: number, signal: AbortSignal): Promise<string | undefined> {
  const chunks: Uint8Array[] = [];
  const object = new ObjectEnd();
  let size = 0;
  const aborted = new Promise<"aborted">((resolve) => {
    signal.addEventListener("abort", () => resolve("aborted"), { once: true });
  });
  for (;;) {
    const buffer = new Uint8Array(65_536);
    const count = await Promise.race([Deno.stdin.read(buffer), aborted]);
    if (count === "aborted") return undefined;
    if (count === null) break;
    size += count;
    if (size > maxBytes) return undefined;
    const chunk = buffer.subarray(0, count);
    chunks.push(chunk);
    if (object.endsIn(chunk)) break;
  }
  const all = new Uint8Array(size);
  let at = 0;
  for (const chunk of chunks) {
    all.set(chunk, at);
    at += chunk.length;
  }
  return new TextDecoder().decode(all);
}

/** Stdin as it comes, byte for byte. */
export async function* stdinChunks(): AsyncGenerator<Uint8Array> {
  for (;;) {
    const buffer = new Uint8Array(65_536);
    const count = await Deno.stdin.read(buffer);
    if (count === null) return;
    yield buffer.subarray(0, count);
  }
}

/** Writes text to stdout. False where the reader is gone (EPIPE): then the program ends quietly. */
export function writeStdout(text: string): boolean {
  return write(Deno.stdout, text);
}

export function writeStderr(text: string): boolean {
  return write(Deno.stderr, text);
}

function write(stream: { writeSync(bytes: Uint8Array): number }, text: string): boolean {
  const bytes = new TextEncoder().encode(text);
  try {
    for (let at = 0; at < bytes.length;) at += stream.writeSync(bytes.subarray(at));
    return true;
  } catch (error) {
    if (error instanceof Deno.errors.BrokenPipe) return false;
    // A pipe with a slow reader that was made non-blocking: the only way is to try again.
    if (error instanceof Deno.errors.WouldBlock) return true;
    throw error;
  }
}

export interface Screen {
  readonly isTerminal: boolean;
  /** Width in columns; 80 where it is not known. */
  readonly columns: number;
  readonly rows: number;
}

/** Whether both ends are a terminal that can be taken over. */
export function canTakeScreen(): boolean {
  const term = Deno.env.get("TERM") ?? "";
  return Deno.stdin.isTerminal() && Deno.stdout.isTerminal() && term !== "" && term !== "dumb";
}

export function stdoutScreen(): Screen {
  return screenOf(Deno.stdout.isTerminal());
}

export function stderrScreen(): Screen {
  return screenOf(Deno.stderr.isTerminal());
}

function screenOf(isTerminal: boolean): Screen {
  try {
    const { columns, rows } = Deno.consoleSize();
    if (columns > 0) return { isTerminal, columns, rows };
  } catch {
    // Not a terminal.
  }
  return { isTerminal, columns: 80, rows: 24 };
}

/** Resolves when stdin ends: the process at its other end is gone. */
export async function stdinEnded(): Promise<void> {
  const buffer = new Uint8Array(1024);
  try {
    while (await Deno.stdin.read(buffer) !== null);
  } catch {
    // A closed stdin has ended too.
  }
}
