/**
 * What Claude Code's hooks may print (recordings: claude-decisions, claude-modes). Nothing else: no
 * `interrupt` (it ends the whole turn), no `updatedInput` except answers to a question and a plan as it came. Of the
 * permissions that Claude suggests, only rules for this very call, and none wider than the scope of the approval.
 */
import { APPROVAL_SCOPES, type ApprovalRequest, type ApprovalScope, type Decision } from "../../domain/approval.ts";
import { dialogOf } from "../shared/hook_format_tools.ts";
import {
  allowResponse,
  denyResponse,
  hookPermission,
  type HookResponse,
  stopResponse,
} from "../shared/hook_format_response.ts";
import { formContent, parseForm } from "../shared/elicitation.ts";
import { type Fields, objectArrayField, objectField, stringField } from "../../lib/json_fields.ts";
import { callOf, HOOK_FORMAT_TOOLS } from "../shared/tool_table.ts";

type Approve = Extract<Decision, { kind: "approve" }>;

/** How far each destination of a rule reaches. `projectSettings` is everybody's in the project: never ours to write. */
const REACH: Readonly<Record<string, Exclude<ApprovalScope, "once">>> = {
  session: "session",
  localSettings: "workspace",
  userSettings: "always",
};

export function claudeResponse(event: Fields, decision: Decision, cut: boolean): HookResponse | undefined {
  switch (stringField(event, "hook_event_name")) {
    case "PermissionRequest":
      return decision.kind === "approve" ? approveResponse(event, decision, cut) : denyResponse(decision);
    case "PreToolUse":
      return decision.kind === "approve" ? gateResponse(event, decision, cut) : stopResponse(decision);
    case "Elicitation":
      return formResponse(event, decision);
    default:
      return undefined;
  }
}

function approveResponse(event: Fields, decision: Approve, cut: boolean): HookResponse | undefined {
  switch (dialogOf(event).for) {
    case "question": {
      const updatedInput = cut ? undefined : withAnswers(event, decision);
      return updatedInput && allowResponse({ updatedInput });
    }
    case "plan":
      // Without its input this tool keeps the dialog on the screen: it wants back what the human has seen (tried).
      return cut ? undefined : allowResponse({ updatedInput: objectField(event, "tool_input") ?? {} });
  }
  const updatedPermissions = decision.remember ? permissions(event, decision.scope) : [];
  return allowResponse(updatedPermissions.length === 0 ? {} : { updatedPermissions });
}

/** A question approved without answers would be answered with nothing: no response. */
function gateResponse(event: Fields, decision: Approve, cut: boolean): HookResponse | undefined {
  switch (dialogOf(event).for) {
    case "permission":
      return hookPermission({ permissionDecision: "allow" });
    case "question": {
      const updatedInput = cut ? undefined : withAnswers(event, decision);
      return updatedInput && hookPermission({ permissionDecision: "allow", updatedInput });
    }
    default: // a plan's own dialog follows this hook, and takes the approval
      return undefined;
  }
}

function withAnswers(event: Fields, { answers = {} }: Approve): HookResponse | undefined {
  const questions = objectArrayField(objectField(event, "tool_input") ?? {}, "questions") ?? [];
  const texts = questions.map((one) => stringField(one, "question"));
  if (texts.length === 0) return undefined;
  const given = texts.flatMap((question) =>
    question !== undefined && Object.hasOwn(answers, question) ? [[question, answers[question]]] : []
  );
  return given.length < texts.length ? undefined : { questions, answers: Object.fromEntries(given) };
}

function formResponse(event: Fields, decision: Decision): HookResponse | undefined {
  const respond = (more: HookResponse) => ({ hookSpecificOutput: { hookEventName: "Elicitation", ...more } });
  if (decision.kind === "deny") return respond({ action: "decline" });
  const form = parseForm(event);
  const content = form && formContent(form, decision.answers ?? {});
  // an empty form is only confirmed; one with fields that nobody filled in is not answered
  const empty = content !== undefined && Object.keys(content).length === 0 && form!.length > 0;
  return content === undefined || empty ? undefined : respond({ action: "accept", content });
}

/** Where Claude would keep the permission of exactly this call; `~` is its user's home. */
export function rememberedIn(event: Fields): ApprovalRequest["remembers"] {
  const folder = stringField(event, "cwd") ?? ".";
  const places: Readonly<Record<string, string>> = {
    session: "this session of Claude Code",
    localSettings: `${folder}/.claude/settings.local.json`,
    userSettings: "~/.claude/settings.json",
  };
  const of = (scope: ApprovalScope) =>
    permissions(event, scope).map(({ destination }) => places[String(destination)] ?? String(destination));
  const all = Object.values(REACH).map((scope) => [scope, of(scope)] as const).filter(([, kept]) => kept.length > 0);
  return all.length === 0 ? undefined : Object.fromEntries(all);
}

/** Claude's own suggestions for this very call that reach no further than `scope`, field by field. */
function permissions(event: Fields, scope: ApprovalScope): readonly HookResponse[] {
  const own = ownRule(event);
  if (own === undefined) return [];
  return (objectArrayField(event, "permission_suggestions") ?? []).flatMap((update) => {
    const destination = stringField(update, "destination") ?? "";
    const reach = Object.hasOwn(REACH, destination) ? REACH[destination] : undefined;
    if (
      stringField(update, "type") !== "addRules" || stringField(update, "behavior") !== "allow" || reach === undefined
    ) return [];
    if (APPROVAL_SCOPES.indexOf(reach) > APPROVAL_SCOPES.indexOf(scope)) return [];
    const [rule, ...more] = objectArrayField(update, "rules") ?? [];
    if (rule?.["toolName"] !== own.toolName || rule["ruleContent"] !== own.ruleContent || more.length > 0) return [];
    return [{ type: "addRules", rules: [own], behavior: "allow", destination }];
  });
}

/**
 * The rule of Claude's that allows the command of the request and nothing else; in its rules a star is any text. Of other
 * tools there is none: one about a path is a pattern that begins at the settings' folder, one about a page its host.
 */
function ownRule(event: Fields): { readonly toolName: string; readonly ruleContent: string } | undefined {
  const { tool, action, subject } = callOf(
    stringField(event, "tool_name") ?? "",
    objectField(event, "tool_input") ?? {},
    HOOK_FORMAT_TOOLS,
  );
  return action === "command" && !subject.includes("*") ? { toolName: tool, ruleContent: subject } : undefined;
}
