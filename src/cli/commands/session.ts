/** `session …`: changes by hand. */
import { escapeControls } from "../../domain/sanitize.ts";
import type { SessionView } from "../../domain/query.ts";
import { type Nameable, nameOfSession } from "../../domain/session_name.ts";
import { ConsoleError } from "../../protocol/errors.ts";
import type { ParamsOf } from "../../protocol/method_schemas.ts";
import { isFreeName } from "../../agents/shared/free_name.ts";
import { call, type CommandContext, read } from "../context.ts";
import { resumeLine } from "../../view/resume_line.ts";

/** Loaded by the commands that take an id: `ls --json` is to start fast. */
async function rowFor(run: CommandContext, given: string, wants?: "closed"): Promise<SessionView> {
  return (await (await import("../resolve.ts")).resolveSessionOf(run, given, wants)).session;
}

/** What people call it: its name, else its id; escaped. */
function called(session: Nameable & { readonly id: string }): string {
  return escapeControls(nameOfSession(session) || session.id);
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
  // With an agent the caller's own id is meant, which may be new.
  const row = agent === undefined ? await rowFor(run, id) : undefined;
  const sessionId = row?.id ?? id;
  const given = { agent, status, text, title, cwd, gitBranch: branch, model, tags: tag };
  const set = Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined));
  if (priority !== undefined && !/^-?\d{1,15}(\.\d+)?$/.test(priority)) {
    throw new ConsoleError("usage", `--priority is "${priority}", expected a number`);
  }
  const number = priority === undefined ? {} : { priority: Number(priority) };
  const done = await call(run, "session.update", { sessionId, ...set, ...number } as ParamsOf<"session.update">);
  const shown = row === undefined ? escapeControls(id) : called({ ...row, ...set });
  run.out.note(`${shown}: ${done.status}`);
}

export async function rename(run: CommandContext, id: string, title: string): Promise<void> {
  const row = await rowFor(run, id);
  await call(run, "session.update", { sessionId: row.id, title });
  run.out.note(`${called(row)} is now called ${called({ ...row, title })}`);
}

export async function closeSession(
  run: CommandContext,
  id: string,
  options: { readonly reason?: string },
): Promise<void> {
  const row = await rowFor(run, id);
  const sessionId = row.id;
  await call(run, "session.close", { sessionId, ...(options.reason === undefined ? {} : { reason: options.reason }) });
  run.out.note(`${called(row)}: closed`);
}

export async function reopenSession(run: CommandContext, id: string): Promise<void> {
  const { id: sessionId } = await rowFor(run, id, "closed");
  const { session } = await read(run, "session.get", { sessionId });
  await call(run, "session.reopen", { sessionId });
  const how = session.status === "closed" ? session.closed.reopenable : undefined;
  run.out.note(
    `${called(session)}: idle${how === undefined ? "" : `; to resume it: ${escapeControls(resumeLine(how) ?? "")}`}`,
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
