/** A program that we talk with, line by line, over its stdin and stdout. */

import { kill } from "./process.ts";

export interface LineChild {
  /** What it writes, without line ends; ends with its stdout. */
  readonly lines: AsyncIterable<string>;
  /** @throws where it reads no more */
  send(line: string): Promise<void>;
  /** Closes its stdin, by which it should end; ends it after a moment where it does not. */
  end(): Promise<void>;
}

/** How long a program may take to end by itself once its stdin is closed, ms. */
const GRACE_MS = 1000;

/** Starts `argv`; a bare name is looked for on PATH. Its stderr is dropped. Undefined where there is no such program. */
export function openLines(argv: readonly string[]): LineChild | undefined {
  const [program = "", ...args] = argv;
  let child: Deno.ChildProcess;
  try {
    child = new Deno.Command(program, { args, stdin: "piped", stdout: "piped", stderr: "null" }).spawn();
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return undefined;
    throw error;
  }
  const writer = child.stdin.getWriter();
  const lines = linesOf(child.stdout);
  return {
    lines,
    send: (line) => writer.write(new TextEncoder().encode(line + "\n")),
    end: async () => {
      await writer.close().catch(() => {}); // it may be gone already
      let timer: ReturnType<typeof setTimeout> | undefined;
      const late = new Promise<"late">((resolve) => timer = setTimeout(() => resolve("late"), GRACE_MS));
      if (await Promise.race([child.status, late]) === "late") {
        kill(child.pid, "SIGKILL");
        await child.status;
      }
      clearTimeout(timer);
      if (!child.stdout.locked) await child.stdout.cancel();
      await lines.return(undefined);
    },
  };
}

async function* linesOf(stream: ReadableStream<Uint8Array>): AsyncGenerator<string> {
  const decoder = new TextDecoder();
  let rest = "";
  for await (const chunk of stream) {
    const whole = (rest + decoder.decode(chunk, { stream: true })).split("\n");
    rest = whole.pop() ?? "";
    yield* whole;
  }
  if (rest !== "") yield rest;
}
