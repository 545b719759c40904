/** OpenCode's requests and their responses (recordings: opencode full, opencode dialogs). */
import type { ApprovalRequest, Choice, Decision } from "../../domain/approval.ts";
import type { ToolUse } from "../../domain/session.ts";
import {
  booleanField,
  type Fields,
  objectArrayField,
  objectField,
  optional,
  stringField,
} from "../../lib/json_fields.ts";
import { choiceOptions } from "../shared/choice_options.ts";
import { actionOf, callOf, folderIn, searchedPaths, searchOf, type ToolTable } from "../shared/tool_table.ts";
import { describeTool } from "../shared/tool_label.ts";

/** OpenCode's tools, by the names and inputs of `tool.execute.before`. */
export const OPENCODE_TOOLS: ToolTable = {
  bash: ["command", "command"],
  write: ["write", "filePath"],
  edit: ["write", "filePath"],
  read: ["read", "filePath"],
  list: ["list", "path"],
  glob: ["list", "path"],
  grep: ["search", "path"],
  webfetch: ["fetch", "url"],
  websearch: ["fetch", "query"],
};

/** The permissions are named as the tools; the field is one of their metadata, else their patterns say it. */
const PERMISSIONS: ToolTable = { ...OPENCODE_TOOLS, edit: ["write", "filepath"] };

/** The plugin's mark of a text that it cut (plugin.js): what runs is then not known. */
const CUT_MARK = "…(cut)";

/** Undefined for events that take no decision, and where the request is not known as a whole. */
export function opencodeRequest(event: Fields): ApprovalRequest | undefined {
  const properties = objectField(event, "properties") ?? {};
  switch (stringField(event, "type")) {
    case "permission.asked":
      return permission(properties);
    case "question.asked":
      return question(properties);
    default:
      return undefined;
  }
}

/**
 * What the hook prints for `decision`: never `always`, which would allow all suggested patterns until OpenCode is
 * restarted; answers only to all questions at once.
 */
export function opencodeResponse(
  request: ApprovalRequest,
  decision: Decision,
): Readonly<Record<string, unknown>> | undefined {
  if (decision.kind === "deny") {
    return { reply: "reject", ...(request.for === "question" ? {} : optional("message", decision.message)) };
  }
  // Of `touch x` that is `touch *` (recording: opencode-dialogs): a scope beyond once is a rule of ours.
  if (request.for !== "question") return { reply: "once" };
  const answers = request.choices?.map((choice) => chosen(choice, decision.answers ?? {}));
  return answers === undefined || answers.includes(undefined) ? undefined : { answers };
}

/** The labels of an answer, separated by commas. What is no label is free text. */
function chosen(
  { question, options, multiple }: Choice,
  answers: Readonly<Record<string, string>>,
): readonly string[] | undefined {
  const answer = Object.hasOwn(answers, question) ? answers[question] : undefined;
  if (answer === undefined) return undefined;
  const labels = answer.split(/, ?/);
  return multiple && !options.includes(answer) && labels.every((label) => options.includes(label)) ? labels : [answer];
}

function question(properties: Fields): ApprovalRequest | undefined {
  const choices = (objectArrayField(properties, "questions") ?? []).flatMap((one) => {
    const words = stringField(one, "question");
    if (words === undefined) return [];
    const options = choiceOptions(objectArrayField(one, "options") ?? []);
    return [{ question: words, ...options, multiple: booleanField(one, "multiple") }];
  });
  // An answer is made of these; a description may be cut.
  const answered = choices.map(({ question, options }) => [question, options]);
  if (choices.length === 0 || JSON.stringify(answered).includes(CUT_MARK)) return undefined;
  const subject = choices.map((choice) => choice.question).join(" / ");
  return {
    for: "question",
    tool: "question",
    action: "other",
    subject,
    choices,
    dialog: "beside",
    acceptsApproval: true,
  };
}

function permission(properties: Fields): ApprovalRequest | undefined {
  const tool = stringField(properties, "permission");
  if (tool === undefined) return undefined;
  const { action, subject, paths, search } = subjectOf(tool, properties);
  if (subject === undefined || [subject, ...paths ?? []].some((one) => one.includes(CUT_MARK))) return undefined;
  const always = texts(properties, "always");
  return {
    for: "permission",
    tool,
    action,
    subject,
    ...optional("paths", paths),
    ...optional("search", search),
    ...(action === "command" ? optional("cwd", folderOf(properties)) : {}),
    ...(action === "write" && diffOf(properties) !== undefined
      ? { ...optional("detail", diffOf(properties)), detailForm: "patch" as const }
      : {}),
    ...(always.length === 0 ? {} : { suggestions: always.map((pattern) => `${tool}: ${pattern}`) }),
    dialog: "beside",
    acceptsApproval: true,
  };
}

/** The folder that a command is to run in, where the call or its permission names one. */
function folderOf(properties: Fields): string | undefined {
  const args = objectField(objectField(properties, "call") ?? {}, "args") ?? {};
  return folderIn(args) ?? folderIn(objectField(properties, "metadata") ?? {});
}

/** The change that OpenCode shows in its own dialog; of a long one the plugin sends both ends. */
function diffOf(properties: Fields): string | undefined {
  const diff = stringField(objectField(properties, "metadata") ?? {}, "diff");
  return diff?.includes(CUT_MARK) ? `${diff}\n[the middle of the change is missing]` : diff;
}

function subjectOf(
  permission: string,
  properties: Fields,
): Pick<ApprovalRequest, "action" | "search" | "paths"> & { readonly subject?: string } {
  const [does, field] = Object.hasOwn(PERMISSIONS, permission) ? PERMISSIONS[permission]! : [];
  const action = does && actionOf(does);
  const search = searchOf(does);
  const metadata = objectField(properties, "metadata") ?? {};
  const patterns = texts(properties, "patterns");
  const listed = patterns.length === 0 ? undefined : patterns.join("\n");
  const files = does === "write" ? filesOf(metadata) : [];
  const found = search === undefined ? [] : searchedPaths([stringField(metadata, "path") ?? []].flat());
  const several = files.length + found.length > 0 || (patterns.length > 1 && action !== "command");
  const paths = several ? { paths: [...files, ...found, ...patterns] } : {};
  if (action !== undefined && field !== undefined) {
    // OpenCode sends several files as one text, separated by commas; here each has its line.
    const lines = files.length > 1 ? files.join("\n") : action === "write" && patterns.length > 1 ? listed : undefined;
    const subject = lines ?? stringField(metadata, field) ?? listed;
    return { action, ...optional("search", search), ...paths, ...optional("subject", subject) };
  }
  // A tool of an MCP server is its own permission, with `*` as the pattern: the input says what it does.
  const call = objectField(properties, "call") ?? {};
  const args = stringField(call, "tool") === permission ? objectField(call, "args") : undefined;
  return args === undefined
    ? { action: "other", ...paths, ...optional("subject", listed) }
    : { action: "other", subject: JSON.stringify(args) };
}

/** What a patch of OpenCode changes; where it moves a file to is in no pattern. */
function filesOf(metadata: Fields): readonly string[] {
  return (objectArrayField(metadata, "files") ?? []).flatMap((file) =>
    [stringField(file, "filePath") ?? [], stringField(file, "movePath") ?? []].flat()
  );
}

/** The call that a permission or question is about, as `tool.execute.before` reported it. */
export function callInTool(properties: Fields): ToolUse | undefined {
  const id = stringField(objectField(properties, "tool") ?? {}, "callID");
  const call = objectField(properties, "call") ?? {};
  const name = stringField(call, "tool") ?? stringField(properties, "permission");
  if (name === undefined) return undefined;
  const args = objectField(call, "args");
  return args === undefined ? { name, ...optional("id", id) } : describeTool(callOf(name, args, OPENCODE_TOOLS), id);
}

function texts(fields: Fields, name: string): readonly string[] {
  const value = Object.hasOwn(fields, name) ? fields[name] : undefined;
  return Array.isArray(value) ? value.filter((item) => typeof item === "string" && item !== "") : [];
}
