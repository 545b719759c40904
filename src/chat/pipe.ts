/** The chat without a terminal, or at one that is dumb: each line of stdin is an input, data go to stdout, messages to stderr. */
import { stdinKeyboard } from "../platform/keyboard.ts";
import { onSignal } from "../platform/process.ts";
import { ConsoleError } from "../protocol/errors.ts";
import { INTERRUPTED_CODE, type RunInput } from "./chat_options.ts";
import { MAX_LINE, type PipeLine, PipeLines } from "./pipe_lines.ts";

/** @param fail tells an error. @returns the exit code of the last input that failed */
export async function runPipe(run: RunInput, fail: (error: unknown) => number): Promise<number> {
  const interrupt = new AbortController();
  const off = onSignal("SIGINT", () => interrupt.abort(new Error("interrupted")));
  const ended = Promise.withResolvers<"interrupted">();
  interrupt.signal.addEventListener("abort", () => ended.resolve("interrupted"), { once: true });
  let code = 0;
  try {
    const lines = stdinLines();
    for (;;) {
      const next = await Promise.race([lines.next(), ended.promise]);
      if (next === "interrupted") return INTERRUPTED_CODE;
      if (next.done) return code;
      if (next.value === "too long") {
        code = fail(tooLong());
        continue;
      }
      const { text } = next.value;
      if (text.trim() === "") continue;
      const done = await Promise.race([run(text, interrupt.signal, { takeSignals: () => {} }), ended.promise]);
      if (done === "interrupted") return INTERRUPTED_CODE;
      if (done.code !== 0) code = done.code;
      if (done.isOver) return code;
    }
  } finally {
    off();
  }
}

async function* stdinLines(): AsyncGenerator<PipeLine> {
  const lines = new PipeLines();
  for (;;) {
    // A terminal that can move no caret: the line is typed as the terminal itself edits it.
    if (stdinKeyboard.isTerminal) stdinKeyboard.show("> ");
    const text = await stdinKeyboard.read();
    yield* text === undefined ? lines.end() : lines.push(text);
    if (text === undefined) return;
  }
}

function tooLong(): ConsoleError {
  return new ConsoleError("usage", `a line is longer than ${MAX_LINE / 1024 / 1024} MiB; none of it was run`);
}
