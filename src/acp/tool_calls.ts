/**
 * The tool calls of an agent that speaks ACP: what `tool_call`, `tool_call_update` and `session/request_permission` say of
 * one, put together by its id. Agents send the input in parts, or never. Pure.
 */
import type { ApprovalRequest } from "../domain/approval.ts";
import { isCallOver } from "../domain/turn_change.ts";
import { type Fields, isFields, objectArrayField, objectField, optional, stringField } from "../lib/json_fields.ts";

/** What is known of a call so far; each part as the agent sent it last. */
export interface ToolCall {
  readonly id: string;
  readonly name?: string;
  /** ACP's kind: `execute`, `edit`, `read` … */
  readonly kind?: string;
  readonly title?: string;
  /** What it is called with; an object, unless the agent is an odd one. */
  readonly input?: unknown;
  readonly diffs?: readonly Diff[];
  /** Files that it names beside its input. */
  readonly locations?: readonly string[];
  readonly status?: string;
}

interface Diff {
  readonly path: string;
  readonly oldText?: string;
  readonly newText: string;
}

/** `before` with what `fields` say of the same call; undefined where they name none. */
export function readToolCall(fields: Fields, before?: ToolCall): ToolCall | undefined {
  const id = stringField(fields, "toolCallId");
  if (id === undefined) return undefined;
  const input = fields["rawInput"];
  const diffs = (objectArrayField(fields, "content") ?? []).flatMap((part) => readDiff(part) ?? []);
  const locations = (objectArrayField(fields, "locations") ?? []).flatMap((one) => stringField(one, "path") ?? []);
  return {
    ...before,
    id,
    ...optional("name", stringField(fields, "name") ?? nameInMeta(fields)),
    ...optional("kind", stringField(fields, "kind")),
    ...optional("title", stringField(fields, "title")),
    ...optional("status", stringField(fields, "status")),
    ...(isNothing(input) ? {} : { input }),
    ...(diffs.length === 0 ? {} : { diffs }),
    ...(locations.length === 0 ? {} : { locations }),
  };
}

/**
 * The call that a request is about. What stands in the request counts as it is, also where it is empty; a call that is over
 * is not asked about, so what was told of it is of another one with the same id.
 */
export function readAskedCall(fields: Fields, before: ToolCall | undefined): ToolCall | undefined {
  if (before === undefined || isCallOver(before.status)) return readToolCall(fields);
  const { input, diffs, ...others } = before;
  const isGiven = (name: string) => fields[name] !== undefined && fields[name] !== null;
  return readToolCall(fields, {
    ...others,
    ...(input === undefined || isGiven("rawInput") ? {} : { input }),
    ...(diffs === undefined || isGiven("content") ? {} : { diffs }),
  });
}

function isNothing(input: unknown): boolean {
  return input === undefined || input === null || (isFields(input) && Object.keys(input).length === 0);
}

/** Some agents give the tool's name as `toolName` in a member of their own. */
function nameInMeta(fields: Fields): string | undefined {
  const own = Object.values(objectField(fields, "_meta") ?? {}).filter(isFields);
  return own.flatMap((member) => stringField(member, "toolName") ?? [])[0];
}

function readDiff(part: Fields): Diff | undefined {
  const path = stringField(part, "path");
  const newText = stringField(part, "newText");
  if (part["type"] !== "diff" || path === undefined || newText === undefined) return undefined;
  return { path, newText, ...optional("oldText", stringField(part, "oldText")) };
}

/** Names for calls whose agent sends a kind only, as rules know them. */
const NAMES: Readonly<Record<string, string>> = { execute: "Bash", edit: "Edit", read: "Read", fetch: "WebFetch" };

export function toolName({ name, kind }: ToolCall): string {
  return name ?? (kind === undefined ? undefined : NAMES[kind] ?? kind) ?? "tool";
}

type Subject = Pick<ApprovalRequest, "tool" | "action" | "subject" | "cwd" | "paths" | "detail" | "detailForm">;

/**
 * What the call does, for rules and people. Only what stands in the input as such is a command or a file: a title is written
 * for people and may leave out what matters, so a call that has nothing else is `other`, which no rule takes for plain.
 */
export function subjectOf(call: ToolCall): Subject {
  const tool = toolName(call);
  const { kind, diffs = [], title = "" } = call;
  const input = isFields(call.input) ? call.input : {};
  const isObject = call.input === undefined || isFields(call.input);
  const command = stringField(input, "command");
  if (kind === "execute" && command !== undefined && isPlain(input, OF_COMMANDS)) {
    return { tool, action: "command", subject: command, ...optional("cwd", stringField(input, "cwd")) };
  }
  const detail = diffs.length === 0 ? {} : detailOf(diffs);
  const paths = namedPaths(input, call);
  const files = { subject: paths.join("\n"), paths };
  if (kind === "edit" && diffs.length > 0 && isObject && isPlain(input, OF_EDITS) && isShown(input, diffs)) {
    return { tool, action: "write", ...files, ...detail };
  }
  const namesOne = PATHS.some((name) => Object.hasOwn(input, name));
  if (kind === "read" && namesOne && diffs.length === 0 && isPlain(input, OF_READS)) {
    return { tool, action: "read", ...files };
  }
  return { tool, action: "other", subject: isNothing(call.input) ? title : JSON.stringify(call.input), ...detail };
}

/** Members that are understood, with their types: with any other, or another type, the whole input is shown. */
type Members = Readonly<Record<string, "string" | "number" | "boolean">>;

const PATHS = ["file_path", "filePath", "path"];
const OF_PATHS: Members = { file_path: "string", filePath: "string", path: "string" };
/** Those that say nothing of what runs beside the command itself. */
const OF_COMMANDS: Members = { command: "string", cwd: "string", description: "string", timeout: "number" };
const OF_READS: Members = { ...OF_PATHS, offset: "number", limit: "number" };
const NEW_TEXTS = ["content", "new_string", "newString"];
const OLD_TEXTS = ["old_string", "oldString"];
const OF_EDITS: Members = {
  ...OF_PATHS,
  ...Object.fromEntries([...NEW_TEXTS, ...OLD_TEXTS].map((name) => [name, "string"])),
  replace_all: "boolean",
  replaceAll: "boolean",
};

/** Every file that the call names, wherever. */
function namedPaths(input: Fields, { diffs = [], locations = [] }: ToolCall): readonly string[] {
  const named = PATHS.flatMap((name) => stringField(input, name) ?? []);
  return [...new Set([...diffs.map(({ path }) => path), ...named, ...locations])];
}

/** Nothing stands in it beside `members`, and no path is empty. */
function isPlain(input: Fields, members: Members): boolean {
  return Object.entries(input).every(([name, value]) =>
    Object.hasOwn(members, name) && typeof value === members[name] && (value !== "" || !PATHS.includes(name))
  );
}

/** What the input would write stands in the diffs, which are what a person is shown. */
function isShown(input: Fields, diffs: readonly Diff[]): boolean {
  const stands = (names: readonly string[], texts: readonly string[]) =>
    names.every((name) => {
      const text = stringField(input, name);
      return text === undefined || texts.some((shown) => shown.includes(text));
    });
  return stands(NEW_TEXTS, diffs.map(({ newText }) => newText)) &&
    stands(OLD_TEXTS, diffs.map(({ oldText = "" }) => oldText));
}

function detailOf(diffs: readonly Diff[]): Pick<ApprovalRequest, "detail" | "detailForm"> {
  const lines = (mark: string, text: string) => text.split("\n").map((line) => `${mark} ${line}`);
  const one = ({ oldText, newText }: Diff) =>
    [...(oldText === undefined || oldText === "" ? [] : lines("-", oldText)), ...lines("+", newText)].join("\n");
  if (diffs.length === 1 && diffs[0] !== undefined) return { detail: one(diffs[0]), detailForm: "edit" };
  return { detail: diffs.map((diff) => `*** ${diff.path}\n${one(diff)}`).join("\n") };
}
