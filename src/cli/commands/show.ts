/** `show`: everything about one approval, or about one session and what it asks. */
import { bold, dim } from "@std/fmt/colors";
import type { Approval } from "../../domain/approval.ts";
import type { SessionView } from "../../domain/query.ts";
import { escapeControls } from "../../domain/sanitize.ts";
import type { HistoryEntry } from "../../domain/session.ts";
import { ConsoleError } from "../../protocol/errors.ts";
import type { WholeApproval } from "../../view/approval_items.ts";
import { requestLines } from "../request_lines.ts";
import { call, type CommandContext, read } from "../context.ts";
import { contextOf, dollars, limitsOf } from "../../view/cost_text.ts";
import { activityText } from "../../view/about.ts";
import { displayStatus } from "../../domain/state_words.ts";
import { STATE_LOOKS } from "../../view/states.ts";
import { fitEnds, wrapBehind, wrapHanging } from "../../view/text_fit.ts";
import { listWidth } from "../list_options.ts";
import { duration, localTime } from "../../view/times.ts";
import { toned } from "../paint.ts";
import { printPaged } from "../pager.ts";
import { sessionNames } from "../../view/names.ts";
import { openApprovalsOf } from "../../view/pick.ts";
import { resumeLine } from "../../view/resume_line.ts";
import { terminalPlace } from "../../domain/terminal_place.ts";
import { loadBoard, resolveTarget } from "../resolve.ts";

export interface ShowOptions {
  readonly json?: boolean;
  /** Of an edit also the lines that stay. */
  readonly full?: boolean;
  readonly pager?: boolean;
}

export async function show(run: CommandContext, given: string, options: ShowOptions): Promise<void> {
  const board = await loadBoard(run);
  const form = { whole: true, full: options.full ?? false };
  const target = await resolveTarget(run, given, board);
  if (target.kind === "approval") {
    const whole = await wholeApproval(run, target.approval);
    run.screen?.shows([whole.id]);
    if (options.json) return run.out.json({ approvals: [whole] });
    return await printPaged(run, await requestLines(run, whole, board, form), options);
  }
  const { session } = await read(run, "session.get", { sessionId: target.session.id });
  const open = await Promise.all(openApprovalsOf(session, board).map((one) => wholeApproval(run, one)));
  if (options.json) return run.out.json({ sessions: [session], ...(open.length === 0 ? {} : { approvals: open }) });
  const asked = await Promise.all(open.map((one) => requestLines(run, one, board, form)));
  await printPaged(
    run,
    [
      ...details(session, {
        name: nameIn(board.sessions, session),
        now: Date.now(),
        width: listWidth(run),
        isBelow: open.length > 0,
      }),
      ...asked.flatMap((lines) => ["", ...lines]),
    ],
    options,
  );
}

/** With all of its text: from then on it can be approved. What is over, or never arrived whole, is as it was kept. */
export async function wholeApproval(run: CommandContext, approval: Approval): Promise<WholeApproval> {
  if (approval.status !== "pending" || approval.cutBy !== undefined) return approval;
  try {
    const text = await call(run, "approval.text", { id: approval.id });
    const { missing: _, ...shown } = approval;
    return { ...shown, ...text };
  } catch (error) {
    if (!(error instanceof ConsoleError) || error.kind !== "already_decided") throw error;
    const { approvals } = await read(run, "approval.list", { status: "all" });
    return approvals.find(({ id }) => id === approval.id) ?? approval;
  }
}

/** As lists call it; escaped. */
function nameIn(sessions: readonly SessionView[], { id }: SessionView): string {
  return sessionNames(sessions).get(id) ?? escapeControls(id);
}

interface DetailsForm {
  /** What lists call it; escaped. */
  readonly name: string;
  readonly now: number;
  /** Columns; Infinity in a pipe. */
  readonly width: number;
  /** What it asks stands below, whole. */
  readonly isBelow: boolean;
}

function details(
  session: SessionView & { readonly history: readonly HistoryEntry[] },
  { name, now, width, isBelow }: DetailsForm,
): string[] {
  const { sign, word, tone } = STATE_LOOKS[displayStatus(session)];
  const rows: [string, string | number | undefined][] = [
    ["id", session.id],
    ["agent", session.agent],
    ["title", session.title],
    ["folder", session.cwd],
    ["branch", session.gitBranch],
    ["model", session.model],
    ["mode", session.permissionMode],
    ["pid", session.pid],
    ["terminal", terminalPlace(session)],
    ["parent", session.parentId],
    ["turns", session.turnCount],
    ["prompt", session.lastPrompt],
    ["cost", dollars(session.cost)],
    ["context", contextOf(session.cost)],
    ["plan", limitsOf(session.planLimits, now)],
    ["priority", session.priority === 0 ? undefined : session.priority],
    ["tags", session.tags.length === 0 ? undefined : session.tags.join(", ")],
    ["transcript", session.transcriptPath],
    ["reopen", session.status === "closed" ? resumeLine(session.closed.reopenable) : undefined],
    ["started", `${duration(now - Date.parse(session.startedAt))} ago`],
    ["last event", `${duration(now - Date.parse(session.lastEventAt))} ago`],
  ];
  const state = `${sign} ${word}`;
  const head = `${name}  ${state}`;
  const about = `${head} for ${duration(now - Date.parse(session.since))}  ${activityText(session)}`.trimEnd();
  const [first = "", ...more] = isBelow ? [fitEnds(about, width)] : wrapHanging(about, width);
  return [
    first.startsWith(head) ? `${bold(name)}  ${toned(tone, state)}${first.slice(head.length)}` : first,
    ...more,
    ...rows.filter(([, value]) => value !== undefined).flatMap(([key, value]) => {
      const label = `${key.padEnd(11)} `;
      const [line = "", ...others] = wrapBehind(label, escapeControls(String(value)), width);
      return [dim(label) + line, ...others];
    }),
    ...(session.history.length === 0 ? [] : [
      bold("history"),
      ...session.history.flatMap((entry) => {
        const state = STATE_LOOKS[entry.status].word.padEnd(8);
        const line = `  ${escapeControls(localTime(entry.from))}  ${state}  ${duration(entry.durationMs)}`;
        return wrapHanging(line, width, 4);
      }),
    ]),
  ];
}
