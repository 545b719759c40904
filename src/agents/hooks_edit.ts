/** Our entries in an agent's settings text: put in, taken out, looked for. Pure: text in, text out. */
import { getNodeValue } from "jsonc-parser";
import { ConsoleError } from "../protocol/errors.ts";
import { isFields } from "./fields.ts";
import { CLAUDE_HOOKS, HOOK_WORDS, type HookRow } from "./hooks_table.ts";
import * as edit from "./json_edit.ts";
import type { Node } from "./json_edit.ts";

/** argv of our program, absolute, without `hook claude`: `["/usr/local/bin/agent-console", "--home", "/home/u/.agent-console"]`. */
export type Program = readonly string[];

export interface EditOptions {
  /** The file's name for messages. */
  readonly file?: string;
  /** The text before our first installation: containers that were there stay, even empty. */
  readonly before?: string;
  /** Programs that earlier installations registered: their entries are ours too. */
  readonly earlier?: readonly Program[];
}

/** One of our handlers: `event[group].hooks[…]`. */
interface Ours {
  readonly event: Node;
  readonly eventName: string;
  readonly group: Node;
  readonly handlers: Node;
  readonly handler: Node;
}

const BOM = "\ufeff";
const OWN_NAME = /(?:^|\/)agent-console$/;
// The same program in a shell line, as people write it by hand.
const OWN_LINE =
  /^\s*(?:'(?:[^']*\/)?agent-console'|"(?:[^"]*\/)?agent-console"|(?:[^\s'"]*\/)?agent-console)\s+(?:--home[ =](?:'[^']*'|"[^"]*"|[^\s'"]+)\s+)?hook\s+claude\s*$/;

/**
 * `text` with every row of the table registered for `program`, and nothing of an older registration left.
 * The same call again changes nothing. An empty text becomes a new settings object.
 *
 * @throws {ConsoleError} config_invalid where the text is no JSON object or its `hooks` has another shape
 */
export function installed(text: string, program: Program, options: EditOptions = {}): string {
  if (!program[0]?.startsWith("/")) {
    throw new ConsoleError(
      "failed",
      `Cannot install hooks: the program is ${program[0] ?? "nothing"}, must be an absolute path`,
    );
  }
  return withoutBom(text, (bare) => {
    let now = bare;
    for (let next: string | undefined = now; next !== undefined; next = installStep(now, program, options)) now = next;
    return now;
  });
}

/** `text` without our entries and the containers that only they filled. @throws as {@link installed} */
export function uninstalled(text: string, program?: Program, options: EditOptions = {}): string {
  return withoutBom(text, (bare) => {
    let now = bare;
    for (;;) {
      const [first] = oursIn(rootOf(now, options), program, options);
      if (first === undefined) return now;
      now = removed(now, first, options);
    }
  });
}

export interface HooksStatus {
  readonly state: "installed" | "partly" | "outdated" | "absent" | "disabled" | "unreadable";
  /** Events of the table that are not registered. */
  readonly missing: readonly string[];
  /** Events registered with another command, matcher, timeout or mode, or not in the table any more. */
  readonly outdated: readonly string[];
  /** Why the text is unreadable. */
  readonly problem?: string;
}

/** How much of the table stands in `text`. `disabled`: it does, but the settings switch all hooks off. Never throws. */
export function statusOf(text: string, program: Program, options: EditOptions = {}): HooksStatus {
  const rows = new Map(CLAUDE_HOOKS.map((row) => [row.event, row]));
  try {
    const root = rootOf(text.startsWith(BOM) ? text.slice(1) : text, options);
    const ours = oursIn(root, program, options);
    const found = new Set(ours.map((o) => o.eventName));
    const missing = CLAUDE_HOOKS.map((row) => row.event).filter((event) => !found.has(event));
    const outdated = ours.filter((o) => !isCurrent(o, rows.get(o.eventName), program)).map((o) => o.eventName);
    const off = root !== undefined && edit.valueOf(edit.propertyOf(root, "disableAllHooks"))?.value === true;
    const state = ours.length === 0
      ? "absent"
      : off
      ? "disabled"
      : outdated.length > 0
      ? "outdated"
      : missing.length > 0
      ? "partly"
      : "installed";
    return { state, missing, outdated };
  } catch (error) {
    return { state: "unreadable", missing: [], outdated: [], problem: error instanceof Error ? error.message : "" };
  }
}

/** The next of the edits that lead to the wanted text, or undefined where nothing is left to do. */
function installStep(text: string, program: Program, options: EditOptions): string | undefined {
  const root = rootOf(text, options);
  const rows = new Map(CLAUDE_HOOKS.map((row) => [row.event, row]));
  const kept = new Map<string, Ours>();
  for (const ours of oursIn(root, program, options)) {
    const row = rows.get(ours.eventName);
    const misplaced = row === undefined || kept.has(ours.eventName) || !matcherFits(ours.group, row);
    if (misplaced) return removed(text, ours, options);
    kept.set(ours.eventName, ours);
    if (!isCurrent(ours, row, program)) return edit.replace(text, ours.handler, edit.json(handlerOf(row, program)));
  }
  const row = CLAUDE_HOOKS.find((r) => !kept.has(r.event));
  return row === undefined ? undefined : added(text, root, row, program);
}

function added(text: string, root: Node | undefined, row: HookRow, program: Program): string {
  const handler = { hooks: [handlerOf(row, program)] };
  const group = row.matcher === undefined ? handler : { matcher: row.matcher, ...handler };
  if (root === undefined) {
    const { eol } = edit.styleOf(text);
    const gap = text === "" || text.endsWith("\n") ? "" : eol;
    const whole = edit.json({ hooks: { [row.event]: [group] } }).replaceAll("\n", eol);
    return text + gap + whole + eol;
  }
  const hooks = edit.valueOf(edit.propertyOf(root, "hooks"));
  if (hooks === undefined) return edit.append(text, root, edit.member("hooks", { [row.event]: [group] }));
  const event = edit.valueOf(edit.propertyOf(hooks, row.event));
  return event === undefined
    ? edit.append(text, hooks, edit.member(row.event, [group]))
    : edit.append(text, event, edit.json(group));
}

/** Takes one handler out, and with it each container that held nothing else. */
function removed(text: string, ours: Ours, options: EditOptions): string {
  const hooksProperty = ours.event.parent?.parent;
  const hooks = ours.event.parent;
  const list = ours.group.parent;
  const only = (node: Node | undefined): boolean => node?.children?.length === 1;
  const plain = ours.group.children?.every((p) => ["hooks", "matcher"].includes(p.children?.[0]?.value)) ?? false;
  if (!only(ours.handlers) || !plain) return edit.remove(text, ours.handlers, ours.handler);
  if (!only(list) || wasThere(options.before, ours.eventName)) return edit.remove(text, list!, ours.group);
  if (!only(hooks) || wasThere(options.before)) return edit.remove(text, hooks!, ours.event);
  return edit.remove(text, hooksProperty!.parent!, hooksProperty!);
}

function wasThere(before: string | undefined, event?: string): boolean {
  if (before === undefined) return false;
  const parsed = edit.parse(before.startsWith(BOM) ? before.slice(1) : before);
  if (edit.isFlaw(parsed) || parsed.root === undefined) return false;
  const hooks = edit.valueOf(edit.propertyOf(parsed.root, "hooks"));
  return event === undefined || hooks === undefined ? hooks !== undefined : edit.propertyOf(hooks, event) !== undefined;
}

function oursIn(root: Node | undefined, program: Program | undefined, options: EditOptions): readonly Ours[] {
  const hooks = root && edit.valueOf(edit.propertyOf(root, "hooks"));
  if (hooks === undefined) return [];
  const programs = [...(program === undefined ? [] : [program]), ...(options.earlier ?? [])];
  if (hooks.type !== "object") throw wrong(options.file, `hooks is ${aOf(hooks)}, must be an object`);
  return (hooks.children ?? []).flatMap((event) => {
    const eventName = String(event.children?.[0]?.value);
    const groups = edit.valueOf(event);
    if (groups?.type !== "array") {
      throw wrong(options.file, `hooks.${eventName} is ${aOf(groups)}, must be an array`);
    }
    return (groups.children ?? []).flatMap((group) => {
      const handlers = group.type === "object" ? edit.valueOf(edit.propertyOf(group, "hooks")) : undefined;
      if (handlers?.type !== "array") return [];
      return (handlers.children ?? [])
        .filter((handler) => isOurCommand(getNodeValue(handler), programs))
        .map((handler) => ({ event, eventName, group, handlers, handler }));
    });
  });
}

/**
 * True for a handler that runs one of `programs`, a program by our name, or `deno run` in our sandbox, which no other
 * program asks for: it shuts the daemon's token of that very `--home` away (platform/sandbox.ts, `hookFlags`).
 * Entries like `deno run /elsewhere/main.ts hook claude` are not enough: other tools have them too.
 */
function isOurCommand(handler: unknown, programs: readonly Program[]): boolean {
  if (!isFields(handler)) return false;
  const { command, args } = handler;
  if (typeof command !== "string") return false;
  if (!Array.isArray(args)) return OWN_LINE.test(command);
  const words = [command, ...args.map(String)];
  const own = words.slice(0, -HOOK_WORDS.length);
  if (HOOK_WORDS.some((word, at) => words[own.length + at] !== word)) return false;
  return programs.some((program) => same(program, own)) || OWN_NAME.test(command) || isOurSandbox(own);
}

function isOurSandbox(own: readonly string[]): boolean {
  const [flag, home] = own.slice(-2);
  return flag === "--home" && own[1] === "run" &&
    own.some((word) => word.startsWith(`--deny-read=${home}/daemon.token`));
}

function same(a: Program, b: Program): boolean {
  return a.length === b.length && a.every((word, at) => word === b[at]);
}

function isCurrent(ours: Ours, row: HookRow | undefined, program: Program): boolean {
  if (row === undefined || !matcherFits(ours.group, row)) return false;
  const is = getNodeValue(ours.handler) as Record<string, unknown>;
  const must = handlerOf(row, program);
  return is["type"] === must.type && is["command"] === must.command && is["timeout"] === must.timeout &&
    (is["async"] === true) === (must.async === true) && JSON.stringify(is["args"]) === JSON.stringify(must.args);
}

function matcherFits(group: Node, row: HookRow): boolean {
  const matcher = edit.valueOf(edit.propertyOf(group, "matcher"))?.value;
  return (matcher ?? "*") === (row.matcher ?? "*") || matcher === "";
}

function handlerOf(row: HookRow, [command = "", ...args]: Program) {
  return {
    type: "command",
    command,
    args: [...args, ...HOOK_WORDS],
    timeout: row.timeout,
    ...(row.async ? { async: true } : {}),
  };
}

function rootOf(text: string, { file }: EditOptions): Node | undefined {
  const parsed = edit.parse(text);
  if (edit.isFlaw(parsed)) {
    throw wrong(file, `is not valid JSON (line ${parsed.line}, column ${parsed.column}: ${parsed.why})`);
  }
  if (parsed.root !== undefined && parsed.root.type !== "object") {
    throw wrong(file, `is ${aOf(parsed.root)}, must be an object`);
  }
  return parsed.root;
}

function wrong(file: string | undefined, what: string): ConsoleError {
  return new ConsoleError("config_invalid", `Cannot edit hooks: ${file ?? "the settings file"}: ${what}`);
}

function aOf(node: Node | undefined): string {
  const type = node?.type ?? "nothing";
  return type === "null" || type === "nothing" ? type : /^[ao]/.test(type) ? `an ${type}` : `a ${type}`;
}

function withoutBom(text: string, change: (bare: string) => string): string {
  return text.startsWith(BOM) ? BOM + change(text.slice(1)) : change(text);
}
