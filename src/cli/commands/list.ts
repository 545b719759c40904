/** `ls` and `next`: the sessions, who needs you first. */
import { mostUrgent } from "../../domain/query.ts";
import type { ParamsOf } from "../../protocol/method_schemas.ts";
import { allSessions, type CommandContext, read } from "../context.ts";
import type { SessionListOptions } from "../list_options.ts";

export async function ls(run: CommandContext, options: SessionListOptions): Promise<void> {
  if (options.json && isPlain(options)) {
    const sessions = await allSessions(run);
    return run.out.json({ sessions: options.all ? sessions : sessions.filter(({ status }) => status !== "closed") });
  }
  await (await import("../filtered_list.ts")).filteredList(run, options);
}

/** The usual call of scripts and status bars: nothing of what people see is loaded for it. */
function isPlain({ status, agent, session, for: kind, quiet, format }: SessionListOptions): boolean {
  return [status, agent, session, kind, quiet, format].every((option) => option === undefined);
}

export async function next(run: CommandContext, options: { readonly json?: boolean }): Promise<void> {
  if (!options.json) return await (await import("../filtered_list.ts")).printNext(run);
  const { sessions } = await read(run, "session.list", { limit: 1 } satisfies ParamsOf<"session.list">); // the most urgent comes first
  const first = mostUrgent(sessions);
  run.out.json({ sessions: first === undefined ? [] : [first] });
}
