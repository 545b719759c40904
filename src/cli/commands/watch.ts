/** `watch`: every change as it happens, a line each. */
import { connectOrStart } from "../../client/reach.ts";
import { follow } from "../../client/follow.ts";
import { ConsoleError } from "../../protocol/errors.ts";
import type { CommandContext } from "../context.ts";
import { WatchLines } from "../watch_lines.ts";

export interface WatchOptions {
  readonly json?: boolean;
  readonly since?: string;
}

export async function watch(run: CommandContext, options: WatchOptions): Promise<void> {
  const since = options.since === undefined ? undefined : Number(options.since);
  if (since !== undefined && !(Number.isSafeInteger(since) && since >= 0)) {
    throw new ConsoleError("usage", `--since is "${options.since}", expected a sequence number`);
  }
  const { context, out, signal } = run;
  // Without permission to start one, a missing daemon is an error; one that stops later is waited for.
  if (!context.mayStart) (await connectOrStart(context)).close();
  const lines = new WatchLines(out.screen);
  let told = false;
  // JSON is for a program: an agent is not kept waiting for one that only listens.
  const answers = options.json !== true;
  for await (const one of follow({ context, signal, answers, ...(since === undefined ? {} : { since }) })) {
    if (one.kind !== "disconnected") told = false;
    switch (one.kind) {
      case "snapshot":
        if (options.json) {
          const { seq, resync, sessions, approvals } = one;
          out.json({ type: "snapshot", seq, resync, sessions, approvals });
        } else {
          for (const line of lines.snapshot(one.sessions, one.approvals)) out.line(line);
        }
        break;
      case "event": {
        const { seq, ts, type, data } = one.event;
        if (options.json) out.json({ seq, ts, type, data });
        else {
          const line = lines.event(one.event);
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
