/** A program that we talk with, line by line, over its stdin and stdout. */

import { userEnv } from "./environment.ts";
import { commandOf, kill, onSignal, ownPid, type Signal } from "./process.ts";

export interface LineProcess {
  /** What it writes, without line ends; ends with its stdout, or with the program. */
  readonly lines: AsyncIterable<string>;
  /** @throws where it reads no more */
  send(line: string): Promise<void>;
  /** Closes its stdin, by which it should end; ends it and all that it started after a moment. */
  end(): Promise<void>;
}

/** How long a program may take to end by itself once its stdin is closed, ms. */
const GRACE_MS = 1000;

/** By which we are ended ourselves. */
const ENDED_BY: readonly Signal[] = ["SIGINT", "SIGTERM", "SIGHUP"];

/**
 * Starts `argv`; a bare name is looked for on PATH. Its stderr is dropped. Undefined where there is no such program.
 *
 * It gets a session of its own: what it starts in turn is ended with it, and would else outlive it with our pipes in its
 * hands. So the terminal's signals do not reach it either, and we hand on those that end us.
 *
 * @param signal ends all of it at once
 */
export function openLines(argv: readonly string[], signal: AbortSignal): LineProcess | undefined {
  let slay = () => {};
  // Heard before it starts: a signal that came in between would end us alone.
  const offs = ENDED_BY.map((name) =>
    onSignal(name, () => {
      slay();
      for (const off of offs) off();
      kill(ownPid(), name);
    })
  );
  let child: Deno.ChildProcess;
  try {
    const streams = { stdin: "piped", stdout: "piped", stderr: "null" } as const;
    child = commandOf(argv, { detached: true, env: userEnv(), ...streams }).spawn();
  } catch (error) {
    for (const off of offs) off();
    if (error instanceof Deno.errors.NotFound) return undefined;
    throw error;
  }
  const writer = child.stdin.getWriter();
  const reader = child.stdout.getReader();
  slay = () => {
    kill(-child.pid, "SIGKILL");
    reader.cancel().catch(() => {}); // a process that left the session may keep the other end open for ever
  };
  signal.addEventListener("abort", slay);
  return {
    lines: linesOf(reader),
    send: (line) => writer.write(new TextEncoder().encode(line + "\n")),
    end: async () => {
      writer.close().catch(() => {}); // it may be gone already, or read no more
      let timer: ReturnType<typeof setTimeout> | undefined;
      await Promise.race([child.status, new Promise((resolve) => timer = setTimeout(resolve, GRACE_MS))]);
      clearTimeout(timer);
      slay();
      for (const off of offs) off();
      signal.removeEventListener("abort", slay);
      await child.status;
    },
  };
}

async function* linesOf(reader: ReadableStreamDefaultReader<Uint8Array>): AsyncGenerator<string> {
  const decoder = new TextDecoder();
  let rest = "";
  for (let next = await reader.read(); !next.done; next = await reader.read()) {
    const whole = (rest + decoder.decode(next.value, { stream: true })).split("\n");
    rest = whole.pop() ?? "";
    yield* whole;
  }
  if (rest !== "") yield rest;
}
