/**
 * One line of the console: a command, or a prompt. What refuses it is the response, because people read it; whatever it
 * calls is called as its caller, so that it does nothing which that one could not do call by call.
 */
import type { MethodCaller } from "../core/methods_door.ts";
import { escapeControlsKeepLines } from "../domain/sanitize.ts";
import { splitLine } from "../lib/line_words.ts";
import { CRON } from "../protocol/actor.ts";
import { ConsoleError } from "../protocol/errors.ts";
import { covers, type Scope } from "../protocol/methods.ts";
import type { ParamsOf } from "../protocol/method_schemas.ts";
import type { Call } from "../rpc/handler.ts";
import { askAgent } from "./ask_agent.ts";
import { commandNamed, refusedToJobs, unknownCommand } from "../core/command_named.ts";
import type { ConsoleContext, Executed } from "./console_context.ts";

export async function execute(
  context: ConsoleContext,
  params: ParamsOf<"command.execute">,
  { peer, signal }: Call,
): Promise<Executed> {
  const { kind, scope, isRemote = false } = peer;
  const caller = context.methods.as({ kind, scope, isRemote, signal });
  const text = params.command.trim();
  try {
    const executed: Executed = text.startsWith("/")
      ? {
        success: true,
        response: await runLine(context, text, params, { caller, scope }),
        sessionId: params.sessionId ?? null,
      }
      : await askAgent(context, { ...params, text }, caller, signal);
    const { reply } = executed;
    return {
      ...executed,
      response: escapeControlsKeepLines(executed.response),
      ...(reply === undefined ? {} : { reply: escapeControlsKeepLines(reply) }),
    };
  } catch (error) {
    if (!(error instanceof ConsoleError) || signal.aborted) throw error;
    return refused(error, params.sessionId);
  }
}

/** @throws {ConsoleError} what the command throws, `usage` where there is none */
async function runLine(
  context: ConsoleContext,
  line: string,
  { idempotencyKey }: ParamsOf<"command.execute">,
  { caller: { kind, call }, scope }: { readonly caller: MethodCaller; readonly scope: Scope },
): Promise<string> {
  const { words: [typed = "", ...args], open } = splitLine(line.slice(1));
  if (open !== "") throw new ConsoleError("usage", `a quote is open at the end: ${open}`, { hint: "close it" });
  const commands = context.commands();
  const found = commandNamed(typed.toLowerCase(), commands);
  if (found === undefined) throw unknownCommand(typed, commands);
  const refused = kind === CRON ? refusedToJobs(found, args) : undefined;
  if (refused !== undefined) throw refused;
  // It does what a person granted it, writing and connecting included: who may only look does not begin that.
  if (found.capsule !== undefined && !covers(scope, "approve")) {
    const named = `/${found.name} of the capsule ${found.capsule}`;
    throw new ConsoleError("forbidden", `${named} needs the scope "approve", this connection has "${scope}"`, {
      needed: "approve",
    });
  }
  return await found.run(args, { kind, call, once: idempotencyKey === undefined ? {} : { idempotencyKey } });
}

function refused({ kind, message, hint, details: { approvalId } }: ConsoleError, sessionId = ""): Executed {
  const lines = [message, ...(hint === undefined ? [] : [`hint: ${hint}`])];
  return {
    success: false,
    response: escapeControlsKeepLines(lines.join("\n")),
    ...(kind === "confirm_required" ? { needsConfirmation: true } : {}),
    ...(typeof approvalId === "string" ? { approvalId } : {}),
    sessionId: sessionId === "" ? null : sessionId,
  };
}
