/** The dashboard's line for the console, with a daemon that is not there and then is. */
import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { output } from "../../src/cli/output.ts";
import { clientContext } from "../../src/client/endpoint.ts";
import { ConsolePage } from "../../src/dashboard/console_page.ts";
import { Effects } from "../../src/dashboard/effects.ts";
import { thisProgram } from "../../src/platform/program.ts";
import { TestDashboard } from "../support/dashboard_story.ts";
import { REPOSITORY, TestHome } from "../support/harness.ts";
import { playedStory } from "../support/story_desk.ts";

Deno.test("X1 capsule commands in the dashboard: what fails says what to do, and the commands come once a daemon is there", async () => {
  await using home = await TestHome.create();
  const run = {
    context: clientContext({ program: thisProgram(`file://${REPOSITORY}/main.ts`), home: home.dir, start: false }),
    out: output(false),
    signal: new AbortController().signal,
    takeSignals: () => {},
  };
  const effects = new Effects({ run, terminal: () => undefined, end: () => {} });
  const board = new TestDashboard(await playedStory());
  board.press(":");
  const { page, state } = { page: board.state.page, state: board.state };
  assert(page instanceof ConsolePage);
  const asks = async () => {
    const wanted = page.takeWanted();
    if (wanted !== undefined) await effects.do(wanted, state);
    return wanted?.kind;
  };
  const FAILURE = "no daemon is running; agent-console daemon start";
  assertEquals(await asks(), "console_list");
  assertStringIncludes(board.text, "the daemon did not tell its commands");
  assertStringIncludes(board.lines.at(-1) ?? "", FAILURE);
  await effects.do({ kind: "console_run", line: "/status", page }, state);
  assertStringIncludes(board.text, ` ${FAILURE}\n`);
  board.press("Escape");
  await effects.do({ kind: "console_run", line: "/sessions", page }, state);
  assertStringIncludes(board.lines.at(-1) ?? "", `/sessions: ${FAILURE}`);

  await home.start();
  state.page = page;
  board.press("Ctrl+U");
  assertEquals(await asks(), "console_list");
  assertStringIncludes(board.text, "what waits for an answer");
  assertEquals(await asks(), undefined);
});
