/** `wait`: blocks until a session is in a state, for scripts. */
import { stateOf } from "../../domain/state_words.ts";
import { ConsoleError } from "../../protocol/errors.ts";
import { sessionItems } from "../../view/session_items.ts";
import { SESSION_FIELDS } from "../../view/template.ts";
import { sessionRows } from "../session_list.ts";
import type { CommandContext } from "../context.ts";
import { TIMED_OUT } from "../exit_meanings.ts";
import { type FormOptions, listWidth, templateOf } from "../list_options.ts";
import { CommandEnded } from "../tree/shared.ts";
import { resolveSession } from "../resolve.ts";
import { sessionsUntil } from "../sessions_until.ts";

/** One has ended without having been in the state. */
const MISSED = 1;

export interface WaitOptions extends FormOptions {
  readonly until: string;
  readonly all?: boolean;
  readonly timeout?: string;
}

/** @throws {CommandEnded} 124 after the timeout, 1 where a session ended without having been in the state */
export async function wait(run: CommandContext, given: readonly string[], options: WaitOptions): Promise<void> {
  const template = templateOf(options, SESSION_FIELDS);
  const timeout = options.timeout === undefined ? undefined : timeoutMs(options.timeout);
  const ids: string[] = [];
  for (const one of given) ids.push(await resolveSession(run, one));
  const late = timeout === undefined ? new AbortController().signal : AbortSignal.timeout(timeout);
  const signal = AbortSignal.any([run.signal, late]);
  const waited = await sessionsUntil(run.context, signal, {
    ids,
    state: stateOf(options.until),
    all: options.all === true,
  });
  if (waited === undefined) {
    if (run.signal.aborted) return;
    run.out.note(`none reached "${options.until}" within ${options.timeout} s`);
    throw new CommandEnded(TIMED_OUT);
  }
  const { reached, missed, sessions, approvals } = waited;
  if (options.json) run.out.json({ sessions: reached });
  else if (options.quiet) { for (const { id } of reached) run.out.plain(id); }
  else {
    const rows = new Map(reached.map((session) => [session.id, session]));
    // Called as in the lists, beside all that are open.
    const listed = sessions.filter(({ id, status }) => rows.has(id) || status !== "closed");
    for (const item of sessionItems(listed, approvals, Date.now()).filter(({ id }) => rows.has(id))) {
      if (template === undefined) {
        for (const line of sessionRows([item], listWidth(run))[0]?.lines ?? []) run.out.line(line);
      } else run.out.line(template({ item, session: rows.get(item.id)! }));
    }
  }
  if (missed.length === 0) return;
  for (const { id } of missed) run.out.note(`${id}: ended, and was not "${options.until}" before`);
  throw new CommandEnded(MISSED);
}

function timeoutMs(text: string): number {
  if (/^\d{1,9}(\.\d{1,3})?$/.test(text)) return Number(text) * 1000;
  throw new ConsoleError("usage", `--timeout is "${text}", expected a number of seconds`);
}
