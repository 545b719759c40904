/** The chat without a terminal, or at one that is dumb: each line of stdin is an input, data go to stdout, messages to stderr. */
import { stdinKeyboard } from "../platform/keyboard.ts";
import { onSignal } from "../platform/process.ts";
import type { RunInput } from "./chat_options.ts";

/** A longer line is none that a person wrote, UTF-16 units. */
const MAX_LINE = 1_048_576;
const INTERRUPTED_CODE = 130;

/** @returns the exit code of the last input that failed */
export async function runPipe(run: RunInput): Promise<number> {
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
      if (next.value.trim() === "") continue;
      const done = await Promise.race([run(next.value, interrupt.signal, () => {}), ended.promise]);
      if (done === "interrupted") return INTERRUPTED_CODE;
      if (done.code !== 0) code = done.code;
      if (done.isOver) return code;
    }
  } finally {
    off();
  }
}

/** Lines, each with those that a backslash at its end adds to it. */
async function* stdinLines(): AsyncGenerator<string> {
  let held = "";
  let rest = "";
  for (;;) {
    // A terminal that can move no caret: the line is typed as the terminal itself edits it.
    if (stdinKeyboard.isTerminal) stdinKeyboard.show("> ");
    const text = await stdinKeyboard.read();
    rest += text ?? "";
    const lines = rest.split("\n");
    rest = text === undefined || rest.length > MAX_LINE ? "" : lines.pop() ?? "";
    for (const line of lines) {
      const whole = held + line.replace(/\r$/, "");
      held = "";
      if ((/\\*$/.exec(whole)?.[0].length ?? 0) % 2 === 0) yield whole;
      else held = `${whole.slice(0, -1)}\n`;
    }
    if (text === undefined) return held === "" ? undefined : yield held;
  }
}
