/** The rows of the feature's methods, and what the program's types must know of them. */
import * as v from "valibot";
import type { FeatureRows } from "../core/service.ts";
import { MAX_PROMPT } from "../domain/turn_change.ts";
import { MAX_EXEC_SECS } from "../protocol/limits.ts";
import { id, idempotencyKey, noParams, text } from "../protocol/schemas.ts";

export const commandMethods = {
  "command.execute": {
    aliases: ["ExecuteCommand", "execute_command"],
    // What it calls needs its own, and a capsule's command `approve`.
    scope: "read",
    mutates: true,
    // Beyond the longest wait, so that this one ends the call.
    timeoutMs: (MAX_EXEC_SECS + 30) * 1000,
    params: v.strictObject({
      command: v.pipe(text(MAX_PROMPT), v.regex(/\S/)),
      /** The prompt goes on with this session. */
      sessionId: v.exactOptional(id),
      /** Where a new session works; an absolute path. */
      cwd: v.exactOptional(v.pipe(text(1024), v.startsWith("/"))),
      /** So long the end of a prompt's turn is waited for. */
      timeoutSecs: v.exactOptional(v.pipe(v.number(), v.minValue(1), v.maxValue(MAX_EXEC_SECS))),
      idempotencyKey,
    }),
    result: v.object({
      success: v.boolean(),
      /** For people: what the command says, what the agent replied, or why not. */
      response: v.string(),
      /** Of a prompt without success: the beginning of `response` that the agent said. */
      reply: v.exactOptional(v.string()),
      /** Nothing goes on before a person has answered the request `approvalId`. */
      needsConfirmation: v.exactOptional(v.literal(true)),
      approvalId: v.exactOptional(v.string()),
      /** Of a prompt: its session. */
      sessionId: v.nullable(v.string()),
      /** Of a prompt: its turn. */
      turnId: v.exactOptional(v.string()),
    }),
    doc:
      "Runs a command of the console (/help lists them), or gives any other text to the default agent and waits for " +
      "its reply; with no more than the caller may, and a capsule's command with `approve` alone.",
  },
  "command.list": {
    aliases: ["GetCommands"],
    scope: "read",
    mutates: false,
    params: noParams,
    result: v.object({
      commands: v.array(v.object({
        name: v.string(),
        aliases: v.array(v.string()),
        /** Which brings it; absent where it is the console's own. */
        capsule: v.exactOptional(v.string()),
        summary: v.string(),
        usage: v.string(),
      })),
    }),
    doc: "The commands of the console, those of granted capsules too.",
  },
} as const satisfies FeatureRows;

type Rows = typeof commandMethods;

declare module "../protocol/method_schemas.ts" {
  interface FeatureMethods extends Rows {}
}
