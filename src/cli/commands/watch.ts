/** `watch`: every change as it happens, a line each. */
import { dim } from "@std/fmt/colors";
import { connectOrStart } from "../../client/connect.ts";
import { follow } from "../../client/follow.ts";
import type { WireEvent } from "../../client/wire_client.ts";
import type { SessionView } from "../../domain/query.ts";
import { visible } from "../../domain/text.ts";
import { ConsoleError } from "../../protocol/errors.ts";
import { about, clockTime, fit, folder, paint, statusWord, SYMBOLS } from "../format.ts";
import type { Run } from "../run.ts";

export interface WatchOptions {
  readonly json?: boolean;
  readonly since?: string;
}

export async function watch(run: Run, options: WatchOptions): Promise<void> {
  const since = options.since === undefined ? undefined : Number(options.since);
  if (since !== undefined && !(Number.isSafeInteger(since) && since >= 0)) {
    throw new ConsoleError("usage", `Cannot watch: --since is ${options.since}, must be a sequence number`);
  }
  const { context, out, signal } = run;
  // Without leave to start one, a daemon that is not there is an answer; one that goes later is waited for.
  if (!context.mayStart) (await connectOrStart(context)).close();
  let told = false;
  for await (const one of follow({ context, signal, ...(since === undefined ? {} : { since }) })) {
    if (one.kind !== "disconnected") told = false;
    switch (one.kind) {
      case "snapshot":
        if (options.json) out.json({ type: "snapshot", seq: one.seq, resync: one.resync, sessions: one.sessions });
        else {for (const session of one.sessions) {
            if (session.status !== "closed") out.line(row("", session, out.screen));
          }}
        break;
      case "event": {
        const { seq, ts, type, data } = one.event;
        if (options.json) out.json({ seq, ts, type, data });
        else {
          const line = human(one.event, out.screen);
          if (line !== undefined) out.line(line);
        }
        break;
      }
      case "disconnected":
        // Once for each outage: the tries go on every few seconds for as long as it takes.
        if (!told) out.note(`${one.reason}; trying again`);
        told = true;
        break;
      case "resumed":
        break;
    }
  }
}

function human(event: WireEvent, screen: { isTerminal: boolean; columns: number }): string | undefined {
  const at = event.ts === undefined ? "" : clockTime(event.ts);
  if (event.type === "session.deleted") {
    return `${dim(at)}  ${dim(`deleted ${visible((event.data["session"] as SessionView).id)}`)}`;
  }
  if (event.type.startsWith("session.")) return row(at, event.data["session"] as SessionView, screen);
  if (event.type.startsWith("daemon.")) return `${dim(at)}  ${dim(visible(event.type))}`;
  return undefined;
}

function row(at: string, session: SessionView, screen: { isTerminal: boolean; columns: number }): string {
  const word = statusWord(session);
  const left = `${fit(at, 8)}  `;
  const status = fit(`${SYMBOLS[word]} ${word}`, 10);
  const rest = `  ${fit(visible(session.agent), 7)} ${fit(visible(session.title ?? folder(session.cwd)), 18)}  ${
    about(session)
  }`;
  const room = screen.isTerminal ? screen.columns - 20 : 200;
  return (dim(left) + paint(word, status) + fit(rest, room)).trimEnd();
}
