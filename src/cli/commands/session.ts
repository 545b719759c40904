/** `ls`, `next`, `session …`. */
import type { Approval } from "../../domain/approval.ts";
import { mostUrgent, type SessionView } from "../../domain/query.ts";
import { escapeControls } from "../../domain/sanitize.ts";
import { ConsoleError } from "../../protocol/errors.ts";
import type { ParamsOf } from "../../protocol/method_schemas.ts";
import { isFreeName } from "../../agents/shared/free_name.ts";
import { answerHint, approvalLines } from "../approval_text.ts";
import { displayStatus } from "../format.ts";
import { allSessions, call, type CommandContext, read } from "../context.ts";
import { sessionTable } from "../session_table.ts";
import { resumeLine } from "../resume_line.ts";

/** Loaded by the commands that take an id: `ls --json` is to start fast. */
async function idOf(run: CommandContext, given: string, wants?: "closed"): Promise<string> {
  return await (await import("../resolve.ts")).resolveSession(run, given, wants);
}

export interface SessionListOptions {
  readonly status?: string;
  readonly agent?: string;
  readonly all?: boolean;
  readonly json?: boolean;
}

export async function ls(run: CommandContext, options: SessionListOptions): Promise<void> {
  const isLost = options.status === "lost"; // a mark of rows whose status stays what it was
  const params = {
    ...(options.status === undefined || isLost ? {} : { status: options.status }),
    ...(options.agent === undefined ? {} : { agent: options.agent }),
  } as ParamsOf<"session.list">;
  const sessions = await allSessions(run, params);
  const all = sessions.filter((session) => !isLost || displayStatus(session) === "lost");
  const shown = all.filter((session) => options.all || options.status !== undefined || session.status !== "closed");
  if (options.json) return run.out.json({ sessions: shown });
  if (shown.length === 0) {
    const closed = all.length - shown.length;
    const filtered = options.status !== undefined || options.agent !== undefined;
    run.out.note(
      closed > 0 ? `No open sessions (${closed} closed: --all).` : filtered ? "No such sessions." : await noSessions(),
    );
    return;
  }
  for (const line of sessionTable(shown, await openFor(run, shown), Date.now(), run.out.screen)) run.out.line(line);
}

async function noSessions(): Promise<string> {
  const { HOOK_SPECS: [agent] } = await import("../../agents/registry.ts");
  const { name, title } = agent!;
  return `No sessions yet. "agent-console hooks install ${name}" makes every ${title} session show up here.`;
}

/** The open approvals, where one of `sessions` has any. */
async function openFor(run: CommandContext, sessions: readonly SessionView[]): Promise<readonly Approval[]> {
  if (!sessions.some((session) => session.status === "waiting" && session.waiting.approvalId !== undefined)) return [];
  return (await read(run, "approval.list", {})).approvals;
}

export async function next(run: CommandContext, options: { readonly json?: boolean }): Promise<void> {
  const { sessions } = await read(run, "session.list", { limit: 1 }); // the most urgent comes first
  const first = mostUrgent(sessions);
  if (options.json) return run.out.json({ sessions: first === undefined ? [] : [first] });
  if (first === undefined) return run.out.note("Nobody waits for you.");
  const now = Date.now();
  const open = (await openFor(run, [first])).filter(({ sessionId }) => sessionId === first.id);
  for (const line of sessionTable([first], open, now, run.out.screen).slice(1)) run.out.line(line);
  for (const approval of open) {
    for (const line of approvalLines(approval, first.id.slice(0, 8), now)) run.out.line(line);
    run.out.note(`answer with: ${answerHint(approval)}`);
  }
  if (first.status === "waiting" && open.length === 0) {
    const { terminal } = first;
    const where = terminal === undefined ? "" : ` (${Object.values(terminal).join(" ")})`;
    run.out.note(`Only its own terminal has the answer${where}.`);
  }
}

export interface UpdateOptions {
  readonly agent?: string;
  readonly status?: string;
  readonly text?: string;
  readonly title?: string;
  readonly cwd?: string;
  readonly branch?: string;
  readonly model?: string;
  readonly priority?: string;
  readonly tag?: string[];
}

export async function updateSession(run: CommandContext, id: string, options: UpdateOptions): Promise<void> {
  const { agent, status, text, title, cwd, branch, model, priority, tag } = options;
  if (agent !== undefined && !isFreeName(agent)) {
    throw new ConsoleError(
      "usage",
      `--agent is "${escapeControls(agent)}", no usable name or that of an agent that reports for itself`,
      { hint: "give a name of your own (a-z, 0-9, - and _), or leave --agent out for a session that is known" },
    );
  }
  const sessionId = agent === undefined ? await idOf(run, id) : id;
  const given = { agent, status, text, title, cwd, gitBranch: branch, model, tags: tag };
  const set = Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined));
  if (priority !== undefined && !/^-?\d{1,15}(\.\d+)?$/.test(priority)) {
    throw new ConsoleError("usage", `--priority is "${priority}", expected a number`);
  }
  const number = priority === undefined ? {} : { priority: Number(priority) };
  const done = await call(run, "session.update", { sessionId, ...set, ...number } as ParamsOf<"session.update">);
  run.out.note(`${sessionId}: ${done.status}`);
}

export async function rename(run: CommandContext, id: string, title: string): Promise<void> {
  const sessionId = await idOf(run, id);
  await call(run, "session.update", { sessionId, title });
  run.out.note(`${sessionId}: renamed`);
}

export async function closeSession(
  run: CommandContext,
  id: string,
  options: { readonly reason?: string },
): Promise<void> {
  const sessionId = await idOf(run, id);
  await call(run, "session.close", { sessionId, ...(options.reason === undefined ? {} : { reason: options.reason }) });
  run.out.note(`${sessionId}: closed`);
}

export async function reopenSession(run: CommandContext, id: string): Promise<void> {
  const sessionId = await idOf(run, id, "closed");
  const { session } = await read(run, "session.get", { sessionId });
  await call(run, "session.reopen", { sessionId });
  const how = session.status === "closed" ? session.closed.reopenable : undefined;
  run.out.note(
    `${sessionId}: idle${how === undefined ? "" : `; to resume it: ${escapeControls(resumeLine(how) ?? "")}`}`,
  );
}

export async function removeSession(
  run: CommandContext,
  given: string,
  options: { readonly yes?: boolean },
): Promise<void> {
  const { resolveSessionOf } = await import("../resolve.ts");
  const { session: { id, ...session }, kind } = await resolveSessionOf(run, given);
  // The beginning of an id is too easily that of another session than the one that was meant.
  if (kind === "beginning" && !options.yes) {
    const what = [session.title, session.agent, session.cwd].filter((word) => word !== undefined).join(", ");
    const question = `Delete ${escapeControls(id)} (${escapeControls(what)})?`;
    const { ask } = await import("../ask.ts");
    if (!await ask(run, question, { flag: `the whole id, ${escapeControls(id)}, or --yes` })) {
      throw new ConsoleError("failed", "nothing was deleted, because it was not confirmed");
    }
  }
  await call(run, "session.delete", { sessionId: id });
  run.out.note(`${id}: deleted`);
}
