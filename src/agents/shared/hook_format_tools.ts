/**
 * A tool call in the common hook format: one readable line about its input, and the kind of request that the tool
 * makes.
 */
import { TEXT_CAPS, type ToolUse, type WaitingFor } from "../../domain/session.ts";
import { type Fields, objectArrayField, objectField, optional, stringField } from "../../lib/json_fields.ts";
import { oneLineExcerpt, proseLine } from "./excerpt.ts";
import { HOOK_FORMAT_TOOLS } from "./tool_table.ts";

// The one field that says what a built-in tool will do; people know a search by its pattern. Other tools (MCP) show their
// whole input: a field called "description" says what its author likes.
const TELLING: Readonly<Record<string, string | undefined>> = {
  ...Object.fromEntries(Object.entries(HOOK_FORMAT_TOOLS).map(([name, [, field]]) => [name, field])),
  Glob: "pattern",
  Grep: "pattern",
  Agent: "description",
  Task: "description",
  Skill: "skill",
  apply_patch: "command",
  run_shell_command: "command",
};

/** The tools whose dialog is no permission, by the names of Claude Code and of Qwen Code. */
const QUESTION_TOOLS: ReadonlySet<string> = new Set(["AskUserQuestion", "ask_user_question"]);
const PLAN_TOOLS: ReadonlySet<string> = new Set(["ExitPlanMode", "exit_plan_mode"]);

/** The call that an event is about, with one line of at most `cap` units; undefined where it names no tool. */
export function toolOf(event: Fields, cap: number = TEXT_CAPS.tool): ToolUse | undefined {
  const name = stringField(event, "tool_name");
  if (name === undefined) return undefined;
  const input = objectField(event, "tool_input");
  return {
    name,
    ...optional("text", input && (telling(name, input, cap) ?? whole(input, cap))),
    ...optional("id", stringField(event, "tool_use_id")),
  };
}

/**
 * The calls of a finished batch. A batch shows inputs as the model wrote them, before defaults were filled in:
 * only the telling field can be compared with what the permission request showed, so others go by name alone.
 */
export function batchOf(event: Fields): readonly ToolUse[] | undefined {
  return objectArrayField(event, "tool_calls")?.flatMap((call) => {
    const name = stringField(call, "tool_name");
    if (name === undefined) return [];
    const input = objectField(call, "tool_input");
    return [{
      name,
      ...optional("text", input && telling(name, input, TEXT_CAPS.tool)),
      ...optional("id", stringField(call, "tool_use_id")),
    }];
  });
}

/** What the dialog of a tool wants from the human. */
export function dialogOf(event: Fields): { readonly for: WaitingFor; readonly text: string } {
  const tool = toolOf(event, TEXT_CAPS.waiting);
  const input = objectField(event, "tool_input");
  const name = tool?.name ?? "";
  if (QUESTION_TOOLS.has(name)) return { for: "question", text: tool?.text ?? name };
  if (PLAN_TOOLS.has(name)) {
    return {
      for: "plan",
      text: proseLine((input && stringField(input, "plan")) ?? "Accept the plan?", TEXT_CAPS.waiting),
    };
  }
  const words = tool === undefined ? "" : tool.text === undefined ? tool.name : `${tool.name}: ${tool.text}`;
  return { for: "permission", text: oneLineExcerpt(words, TEXT_CAPS.waiting) };
}

function telling(name: string, input: Fields, cap: number): string | undefined {
  if (QUESTION_TOOLS.has(name)) return questions(input, cap);
  const field = Object.hasOwn(TELLING, name) ? TELLING[name] : undefined;
  const found = field === undefined ? undefined : stringField(input, field);
  return found === undefined ? undefined : oneLineExcerpt(found, cap);
}

function questions(input: Fields, cap: number): string | undefined {
  const all = objectArrayField(input, "questions")?.map((q) => stringField(q, "question")).filter((q) =>
    q !== undefined
  );
  return all === undefined || all.length === 0 ? undefined : proseLine(all.join(" / "), cap);
}

function whole(input: Fields, cap: number): string | undefined {
  const json = JSON.stringify(input);
  return json === "{}" ? undefined : oneLineExcerpt(json, cap);
}
