/**
 * Codex's messages (app-server of 0.169.0, recorded in tests/fixtures/feeds) as our types: threads, their states,
 * errors. What has another form is ignored. Pure.
 */
import {
  booleanField,
  type Fields,
  isFields,
  objectArrayField,
  objectField,
  optional,
  stringField,
} from "../../lib/json_fields.ts";
import { excerpt } from "../shared/excerpt.ts";
import { type ErrorKind, type Facts, TEXT_CAPS } from "../../domain/session.ts";

export interface Thread {
  readonly id: string;
  /** `hidden`: made by Codex for its own purposes (titles, reviews), no session of a user. */
  readonly kind: "session" | "subagent" | "hidden";
  /** Of a sub-agent: the thread that started it. */
  readonly parentId?: string;
  /** Of a sub-agent: its nickname or role. */
  readonly name?: string;
  /** Whether it has a conversation already. */
  readonly begun: boolean;
  readonly facts: Facts;
  readonly status?: ThreadStatus;
}

export type ThreadStatus = "idle" | "active" | "approval" | "input" | "error";

export interface TurnError {
  readonly error: ErrorKind;
  readonly text: string;
}

/** An id that is safe as a row's id and as a command's argument. */
export function threadIdIn(fields: Fields, name: string): string | undefined {
  const id = stringField(fields, name);
  return id !== undefined && id.length <= TEXT_CAPS.id && /^[\w.:]/.test(id) && !/[\s\p{Cc}]/u.test(id)
    ? id
    : undefined;
}

export function readThread(value: unknown): Thread | undefined {
  if (!isFields(value)) return undefined;
  const id = threadIdIn(value, "id");
  if (id === undefined) return undefined;
  const parentId = threadIdIn(value, "parentThreadId");
  const git = objectField(value, "gitInfo");
  return {
    id,
    kind: booleanField(value, "ephemeral") ? "hidden" : parentId === undefined ? "session" : "subagent",
    ...optional("parentId", parentId),
    ...optional("name", stringField(value, "agentNickname") ?? stringField(value, "agentRole")),
    begun: stringField(value, "preview") !== undefined,
    facts: {
      ...optional("cwd", stringField(value, "cwd")),
      ...optional("model", stringField(value, "model")),
      ...optional("transcriptPath", stringField(value, "path")),
      ...optional("gitBranch", git && stringField(git, "branch")),
      ...optional("title", titleOf(stringField(value, "name"))),
    },
    ...optional("status", readStatus(value["status"])),
  };
}

export function titleOf(name: string | undefined): string | undefined {
  return name === undefined ? undefined : excerpt(name, TEXT_CAPS.title);
}

export function readStatus(value: unknown): ThreadStatus | undefined {
  if (!isFields(value)) return undefined;
  switch (stringField(value, "type")) {
    case "idle":
      return "idle";
    case "systemError":
      return "error";
    case "active": {
      const flags: unknown = value["activeFlags"];
      if (!Array.isArray(flags)) return "active";
      return flags.includes("waitingOnApproval")
        ? "approval"
        : flags.includes("waitingOnUserInput")
        ? "input"
        : "active";
    }
    default:
      return undefined; // notLoaded, and what later versions add
  }
}

/** The error of the newest turn in the reply to `thread/turns/list`. */
export function readTurnError(result: unknown): TurnError | undefined {
  const [turn] = isFields(result) ? objectArrayField(result, "data") ?? [] : [];
  return turn === undefined ? undefined : turnError(turn);
}

/** Why this turn failed. */
export function turnError(turn: Fields): TurnError | undefined {
  const error = objectField(turn, "error");
  if (error === undefined) return undefined;
  const info = error["codexErrorInfo"];
  const name = typeof info === "string" ? info : isFields(info) ? Object.keys(info)[0] ?? "" : "";
  return {
    error: ERRORS[name] ?? "unknown",
    text: excerpt(messageOf(stringField(error, "message") ?? ""), TEXT_CAPS.message),
  };
}

/** Codex passes on the body of the model's reply, which usually is JSON with a message inside. */
function messageOf(message: string): string {
  try {
    const body: unknown = JSON.parse(message);
    const error = isFields(body) ? objectField(body, "error") : undefined;
    return (error && stringField(error, "message")) ?? message;
  } catch {
    return message;
  }
}

const ERRORS: Readonly<Record<string, ErrorKind | undefined>> = Object.assign(Object.create(null), {
  rateLimitExceeded: "rate_limit",
  usageLimitExceeded: "billing",
  sessionBudgetExceeded: "billing",
  serverOverloaded: "overloaded",
  modelNotFound: "model_not_found",
  contextWindowExceeded: "max_tokens",
  unauthorized: "auth",
  badRequest: "invalid_request",
  internalServerError: "server",
  httpConnectionFailed: "server",
  responseStreamConnectionFailed: "server",
  responseStreamDisconnected: "server",
  responseTooManyFailedAttempts: "server",
});
