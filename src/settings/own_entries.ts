/** Finds our own entries in an agent's settings, and compares them with the table. */
import { getNodeValue } from "jsonc-parser";
import { ConsoleError } from "../protocol/errors.ts";
import { type Fields, isFields } from "../lib/json_fields.ts";
import {
  type AgentHooks,
  type Argv,
  hookArgv,
  type HookRow,
  type JsonHooks,
  STUB_WORDS,
} from "../agents/shared/hook_spec.ts";
import { homeOfOwn, isNamedLikeUs, isOurSandbox, isStub, sameArgv } from "../agents/shared/own_program.ts";
import * as edit from "../lib/jsonc_edit.ts";
import type { Node } from "../lib/jsonc_edit.ts";
import { shellWords } from "../lib/shell_words.ts";

export interface EditOptions {
  /** The file's name for messages. */
  readonly file?: string;
  /** The text before our first installation, "" where there was none: containers that were there stay, even empty. */
  readonly before?: string;
  /** Programs that earlier installations registered: their entries are ours too. */
  readonly earlier?: readonly Argv[];
  /** Rules are evaluated before each tool call ({@link HookRow.policy}). */
  readonly policy?: boolean;
}

/** One of our handlers. In flat lists `group` is the handler itself and `handlers` the event's list. */
export interface OwnEntry {
  readonly event: Node;
  readonly eventName: string;
  readonly group: Node;
  readonly handlers: Node;
  readonly handler: Node;
}

/** @throws {ConsoleError} config_invalid where `hooks`, or an event in it, has another shape */
export function findOwnEntries(
  agent: JsonHooks,
  root: Node | undefined,
  program: Argv | undefined,
  options: EditOptions,
): readonly OwnEntry[] {
  const hooks = root && edit.valueOf(edit.propertyOf(root, "hooks"));
  if (hooks === undefined) return [];
  const programs = [...(program === undefined ? [] : [program]), ...(options.earlier ?? [])];
  const isOurs = (node: Node) => isOurHandler(agent, getNodeValue(node), programs);
  if (hooks.type !== "object") {
    throw settingsError(options.file, `has hooks that are ${describeNode(hooks)}, expected an object`);
  }
  return (hooks.children ?? []).flatMap((event) => {
    const eventName = String(event.children?.[0]?.value);
    const list = edit.valueOf(event);
    if (list?.type !== "array") {
      if (agent.notEvents?.includes(eventName)) return [];
      throw settingsError(options.file, `has hooks.${eventName} that is ${describeNode(list)}, expected an array`);
    }
    const entries = list.children ?? [];
    if (agent.layout === "flat") {
      return entries.filter(isOurs).map((handler) => ({ event, eventName, group: handler, handlers: list, handler }));
    }
    return entries.flatMap((group) => {
      const handlers = group.type === "object" ? edit.valueOf(edit.propertyOf(group, "hooks")) : undefined;
      if (handlers?.type !== "array") return [];
      return (handlers.children ?? []).filter(isOurs)
        .map((handler) => ({ event, eventName, group, handlers, handler }));
    });
  });
}

/**
 * True for a handler that runs our stub, or, as earlier versions registered it, one of `programs`, a program by our name,
 * or `deno run` in our sandbox, which no other program uses: it denies access to the daemon's token of that very `--home`
 * (platform/sandbox.ts, `hookFlags`).
 * Entries like `deno run /elsewhere/main.ts hook NAME` are not enough: other tools have them too.
 */
function isOurHandler(agent: AgentHooks, handler: unknown, programs: readonly Argv[]): boolean {
  const words = wordsOf(handler);
  if (words === undefined) return false;
  const [before, name, last] = words.slice(-3);
  const own = words.slice(0, -2);
  if (name === agent.name && STUB_WORDS.some((word) => word === last)) {
    return isStub(own) || programs.some((program) => sameArgv(program, own));
  }
  if (name !== "hook" || last !== agent.name || before === undefined) return false;
  return programs.some((program) => sameArgv(program, own)) || isNamedLikeUs(own) || isOurSandbox(own);
}

/** The command line of a handler; undefined where it has none that a shell would read like this. */
function wordsOf(handler: unknown): readonly string[] | undefined {
  if (!isFields(handler)) return undefined;
  const { command, args } = handler;
  if (typeof command !== "string") return undefined;
  return Array.isArray(args) ? [command, ...args.map(String)] : shellWords(command);
}

/** The home that the entry reports to; undefined where its words do not say. */
export function homeOfEntry({ handler }: OwnEntry): string | undefined {
  return homeOfOwn((wordsOf(getNodeValue(handler)) ?? []).slice(0, -2));
}

/** Whether the entry is what the row requires; members that the row does not name are the user's. */
export function isCurrent(agent: JsonHooks, ours: OwnEntry, row: HookRow | undefined, program: Argv): boolean {
  if (row === undefined || !coversMatcher(ours, row)) return false;
  const is = getNodeValue(ours.handler) as Record<string, unknown>;
  const must = handlerOf(agent, row, program);
  return (is["async"] === true) === (must["async"] === true) &&
    Object.entries(must).every(([name, value]) => JSON.stringify(is[name]) === JSON.stringify(value));
}

/** A matcher belongs to the group, in flat lists to the handler; our handlers match every tool. */
export function coversMatcher({ group }: OwnEntry, row: HookRow): boolean {
  const matcher = edit.valueOf(edit.propertyOf(group, "matcher"))?.value;
  return (matcher ?? "*") === (row.matcher ?? "*") || matcher === "";
}

export function handlerOf(agent: JsonHooks, row: HookRow, program: Argv): Fields {
  const handler = agent.handler(row, hookArgv(agent, program, row));
  return agent.layout === "flat" && row.matcher !== undefined ? { ...handler, matcher: row.matcher } : handler;
}

export function settingsError(file: string | undefined, what: string, hint?: string): ConsoleError {
  const more = hint === undefined ? {} : { hint };
  return new ConsoleError("config_invalid", `${file ?? "the settings file"} ${what}`, more);
}

export function describeNode(node: Node | undefined): string {
  const type = node?.type ?? "nothing";
  return type === "null" || type === "nothing" ? type : /^[ao]/.test(type) ? `an ${type}` : `a ${type}`;
}
