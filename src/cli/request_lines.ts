/** One request for whoever decides it now: as in the lists, or with everything that is known of it. */
import { escapeControls } from "../domain/sanitize.ts";
import { env } from "../platform/process.ts";
import { approvalItems, type WholeApproval } from "../view/approval_items.ts";
import type { Nameables } from "../view/pick.ts";
import { approvalBlock } from "./approval_blocks.ts";
import type { CommandContext } from "./context.ts";
import { listWidth } from "./list_options.ts";
import type { Screen } from "../platform/stdio.ts";
import { height } from "./pager.ts";
import { paneNames } from "./pane_names.ts";

/** Who asks, and what of which risk. */
const HEAD_LINES = 2;

/** The head of a request that is too long for the screen, whose text has pushed it off: it stands by the question again. */
export function headOfLong(lines: readonly string[], screen: Screen): readonly string[] {
  return height(lines, screen) > screen.rows - HEAD_LINES ? lines.slice(0, HEAD_LINES) : [];
}

export interface RequestForm {
  readonly whole?: boolean;
  /** Of an edit also the lines that stay. */
  readonly full?: boolean;
  /** It is being asked already, so that its commands and its session's id would only be in the way. */
  readonly isAsked?: boolean;
}

/** @param board all that could be meant by a name */
export async function requestLines(
  run: Pick<CommandContext, "out">,
  approval: WholeApproval,
  { sessions, approvals }: Nameables,
  { whole = false, full = false, isAsked = false }: RequestForm,
): Promise<readonly string[]> {
  const panes = await paneNames(sessions.filter(({ id }) => id === approval.sessionId));
  const [item] = approvalItems([approval], { sessions, among: approvals, now: Date.now(), home: env("HOME"), panes });
  if (item === undefined) return [];
  const { detail, detailForm, input } = approval;
  const diff = whole && detail !== undefined && detailForm === "edit"
    ? (await import("./edit_diff.ts")).editDiff(input, detail, full)
    : undefined;
  const { session, ...rest } = item;
  const shown = {
    ...rest,
    ...(isAsked && !full ? {} : { session }),
    ...(diff && { detail: diff.map(escapeControls) }),
    ...(isAsked && { answers: [] }),
  };
  return approvalBlock(shown, listWidth(run), whole);
}
