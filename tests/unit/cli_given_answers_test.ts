/** Answers on the board: one for each request, and the daemon's news of it is no news of somebody else. */
import { assert, assertEquals, assertRejects } from "@std/assert";
import { GivenAnswers } from "../../src/cli/given_answers.ts";
import { output } from "../../src/cli/output.ts";
import { clientContext } from "../../src/client/endpoint.ts";
import type { Approval } from "../../src/domain/approval.ts";
import { thisProgram } from "../../src/platform/program.ts";
import { ConsoleError } from "../../src/protocol/errors.ts";
import { answeredElsewhere } from "../../src/view/approval_words.ts";
import { localTime } from "../../src/view/times.ts";
import { REPOSITORY } from "../support/harness.ts";

Deno.test("V2 watch: a request is answered once, its end is ours, and what failed may be tried again", async () => {
  const home = await Deno.makeTempDir({ prefix: "ac-" });
  try {
    const program = thisProgram(`file://${REPOSITORY}/main.ts`);
    const answers = new GivenAnswers({
      context: clientContext({ program, home, start: false }),
      out: output(false),
      signal: new AbortController().signal,
      takeSignals: () => {},
    });
    const approval = { id: "a1", tool: "Bash", input: "ls", for: "permission" } as Approval;
    assert(!answers.takesNews("a1", "denied"));
    const giving = answers.give(approval, { decision: "approve" });
    assert(answers.takesNews("a1", "approved"), "while the daemon has not replied");
    assertEquals(await answers.give(approval, { decision: "approve" }), undefined, "a second key");
    await assertRejects(() => giving, ConsoleError);
    assert(!answers.takesNews("a1", "denied"), "nobody has answered it here");
  } finally {
    await Deno.remove(home, { recursive: true });
  }
});

Deno.test("V2 watch: what somebody else has answered says by whom", () => {
  const at = "2026-11-20T10:00:00.000Z";
  const expiresAt = "2026-11-20T11:00:00.000Z";
  const said = (state: unknown) => answeredElsewhere({ id: "a1", ...state as object } as Approval, "web");
  assertEquals(
    [
      said({ status: "approved", approved: { at, by: "phone:approve", scope: "session" } }),
      said({ status: "approved", approved: { at, by: "cli:admin", scope: "once" } }),
      said({ status: "approved", approved: { at, by: "cli:admin", scope: "always", expiresAt } }),
      said({ status: "denied", denied: { at, by: "rule:k3" } }),
      said({ status: "elsewhere", elsewhere: { at } }),
      said({ status: "cancelled", cancelled: { at, reason: "the daemon stops" } }),
      said({ status: "expired", expired: { at } }),
    ],
    [
      "web: approved session, by phone",
      "web: approved once, in another window",
      `web: approved always until ${localTime(expiresAt)}, in another window`,
      "web: denied, by rule k3",
      "web: answered in its own terminal",
      "web: not asked any more, cancelled: the daemon stops",
      "web: not asked any more, expired",
    ],
  );
});
