/** Shapes of the methods that list approvals, add rules, ask what they would decide, and show an approval whole. */
import * as v from "valibot";
import { APPROVAL_SCOPES, DETAIL_FORMS, RISKS } from "../domain/approval.ts";
import { MAX_WORKSPACE_CONFIG } from "./limits.ts";
import type { TerminalQuestion } from "../domain/terminal_question.ts";
import { approval, committed, count, domain, id, idempotencyKey, text, waitingFor } from "./schemas.ts";

export const approvalListParams = v.strictObject({
  status: v.exactOptional(v.picklist(["pending", "all"])),
  sessionId: v.exactOptional(id),
});
const terminalQuestion = domain<TerminalQuestion>(v.looseObject({
  sessionId: v.string(),
  agent: v.string(),
  for: waitingFor,
  text: v.string(),
  since: v.string(),
  answerable: v.literal(false),
}));
export const approvalsResult = v.object({
  seq: count,
  approvals: v.array(approval),
  // Absent in the answer of a daemon of an earlier version.
  terminalQuestions: v.exactOptional(v.array(terminalQuestion)),
});
const ruleText = v.pipe(text(4000), v.minLength(1));
const agentName = v.pipe(v.string(), v.regex(/^[a-z][a-z0-9_-]{0,31}$/));
const absoluteFolder = v.pipe(text(4096), v.startsWith("/"));
export const newRuleParams = v.strictObject({
  decision: v.picklist(["allow", "deny"]),
  tool: v.pipe(text(200), v.minLength(1)),
  pattern: ruleText,
  agent: v.exactOptional(agentName),
  // Only for calls of sessions in this folder or below it.
  workspace: v.exactOptional(absoluteFolder),
  expiresInSecs: v.exactOptional(v.pipe(v.number(), v.integer(), v.minValue(1), v.maxValue(31_536_000))),
  idempotencyKey,
});
export const ruleAdded = v.object({ ...committed.entries, ruleId: v.string() });
export const evaluateParams = v.strictObject({
  command: text(16_384),
  // The folder that the call would run in, as the session's own.
  cwd: absoluteFolder,
  tool: v.exactOptional(v.pipe(text(200), v.minLength(1))),
  agent: v.exactOptional(agentName),
  // What the tool does with it; else it runs it.
  action: v.exactOptional(v.picklist(["command", "write", "read", "fetch"])),
  // As in session.report.
  workspaceConfig: v.exactOptional(text(MAX_WORKSPACE_CONFIG)),
  repositoryConfig: v.exactOptional(v.nullable(text(MAX_WORKSPACE_CONFIG))),
});
export const evaluated = v.object({
  outcome: v.picklist(["passes", "denied", "asked"]),
  why: v.string(),
  risk: v.picklist([...RISKS]),
  by: v.exactOptional(v.string()),
  ruleId: v.exactOptional(v.string()),
});
export const approvalText = v.object({
  id: v.string(),
  input: v.string(),
  detail: v.exactOptional(v.string()),
  detailForm: v.exactOptional(v.picklist([...DETAIL_FORMS])),
  // How far a yes may reach; an older daemon does not say it.
  scopes: v.exactOptional(v.array(v.picklist([...APPROVAL_SCOPES]))),
});
