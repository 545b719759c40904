/** A session of Claude Code with an open approval request, on the desk (desk.ts). */
import { assert } from "@std/assert";
import type { Approval } from "../../src/domain/approval.ts";
import { pause } from "./harness_wait.ts";
import { Desk, FakeCaller, type Report } from "./desk.ts";

export const TUI = { CLAUDE_CODE_ENTRYPOINT: "cli" };
export const PRINT = { CLAUDE_CODE_ENTRYPOINT: "sdk-cli" };

export function event(
  hook_event_name: string,
  more: Record<string, unknown> = {},
  env: Record<string, string> = TUI,
): Report {
  return { agent: "claude", event: { session_id: "s", cwd: "/w", hook_event_name, ...more }, env };
}

export const bash = (name: string, command: string, id?: string) =>
  event(name, {
    tool_name: "Bash",
    tool_input: { command },
    ...(id === undefined ? {} : { tool_use_id: id }),
  });

/** A session in mid-turn, and the caller that requests to run `command` in it. */
export async function openRequest(command = "touch a", desk = manual(), env = TUI) {
  await desk.report(event("UserPromptSubmit", { prompt: "go", prompt_id: "p1" }));
  await desk.report(bash("PreToolUse", command, `id ${command}`));
  const hook = new FakeCaller();
  const { approval } = await desk.report({ ...bash("PermissionRequest", command), env }, hook);
  return { desk, hook, id: approval?.id ?? "none" };
}

export function manual(): Desk {
  return new Desk();
}

export function stored(desk: Desk, id: string): Approval {
  const approval = desk.inbox.get(id);
  assert(approval !== undefined);
  return approval;
}

export const YES = { decision: "approve" } as const;
export const NO = { decision: "deny" } as const;

/** A request of a hook that says when it has passed a decision on. */
export async function askedByTui(env = TUI, desk = manual()) {
  desk.attach();
  await desk.report(event("UserPromptSubmit", { prompt: "go", prompt_id: "p1" }));
  await desk.report(bash("PreToolUse", "make", "t1"));
  const hook = new FakeCaller("hook", "report", true);
  const { approval } = await desk.report({ ...bash("PermissionRequest", "make"), env }, hook);
  const id = approval?.id ?? "none";
  return { desk, hook, id, waiting: desk.broker.wait(id, hook) };
}

/** What is due at once is done. */
export const flushed = () => pause(0);

export const waitsFor = (desk: Desk) => {
  const row = desk.store.get("s");
  return row?.status === "waiting" ? [row.waiting.text, row.waiting.approvalId] : row?.status;
};
