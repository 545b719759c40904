/** `show`, `session …`. */
import { shellQuote } from "../../lib/shell_quote.ts";
import { bold, dim } from "@std/fmt/colors";
import type { SessionView } from "../../domain/query.ts";
import type { HistoryEntry } from "../../domain/session.ts";
import { escapeControls } from "../../domain/sanitize.ts";
import { ConsoleError } from "../../protocol/errors.ts";
import type { ParamsOf } from "../../protocol/method_schemas.ts";
import { isFreeName } from "../../agents/shared/free_name.ts";
import { activityText } from "../../view/about.ts";
import { displayStatus, STATE_LOOKS } from "../../view/states.ts";
import { terminalText } from "../../view/terminal_text.ts";
import { duration } from "../../view/times.ts";
import { toned } from "../paint.ts";
import { allSessions, call, type CommandContext, read } from "../context.ts";
import { contextOf, dollars, limitsOf } from "../cost.ts";

/** The session's id that is `given`, or begins with it where that is unambiguous. */
export async function resolveSession(run: CommandContext, given: string): Promise<string> {
  const sessions = await allSessions(run);
  const ids = sessions.map(({ id }) => id);
  if (ids.includes(given)) return given;
  const matches = ids.filter((id) => id.startsWith(given));
  if (matches.length === 1 && matches[0] !== undefined) return matches[0];
  if (matches.length > 1) {
    throw new ConsoleError(
      "usage",
      `"${escapeControls(given)}" matches ${matches.length} sessions`,
      { hint: "give more of the id, as agent-console ls --all shows it" },
    );
  }
  throw new ConsoleError(
    "not_found",
    `no session matches "${escapeControls(given)}"`,
    { hint: "agent-console ls --all" },
  );
}

export async function showSession(
  run: CommandContext,
  id: string,
  options: { readonly json?: boolean },
): Promise<void> {
  const { session } = await read(run, "session.get", { sessionId: await resolveSession(run, id) });
  if (options.json) return run.out.json({ sessions: [session] });
  for (const line of details(session, Date.now())) {
    run.out.line(line);
  }
}

function details(session: SessionView & { readonly history: readonly HistoryEntry[] }, now: number): string[] {
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
    ["terminal", terminalText(session)],
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
  return [
    `${toned(tone, `${sign} ${word}`)} for ${duration(now - Date.parse(session.since))}  ${activityText(session)}`
      .trimEnd(),
    ...rows.filter(([, value]) => value !== undefined).map(([key, value]) =>
      `${dim(key.padEnd(11))} ${escapeControls(String(value))}`
    ),
    ...(session.history.length === 0 ? [] : [
      bold("history"),
      ...session.history.map((entry) =>
        `  ${escapeControls(entry.from)}  ${STATE_LOOKS[entry.status].word.padEnd(8)}  ${duration(entry.durationMs)}`
      ),
    ]),
  ];
}

/** For a shell, in the folder in which it was begun: resumed elsewhere, an agent would work on other files. */
function resumeLine(
  how: { readonly command: readonly string[]; readonly cwd?: string } | undefined,
): string | undefined {
  if (how === undefined) return undefined;
  const resume = shellQuote(how.command);
  return how.cwd === undefined ? resume : `${shellQuote(["cd", how.cwd])} && ${resume}`;
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
  const sessionId = agent === undefined ? await resolveSession(run, id) : id;
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
  const sessionId = await resolveSession(run, id);
  await call(run, "session.update", { sessionId, title });
  run.out.note(`${sessionId}: renamed`);
}

export async function closeSession(
  run: CommandContext,
  id: string,
  options: { readonly reason?: string },
): Promise<void> {
  const sessionId = await resolveSession(run, id);
  await call(run, "session.close", { sessionId, ...(options.reason === undefined ? {} : { reason: options.reason }) });
  run.out.note(`${sessionId}: closed`);
}

export async function reopenSession(run: CommandContext, id: string): Promise<void> {
  const sessionId = await resolveSession(run, id);
  const { session } = await read(run, "session.get", { sessionId });
  await call(run, "session.reopen", { sessionId });
  const how = session.status === "closed" ? session.closed.reopenable : undefined;
  run.out.note(
    `${sessionId}: idle${how === undefined ? "" : `; to resume it: ${escapeControls(resumeLine(how) ?? "")}`}`,
  );
}

export async function removeSession(run: CommandContext, id: string): Promise<void> {
  const sessionId = await resolveSession(run, id);
  await call(run, "session.delete", { sessionId });
  run.out.note(`${sessionId}: deleted`);
}
