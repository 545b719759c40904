/** V2, A4: lists of whatever agents send: no line wider than the terminal, nothing that a terminal obeys, and nothing thrown. */
import { assert } from "@std/assert";
import { setColorEnabled } from "@std/fmt/colors";
import stringWidth from "fast-string-width";
import * as fc from "fast-check";
import { approvalBlocks, NARROWEST } from "../../src/cli/approval_blocks.ts";
import { sessionLines, summaryLines } from "../../src/cli/session_list.ts";
import { tmuxSegment } from "../../src/client/tmux_status.ts";
import { displayStatus } from "../../src/domain/state_words.ts";
import { approvalItems } from "../../src/view/approval_items.ts";
import { sessionItems } from "../../src/view/session_items.ts";
import { HOSTILE_NOW, hostileApproval, hostileSession, RAW_CHARACTERS } from "../support/hostile_rows.ts";
import { rounds } from "../support/harness_wait.ts";

setColorEnabled(false);

const rows = fc.record({
  sessions: fc.integer({ min: 0, max: 6 }).chain((count) =>
    fc.tuple(...Array.from({ length: count }, (_, at) => hostileSession(`s${at}`)))
  ),
  approvals: fc.integer({ min: 0, max: 4 }).chain((count) =>
    fc.tuple(...Array.from({ length: count }, (_, at) => hostileApproval(`s${at}`)))
  ),
});
const width = fc.oneof(fc.integer({ min: NARROWEST, max: 220 }), fc.constant(Infinity));

function assertLines(lines: readonly string[], width: number): void {
  for (const line of lines) {
    assert(stringWidth(line) <= width, `${stringWidth(line)} of ${width}: ${JSON.stringify(line)}`);
    assert(!RAW_CHARACTERS.test(line), JSON.stringify(line));
    assert(line.isWellFormed(), JSON.stringify(line));
  }
}

Deno.test("V2 A4 lists of sessions and of requests: any width, any hostile text, in a pipe too", () => {
  fc.assert(
    fc.property(rows, width, ({ sessions, approvals }, width) => {
      assertLines(summaryLines(sessions.map(displayStatus), width), width);
      assertLines(sessionLines(sessionItems(sessions, approvals, HOSTILE_NOW), width), width);
      const around = { sessions, now: HOSTILE_NOW, home: "/home/u" };
      assertLines(approvalBlocks(approvalItems(approvals, around), width), width);
      assertLines([tmuxSegment(sessions)], Infinity);
    }),
    { numRuns: rounds(60, 5000) },
  );
});
