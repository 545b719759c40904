/** What Claude Code asks in three of its hooks (recordings: claude-decisions, claude-modes, claude-full). */
import type { Ask, Choice } from "../domain/approval.ts";
import { dialogOf } from "./claude_tools.ts";
import { formOf } from "./elicitation.ts";
import { type Fields, fieldsIn, isTrue, maybe, objects, text } from "./fields.ts";
import type { HookEnv } from "./hook_env.ts";
import { callOf, CLAUDE_TOOLS, type ToolTable } from "./tool_call.ts";

/** Where a permission that Claude suggests would be kept, in words for people. */
const KEPT: Readonly<Record<string, string>> = {
  session: "for this session",
  localSettings: "in this project, for you",
  projectSettings: "in this project, for everybody",
  userSettings: "always",
};

/** Undefined for events that take no answer of the kind that people and rules give. */
export function askOf(event: Fields, env: HookEnv): Ask | undefined {
  // Elsewhere (`-p`, SDK, ACP) no dialog of Claude's own is on a screen while the hook runs.
  const dialog = env.CLAUDE_CODE_ENTRYPOINT === "cli" ? "beside" : "behind";
  switch (text(event, "hook_event_name")) {
    case "PermissionRequest":
      return permission(event, dialog);
    case "PreToolUse":
      return permission(event, "gate");
    case "Elicitation":
      return elicitation(event);
    default:
      return undefined;
  }
}

/** The ask of a Claude-shaped PermissionRequest or PreToolUse; undefined where it names no tool. */
export function permission(event: Fields, dialog: Ask["dialog"], tools: ToolTable = CLAUDE_TOOLS): Ask | undefined {
  const tool = text(event, "tool_name");
  if (tool === undefined) return undefined;
  const input = fieldsIn(event, "tool_input") ?? {};
  const call = callOf(tool, input, tools);
  const asks = dialogOf(event).for;
  return {
    for: asks,
    ...call,
    ...(asks === "plan" ? maybe("subject", text(input, "plan")) : {}),
    ...(asks === "question" ? maybe("choices", choicesOf(input)) : {}),
    ...maybe("suggestions", suggestionsOf(event)),
    dialog,
    takesYes: true,
  };
}

function choicesOf(input: Fields): readonly Choice[] | undefined {
  const choices = objects(input, "questions")?.flatMap((asked) => {
    const question = text(asked, "question");
    if (question === undefined) return [];
    const options = objects(asked, "options")?.flatMap((option) => text(option, "label") ?? []) ?? [];
    return [{ question, options, multiple: isTrue(asked, "multiSelect") }];
  });
  return choices === undefined || choices.length === 0 ? undefined : choices;
}

function suggestionsOf(event: Fields): readonly string[] | undefined {
  const lines = objects(event, "permission_suggestions")?.flatMap((update) => {
    const what = suggestion(update);
    if (what === undefined) return [];
    const kept = KEPT[text(update, "destination") ?? ""];
    return [kept === undefined ? what : `${what}, ${kept}`];
  });
  return lines === undefined || lines.length === 0 ? undefined : lines;
}

function suggestion(update: Fields): string | undefined {
  switch (text(update, "type")) {
    case "addRules": {
      const rules = objects(update, "rules")?.flatMap((rule) => {
        const tool = text(rule, "toolName");
        const content = text(rule, "ruleContent");
        return tool === undefined ? [] : [content === undefined ? tool : `${tool}(${content})`];
      });
      return rules === undefined || rules.length === 0
        ? undefined
        : `${text(update, "behavior") ?? "allow"} ${rules.join(" and ")}`;
    }
    case "addDirectories": {
      const folders = update["directories"];
      const named = Array.isArray(folders) ? folders.filter((folder) => typeof folder === "string") : [];
      return named.length === 0 ? undefined : `work in ${named.join(" and ")}`;
    }
    case "setMode": {
      const mode = text(update, "mode");
      return mode === undefined ? undefined : `permission mode ${mode}`;
    }
    default:
      return undefined;
  }
}

function elicitation(event: Fields): Ask {
  const choices = formOf(event)?.map(({ question, options, multiple }) => ({ question, options, multiple }));
  return {
    for: "elicitation",
    tool: text(event, "mcp_server_name") ?? "",
    action: "other",
    subject: [text(event, "message"), text(event, "url")].filter((words) => words !== undefined).join(" "),
    ...(choices === undefined || choices.length === 0 ? {} : { choices }),
    dialog: "behind",
    // A form that we cannot fill in, or a page that a person has to open: a hook can only decline it.
    takesYes: choices !== undefined,
  };
}
