/**
 * Codex's questions over its app-server (0.169.0, recorded in the lab): they come to every client that is attached to
 * the thread, and to Codex's own window, at the same time. The first answer wins and `serverRequest/resolved` tells the
 * others. What is not understood here stays with Codex's window.
 */
import { type Fields, fieldsIn, maybe, objects, text } from "../agents/fields.ts";
import { line, prose } from "../agents/readable.ts";
import type { Ask, Verdict } from "../domain/approval.ts";
import type { Report } from "../domain/report.ts";
import { TEXT_CAPS } from "../domain/session.ts";

export interface Question {
  readonly asked: Extract<Report["happening"], { kind: "asked" }>;
  readonly ask: Ask;
}

/** @param changes of the item that is asked about, where it is one of files */
export function readQuestion(
  method: string,
  params: Fields,
  changes: readonly Fields[] | undefined,
): Question | undefined {
  if (method === "item/commandExecution/requestApproval") return commandQuestion(params);
  return method === "item/fileChange/requestApproval" ? filesQuestion(params, changes) : undefined;
}

function commandQuestion(params: Fields): Question | undefined {
  const command = text(params, "command");
  // Input for a running program, and the hosts that one may reach, are other questions in the same words.
  const isCommand = (text(params, "kind") ?? "command") === "command" && !params["networkApprovalContext"];
  if (command === undefined || !isCommand) return undefined;
  return question("Bash", "command", withoutShell(command), params);
}

function filesQuestion(params: Fields, changes: readonly Fields[] | undefined): Question | undefined {
  const root = text(params, "grantRoot");
  const moved = (change: Fields) => text(fieldsIn(change, "kind") ?? {}, "move_path");
  const files = (changes ?? []).flatMap((change) => [text(change, "path") ?? [], moved(change) ?? []].flat());
  const paths = [...files, ...(root === undefined ? [] : [`${root}/**`])];
  const subject = paths.join("\n");
  if (subject === "") return undefined;
  const diffs = (changes ?? []).flatMap((change) => {
    const diff = text(change, "diff");
    return diff === undefined ? [] : files.length === 1 ? [diff] : [`*** ${text(change, "path") ?? ""}\n${diff}`];
  });
  const { asked, ask } = question("apply_patch", "write", subject, params);
  return { asked, ask: { ...ask, paths, ...maybe("detail", diffs.length === 0 ? undefined : diffs.join("\n")) } };
}

function question(tool: string, action: Ask["action"], subject: string, params: Fields): Question {
  const shown = line(subject, TEXT_CAPS.tool);
  const reason = text(params, "reason");
  return {
    asked: {
      kind: "asked",
      for: "permission",
      text: line(`${tool}: ${subject}`, TEXT_CAPS.waiting),
      tool: { name: tool, text: shown, ...maybe("id", text(params, "itemId")) },
    },
    ask: {
      for: "permission",
      tool,
      action,
      subject,
      ...maybe("cwd", text(params, "cwd")),
      ...maybe("reasoning", reason && prose(reason, TEXT_CAPS.message)),
      dialog: "beside",
      takesYes: true,
    },
  };
}

/**
 * Codex runs each command by a shell and shows it so; its hooks show the command alone, and rules are about that. Only
 * where the quotes are the plainest ones, so that what is left is exactly what will run.
 */
function withoutShell(command: string): string {
  const [, inner] = /^(?:\/usr)?\/bin\/(?:ba|z)?sh -l?c '([^']*)'$/.exec(command) ?? [];
  return inner ?? command;
}

/** Codex's word for `verdict`: a yes for longer only where it was offered, else our own rules remember it. */
export function decisionOf(verdict: Verdict, params: Fields): string {
  if (!verdict.yes) return "decline";
  const offered: unknown = params["availableDecisions"];
  const longer = verdict.scope === "session" && Array.isArray(offered) && offered.includes("acceptForSession");
  return longer ? "acceptForSession" : "accept";
}

/** Remembers what an item will change: the question about it does not say. */
export class FileItems {
  #changes = new Map<string, readonly Fields[]>();

  take(method: string, params: Fields): void {
    const item = fieldsIn(params, "item");
    const id = item && text(item, "id");
    if (item === undefined || id === undefined || text(item, "type") !== "fileChange") return;
    if (method === "item/started") this.#changes.set(id, objects(item, "changes") ?? []);
    else this.#changes.delete(id);
  }

  clear(): void {
    this.#changes.clear();
  }

  of(params: Fields): readonly Fields[] | undefined {
    return this.#changes.get(text(params, "itemId") ?? "");
  }
}
