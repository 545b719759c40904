/**
 * Codex's requests over its app-server (0.169.0, recorded in the lab): they go to every client that is attached to the
 * thread, and to Codex's own window, at the same time. The first reply wins, and `serverRequest/resolved` informs the
 * others. What is not understood here is left to Codex's window.
 */
import { type Fields, objectArrayField, objectField, optional, stringField } from "../../lib/json_fields.ts";
import { excerpt, oneLineExcerpt } from "../shared/excerpt.ts";
import type { ApprovalRequest, Decision } from "../../domain/approval.ts";
import type { Report } from "../../domain/report.ts";
import { TEXT_CAPS } from "../../domain/session.ts";

/** Codex waits for as long as it takes, s. */
const HOLD_SECS = 86_400;

export interface CodexRequest {
  readonly event: Extract<Report["event"], { kind: "requested" }>;
  readonly request: ApprovalRequest;
}

/** @param changes of the item that the request is about, where it changes files */
export function readCodexRequest(
  method: string,
  params: Fields,
  changes: readonly Fields[] | undefined,
): CodexRequest | undefined {
  if (method === "item/commandExecution/requestApproval") return commandQuestion(params);
  return method === "item/fileChange/requestApproval" ? filesQuestion(params, changes) : undefined;
}

function commandQuestion(params: Fields): CodexRequest | undefined {
  const command = stringField(params, "command");
  // Input for a running program, and hosts that one may reach, are other requests in the same fields.
  const isCommand = (stringField(params, "kind") ?? "command") === "command" && !params["networkApprovalContext"];
  if (command === undefined || !isCommand) return undefined;
  return question("Bash", "command", withoutShell(command), params);
}

function filesQuestion(params: Fields, changes: readonly Fields[] | undefined): CodexRequest | undefined {
  const root = stringField(params, "grantRoot");
  const moved = (change: Fields) => stringField(objectField(change, "kind") ?? {}, "move_path");
  const files = (changes ?? []).flatMap((change) => [stringField(change, "path") ?? [], moved(change) ?? []].flat());
  const paths = [...files, ...(root === undefined ? [] : [`${root}/**`])];
  const subject = paths.join("\n");
  if (subject === "") return undefined;
  const diffs = (changes ?? []).flatMap((change) => {
    const diff = stringField(change, "diff");
    return diff === undefined
      ? []
      : files.length === 1
      ? [diff]
      : [`*** ${stringField(change, "path") ?? ""}\n${diff}`];
  });
  const { event, request } = question("apply_patch", "write", subject, params);
  return {
    event,
    request: { ...request, paths, ...optional("detail", diffs.length === 0 ? undefined : diffs.join("\n")) },
  };
}

function question(tool: string, action: ApprovalRequest["action"], subject: string, params: Fields): CodexRequest {
  const shown = oneLineExcerpt(subject, TEXT_CAPS.tool);
  const reason = stringField(params, "reason");
  return {
    event: {
      kind: "requested",
      for: "permission",
      text: oneLineExcerpt(`${tool}: ${subject}`, TEXT_CAPS.waiting),
      tool: { name: tool, text: shown, ...optional("id", stringField(params, "itemId")) },
    },
    request: {
      for: "permission",
      tool,
      action,
      subject,
      ...optional("cwd", stringField(params, "cwd")),
      ...optional("reasoning", reason && excerpt(reason, TEXT_CAPS.message)),
      ...(offersSession(params) ? { remembers: { session: ["this session of Codex"] } } : {}),
      dialog: "beside",
      holdSecs: HOLD_SECS,
      acceptsApproval: true,
    },
  };
}

/**
 * Codex runs each command by a shell and shows it so; its hooks show the command alone, and rules are about that. Only
 * where the quotes are the plainest ones, so that what is left is exactly what will run.
 */
export function withoutShell(command: string): string {
  const [, inner] = /^(?:\/usr)?\/bin\/(?:ba|z)?sh -l?c '([^']*)'$/.exec(command) ?? [];
  return inner ?? command;
}

function offersSession(params: Fields): boolean {
  const offered: unknown = params["availableDecisions"];
  return Array.isArray(offered) && offered.includes("acceptForSession");
}

/** Codex's value for `decision`: a longer approval only where it was offered; otherwise our own rules remember it. */
export function decisionOf(decision: Decision, params: Fields): string {
  if (decision.kind === "deny") return "decline";
  return decision.remember && decision.scope === "session" && offersSession(params) ? "acceptForSession" : "accept";
}

/** Remembers what an item will change: the question about it does not say. */
export class FileItems {
  #changes = new Map<string, readonly Fields[]>();

  take(method: string, params: Fields): void {
    const item = objectField(params, "item");
    const id = item && stringField(item, "id");
    if (item === undefined || id === undefined || stringField(item, "type") !== "fileChange") return;
    if (method === "item/started") this.#changes.set(id, objectArrayField(item, "changes") ?? []);
    else this.#changes.delete(id);
  }

  clear(): void {
    this.#changes.clear();
  }

  of(params: Fields): readonly Fields[] | undefined {
    return this.#changes.get(stringField(params, "itemId") ?? "");
  }
}
