/** The question of a PermissionRequest or PreToolUse in the common hook format (Claude Code's). */
import type { ApprovalRequest, Choice } from "../../domain/approval.ts";
import {
  booleanField,
  type Fields,
  objectArrayField,
  objectField,
  optional,
  stringField,
} from "../../lib/json_fields.ts";
import { choiceOptions } from "./choice_options.ts";
import { dialogOf } from "./hook_format_tools.ts";
import { callOf, HOOK_FORMAT_TOOLS, type ToolTable } from "./tool_table.ts";

/** Where a permission that the agent suggests would be stored, as text for people. */
const KEPT: Readonly<Record<string, string>> = {
  session: "for this session",
  localSettings: "in this project, for you",
  projectSettings: "in this project, for everybody",
  userSettings: "always",
};

/** The request; undefined where the event names no tool. */
export function permissionRequest(
  event: Fields,
  dialog: ApprovalRequest["dialog"],
  tools: ToolTable = HOOK_FORMAT_TOOLS,
): ApprovalRequest | undefined {
  const tool = stringField(event, "tool_name");
  if (tool === undefined) return undefined;
  const input = objectField(event, "tool_input") ?? {};
  const call = callOf(tool, input, tools);
  const kind = dialogOf(event).for;
  return {
    for: kind,
    ...call,
    ...(kind === "plan" ? optional("subject", stringField(input, "plan")) : {}),
    ...(kind === "question" ? optional("choices", choicesOf(input)) : {}),
    ...optional("suggestions", suggestionsOf(event)),
    ...optional("toolInput", objectField(event, "tool_input")),
    dialog,
    acceptsApproval: true,
  };
}

function choicesOf(input: Fields): readonly Choice[] | undefined {
  const choices = objectArrayField(input, "questions")?.flatMap((one) => {
    const question = stringField(one, "question");
    if (question === undefined) return [];
    const options = choiceOptions(objectArrayField(one, "options") ?? []);
    return [{ question, ...options, multiple: booleanField(one, "multiSelect") }];
  });
  return choices === undefined || choices.length === 0 ? undefined : choices;
}

function suggestionsOf(event: Fields): readonly string[] | undefined {
  const lines = objectArrayField(event, "permission_suggestions")?.flatMap((update) => {
    const what = suggestion(update);
    if (what === undefined) return [];
    const kept = KEPT[stringField(update, "destination") ?? ""];
    return [kept === undefined ? what : `${what}, ${kept}`];
  });
  return lines === undefined || lines.length === 0 ? undefined : lines;
}

function suggestion(update: Fields): string | undefined {
  switch (stringField(update, "type")) {
    case "addRules": {
      const rules = objectArrayField(update, "rules")?.flatMap((rule) => {
        const tool = stringField(rule, "toolName");
        const content = stringField(rule, "ruleContent");
        return tool === undefined ? [] : [content === undefined ? tool : `${tool}(${content})`];
      });
      return rules === undefined || rules.length === 0
        ? undefined
        : `${stringField(update, "behavior") ?? "allow"} ${rules.join(" and ")}`;
    }
    case "addDirectories": {
      const folders = update["directories"];
      const named = Array.isArray(folders) ? folders.filter((folder) => typeof folder === "string") : [];
      return named.length === 0 ? undefined : `work in ${named.join(" and ")}`;
    }
    case "setMode": {
      const mode = stringField(update, "mode");
      return mode === undefined ? undefined : `permission mode ${mode}`;
    }
    default:
      return undefined;
  }
}
