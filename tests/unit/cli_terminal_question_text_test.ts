/** Questions that only the agents' own terminals can answer, in lines of a width. */
import { assertEquals } from "@std/assert";
import { stripAnsiCode } from "@std/fmt/colors";
import { answeredInTerminal, terminalQuestionLines } from "../../src/cli/terminal_question_text.ts";
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

Deno.test("V1 who tries to answer such a question here is told its session as lists call it", () => {
  const web = (id: string, cwd: string) => ({ id, agent: "claude", cwd, status: "waiting" as const });
  const question = { ...QUESTION, cwd: "/home/u/team/web" };
  const sessions = [web("s1", "/home/u/team/web"), web("s2", "/home/u/play/web")];
  const message = (among: typeof sessions) => answeredInTerminal(question, among).message.split(" asks ")[0];
  assertEquals([message(sessions), message(sessions.slice(0, 1))], ["team/web", "web"]);
});
