/** Questions that only the agents' own terminals can answer, in lines of a width. */
import { assertEquals } from "@std/assert";
import { stripAnsiCode } from "@std/fmt/colors";
import { terminalQuestionLines } from "../../src/cli/terminal_question_text.ts";
import type { TerminalQuestion } from "../../src/domain/terminal_question.ts";

const QUESTION = {
  sessionId: "s1",
  agent: "claude",
  for: "permission",
  text: "Bash: deno run --allow-read=. tools/prepare_everything.ts --again",
  since: "2026-01-01T00:00:00.000Z",
  answerable: false,
  why: "deadline",
  tty: "/dev/pts/4",
  cwd: "/home/u/projects/the-web-shop",
} as TerminalQuestion;

Deno.test("first hour 5: what goes on of a question that waits in its terminal keeps the indent at 60 columns", () => {
  const lines = (width: number) =>
    terminalQuestionLines(QUESTION, "the-web-shop", Date.parse(QUESTION.since) + 3000, width).map(stripAnsiCode);
  assertEquals(lines(60), [
    "▲ the-web-shop  claude  waits for 3s",
    "    Bash: deno run --allow-read=.",
    "    ↳ tools/prepare_everything.ts --again",
    "    answer it in the agent's own terminal: /dev/pts/4,",
    "    /home/u/projects/the-web-shop",
    "    nobody answered here in time",
  ]);
  assertEquals(lines(Infinity).length, 4);
});
