/**
 * What Claude Code's hooks may print (agents.md §2.1; recordings: claude-decisions, claude-modes). Nothing else: no
 * `interrupt` (it ends the whole turn), no `updatedInput` but the answers to a question and a plan as it came, and of
 * the permissions that Claude suggests only rules that allow this very call, no further than the scope of the yes.
 */
import { type ScopeOfYes, SCOPES_OF_YES, type Verdict } from "../domain/approval.ts";
import { dialogOf } from "./claude_tools.ts";
import { contentOf, formOf } from "./elicitation.ts";
import { type Fields, fieldsIn, objects, text } from "./fields.ts";
import { callOf, CLAUDE_TOOLS } from "./tool_call.ts";

export type Answer = Readonly<Record<string, unknown>>;
type Yes = Extract<Verdict, { yes: true }>;

/** The agent shows the model a reason; this one where the human gave none. */
const NO_REASON = "Denied by the user";

/** How far each destination of a rule reaches. `projectSettings` is everybody's in the project: never ours to write. */
const REACH: Readonly<Record<string, Exclude<ScopeOfYes, "once">>> = {
  session: "session",
  localSettings: "workspace",
  userSettings: "always",
};

export function claudeAnswer(event: Fields, verdict: Verdict, cut: boolean): Answer | undefined {
  switch (text(event, "hook_event_name")) {
    case "PermissionRequest":
      return verdict.yes ? approved(event, verdict, cut) : denied(verdict);
    case "PreToolUse":
      return verdict.yes ? passed(event, verdict, cut) : stopped(verdict);
    case "Elicitation":
      return elicited(event, verdict);
    default:
      return undefined;
  }
}

/** PermissionRequest: no, with the reason. Codex and Qwen Code take the same. */
export function denied(verdict: Extract<Verdict, { yes: false }>): Answer {
  return decision({ behavior: "deny", message: verdict.message || NO_REASON });
}

/** PermissionRequest: a yes to this call and nothing else. Codex and Qwen Code take the same. */
export function allowed(more: Answer = {}): Answer {
  return decision({ behavior: "allow", ...more });
}

/** PreToolUse: no, with the reason. Codex takes the same. */
export function stopped(verdict: Extract<Verdict, { yes: false }>): Answer {
  return permission({ permissionDecision: "deny", permissionDecisionReason: verdict.message || NO_REASON });
}

function approved(event: Fields, verdict: Yes, cut: boolean): Answer | undefined {
  switch (dialogOf(event).for) {
    case "question": {
      const updatedInput = cut ? undefined : answered(event, verdict);
      return updatedInput && allowed({ updatedInput });
    }
    case "plan":
      // A bare yes leaves the dialog on the screen: this tool wants its input back, as the human has seen it (tried).
      return cut ? undefined : allowed({ updatedInput: fieldsIn(event, "tool_input") ?? {} });
  }
  const updatedPermissions = permissions(event, verdict.scope);
  return allowed(updatedPermissions.length === 0 ? {} : { updatedPermissions });
}

/** A question without its answers would be answered with nothing, so there are no words for it. */
function passed(event: Fields, verdict: Yes, cut: boolean): Answer | undefined {
  switch (dialogOf(event).for) {
    case "permission":
      return permission({ permissionDecision: "allow" });
    case "question": {
      const updatedInput = cut ? undefined : answered(event, verdict);
      return updatedInput && permission({ permissionDecision: "allow", updatedInput });
    }
    default: // a plan's own dialog comes right after this hook, and takes the yes
      return undefined;
  }
}

function answered(event: Fields, { answers = {} }: Yes): Answer | undefined {
  const questions = objects(fieldsIn(event, "tool_input") ?? {}, "questions") ?? [];
  const asked = questions.map((one) => text(one, "question"));
  if (asked.length === 0) return undefined;
  const given = asked.flatMap((question) =>
    question !== undefined && Object.hasOwn(answers, question) ? [[question, answers[question]]] : []
  );
  return given.length < asked.length ? undefined : { questions, answers: Object.fromEntries(given) };
}

function elicited(event: Fields, verdict: Verdict): Answer | undefined {
  const reply = (more: Answer) => ({ hookSpecificOutput: { hookEventName: "Elicitation", ...more } });
  if (!verdict.yes) return reply({ action: "decline" });
  const form = formOf(event);
  const content = form && contentOf(form, verdict.answers ?? {});
  // an empty form is a plain "yes?"; one with fields that nobody filled in is not answered
  const empty = content !== undefined && Object.keys(content).length === 0 && form!.length > 0;
  return content === undefined || empty ? undefined : reply({ action: "accept", content });
}

/** Claude's own suggestions for this very call that reach no further than `scope`, field by field. */
function permissions(event: Fields, scope: ScopeOfYes): readonly Answer[] {
  const own = ownRule(event);
  if (own === undefined) return [];
  return (objects(event, "permission_suggestions") ?? []).flatMap((update) => {
    const destination = text(update, "destination") ?? "";
    const reach = Object.hasOwn(REACH, destination) ? REACH[destination] : undefined;
    if (text(update, "type") !== "addRules" || text(update, "behavior") !== "allow" || reach === undefined) return [];
    if (SCOPES_OF_YES.indexOf(reach) > SCOPES_OF_YES.indexOf(scope)) return [];
    const [rule, ...more] = objects(update, "rules") ?? [];
    if (rule?.["toolName"] !== own.toolName || rule["ruleContent"] !== own.ruleContent || more.length > 0) return [];
    return [{ type: "addRules", rules: [own], behavior: "allow", destination }];
  });
}

/**
 * The rule of Claude's that allows the command that was asked and nothing else; in its rules a star is any text. Of other
 * tools there is none: one about a path is a pattern that begins at the settings' folder, one about a page its host.
 */
function ownRule(event: Fields): { readonly toolName: string; readonly ruleContent: string } | undefined {
  const { tool, action, subject } = callOf(
    text(event, "tool_name") ?? "",
    fieldsIn(event, "tool_input") ?? {},
    CLAUDE_TOOLS,
  );
  return action === "command" && !subject.includes("*") ? { toolName: tool, ruleContent: subject } : undefined;
}

function decision(fields: Answer): Answer {
  return { hookSpecificOutput: { hookEventName: "PermissionRequest", decision: fields } };
}

function permission(fields: Answer): Answer {
  return { hookSpecificOutput: { hookEventName: "PreToolUse", ...fields } };
}
