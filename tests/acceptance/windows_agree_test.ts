/** All windows show the same at every moment: six recorded sessions play, and after each event all of them are compared. */
import { assertEquals } from "@std/assert";
import { follow } from "../../src/client/follow.ts";
import { clientContext } from "../../src/client/endpoint.ts";
import { filteredList } from "../../src/cli/filtered_list.ts";
import type { CommandContext } from "../../src/cli/context.ts";
import { output } from "../../src/cli/output.ts";
import { oneLine } from "../../src/domain/sanitize.ts";
import { thisProgram } from "../../src/platform/program.ts";
import { LiveState } from "../../src/view/live_state.ts";
import { windowView } from "../../src/view/window_view.ts";
import { REPOSITORY, TestHome } from "../support/harness.ts";
import { eventually } from "../support/harness_wait.ts";
import { SixSessions } from "../support/six_sessions.ts";

const STEPS = 500;

Deno.test("V1 after each of 500 events of six recorded sessions ls and a window that follows show the same", async () => {
  await using home = await TestHome.create();
  await home.start();
  const run: CommandContext = {
    context: clientContext({ program: thisProgram(`file://${REPOSITORY}/main.ts`), home: home.dir, start: false }),
    out: output(false),
    signal: new AbortController().signal,
    takeSignals: () => {},
  };
  const state = new LiveState();
  const closing = new AbortController();
  const following = (async () => {
    for await (const one of follow({ context: run.context, answers: true, signal: closing.signal })) {
      if (one.kind === "snapshot") state.snapshot(one);
      if (one.kind === "event") state.event(one.event);
    }
  })();
  const six = await SixSessions.create(home, 11);
  try {
    for (let i = 0; i < STEPS; i++) {
      const what = `step ${i}: ${await six.step()}`;
      const seq = await six.seq();
      await eventually(() => state.seq >= seq, 5000, `${what}, its event`);
      const items = windowView(state, { now: Date.now() }).items;
      const listed = await ls(run);
      assertEquals(
        items.map(({ id, state, name, about }) => [id, state, name, oneLine(about)].join("\t")),
        listed,
        what,
      );
    }
  } finally {
    closing.abort();
    await following;
    await six.close();
  }
});

/** What `ls` prints, row by row. */
async function ls(run: CommandContext): Promise<readonly string[]> {
  const lines: string[] = [];
  const out = { ...run.out, line: (text: string) => void lines.push(text), note: () => {} };
  await filteredList({ ...run, out }, { format: "{{id}}\t{{status}}\t{{name}}\t{{about}}" });
  return lines;
}
