/** Our entries in an agent's settings text: put in, taken out, looked for. Pure: text in, text out. */
import { getNodeValue } from "jsonc-parser";
import { ConsoleError } from "../protocol/errors.ts";
import { isFields } from "../lib/json_fields.ts";
import { type Argv, type HookRow, type JsonHooks, rowsOf } from "../agents/shared/hook_spec.ts";
import {
  coversMatcher,
  describeNode,
  type EditOptions,
  findOwnEntries,
  handlerOf,
  homeOfEntry,
  isCurrent,
  type OwnEntry,
  settingsError,
} from "./own_entries.ts";
import * as edit from "../lib/jsonc_edit.ts";
import { homeOfOwn } from "../agents/shared/own_program.ts";
import { refusal } from "./refusal.ts";
import type { Node } from "../lib/jsonc_edit.ts";

/**
 * `text` with every row of the agent registered for `program`, and nothing of an older registration left.
 * The same call again changes nothing. An empty text becomes a new settings object.
 *
 * @throws {ConsoleError} config_invalid where the text is no JSON object, its `hooks` has another shape, or the agent
 * would refuse it as a whole
 */
export function addEntries(agent: JsonHooks, text: string, program: Argv, options: EditOptions = {}): string {
  if (!program[0]?.startsWith("/")) {
    throw new ConsoleError(
      "failed",
      `the program for the hooks is ${program[0] ?? "nothing"}, expected an absolute path`,
    );
  }
  refuse(agent, text, options);
  const now = edit.preservingBom(text, (bare) => {
    let now = bare;
    for (let next: string | undefined = now; next !== undefined; next = installStep(agent, now, program, options)) {
      now = next;
    }
    return now;
  });
  refuse(agent, now, options); // what we made of it is read as the agent will read it
  return now;
}

/** @throws {ConsoleError} config_invalid where the agent would skip all of it */
function refuse(agent: JsonHooks, text: string, options: EditOptions): void {
  const problem = refusal(agent, text, rootOf(edit.stripBom(text), options));
  if (problem === undefined) return;
  const hint = `mend it there and try again: ${agent.title} reads nothing of this file, and would run no hook in it`;
  throw settingsError(options.file, problem, hint);
}

/** `text` without our entries and the containers that only they filled. @throws as {@link installed}, less refusals */
export function removeEntries(agent: JsonHooks, text: string, program?: Argv, options: EditOptions = {}): string {
  return edit.preservingBom(text, (bare) => {
    let now = bare;
    for (;;) {
      const [first] = findOwnEntries(agent, rootOf(now, options), program, options);
      if (first === undefined) return now === bare ? now : withoutVersion(agent, now, options);
      now = removed(now, first, options);
    }
  });
}

export interface HooksStatus {
  readonly state: "installed" | "untrusted" | "partly" | "outdated" | "absent" | "disabled" | "unreadable";
  /** Events of the table that are not registered. */
  readonly missing: readonly string[];
  /** Events registered with another command, matcher, timeout or mode, or not in the table any more. */
  readonly outdated: readonly string[];
  /**
   * Why the text is unreadable, for us or for the agent: then it is so also where nothing of ours is in it. Or which file
   * of ours is gone, without which what is registered does nothing.
   */
  readonly problem?: string;
  /** Other home folders than the one that was meant, to which entries of ours report. */
  readonly otherHomes?: readonly string[];
  /** Our tee in the agent's status line, where the agent has one. */
  readonly statusline?: "absent" | "installed" | "outdated" | "unreadable";
}

/** How much of the table is in `text`. `disabled`: all of it, but the settings switch all hooks off. Never throws. */
export function statusOf(agent: JsonHooks, text: string, program: Argv, options: EditOptions = {}): HooksStatus {
  const rows = new Map(rowsOf(agent, options.policy).map((row) => [row.event, row]));
  try {
    const root = rootOf(edit.stripBom(text), options);
    const ours = findOwnEntries(agent, root, program, options);
    const refused = refusal(agent, text, root);
    if (refused !== undefined && ours.length > 0) throw settingsError(options.file, refused);
    const found = new Set(ours.map((o) => o.eventName));
    const missing = [...rows.keys()].filter((event) => !found.has(event));
    if (ours.length > 0 && lacksVersion(agent, root)) missing.push("version");
    const outdated = ours.filter((o) => !isCurrent(agent, o, rows.get(o.eventName), program)).map((o) => o.eventName);
    const settings: unknown = root && getNodeValue(root);
    const off = isFields(settings) && agent.off?.(settings) === true;
    const state = ours.length === 0
      ? "absent"
      : off
      ? "disabled"
      : outdated.length > 0
      ? "outdated"
      : missing.length > 0
      ? "partly"
      : "installed";
    const problem = refused === undefined ? {} : { problem: settingsError(options.file, refused).message };
    const homes = new Set(ours.map(homeOfEntry).filter((home) => home !== undefined && home !== homeOfOwn(program)));
    const others = homes.size === 0 ? {} : { otherHomes: [...homes] as string[] };
    return { state, missing, outdated, ...others, ...problem };
  } catch (error) {
    return { state: "unreadable", missing: [], outdated: [], problem: error instanceof Error ? error.message : "" };
  }
}

/** The next of the edits that lead to the wanted text, or undefined where nothing is left to do. */
function installStep(agent: JsonHooks, text: string, program: Argv, options: EditOptions): string | undefined {
  const root = rootOf(text, options);
  if (root !== undefined && lacksVersion(agent, root)) {
    return edit.appendNode(text, root, edit.member("version", agent.version));
  }
  const rows = new Map(rowsOf(agent, options.policy).map((row) => [row.event, row]));
  const kept = new Set<string>();
  for (const ours of findOwnEntries(agent, root, program, options)) {
    const row = rows.get(ours.eventName);
    const misplaced = row === undefined || kept.has(ours.eventName) || !coversMatcher(ours, row);
    if (misplaced) return removed(text, ours, options);
    kept.add(ours.eventName);
    if (!isCurrent(agent, ours, row, program)) {
      const list = ours.group.parent!;
      // An earlier version took a line for each word of it.
      return holdsOnly(text, list, ours)
        ? edit.replaceNode(text, list, JSON.stringify([entryOf(agent, row, program)]))
        : edit.replaceNode(text, ours.handler, JSON.stringify(handlerOf(agent, row, program)));
    }
  }
  const row = [...rows.values()].find((r) => !kept.has(r.event));
  return row === undefined ? undefined : added(agent, text, root, row, program);
}

/** An event is one line, so that settings stay something that people read. */
function added(agent: JsonHooks, text: string, root: Node | undefined, row: HookRow, program: Argv): string {
  const entry = JSON.stringify(entryOf(agent, row, program));
  const line = `${JSON.stringify(row.event)}: [${entry}]`;
  const section = `"hooks": {\n  ${line}\n}`;
  if (root === undefined) {
    const { eol } = edit.styleOf(text);
    const gap = text === "" || text.endsWith("\n") ? "" : eol;
    const version = agent.version === undefined ? "" : `${edit.member("version", agent.version)},\n`;
    const whole = `{\n${version}${section}`.replaceAll("\n", `${eol}  `) + `${eol}}`;
    return text + gap + whole + eol;
  }
  const hooks = edit.valueOf(edit.propertyOf(root, "hooks"));
  if (hooks === undefined) return edit.appendNode(text, root, section);
  const event = edit.valueOf(edit.propertyOf(hooks, row.event));
  return event === undefined ? edit.appendNode(text, hooks, line) : edit.appendNode(text, event, entry);
}

/** Whether nothing of other people's, a comment included, is in the list of the event. */
function holdsOnly(text: string, list: Node, ours: OwnEntry): boolean {
  const isAlone = list.children?.length === 1 && (ours.group === ours.handler || hasOnlyOurs(ours));
  const bare = text.slice(list.offset, list.offset + list.length);
  try {
    return isAlone && JSON.parse(bare) !== undefined;
  } catch {
    return false; // a comment, or a comma too many
  }
}

function hasOnlyOurs({ group, handlers }: OwnEntry): boolean {
  const plain = group.children?.every((p) => ["hooks", "matcher"].includes(p.children?.[0]?.value)) ?? false;
  return plain && handlers.children?.length === 1;
}

function entryOf(agent: JsonHooks, row: HookRow, program: Argv): unknown {
  const handler = handlerOf(agent, row, program);
  if (agent.layout === "flat") return handler;
  return { ...(row.matcher === undefined ? {} : { matcher: row.matcher }), hooks: [handler] };
}

/** Removes one handler, and each container that held only it. */
function removed(text: string, ours: OwnEntry, options: EditOptions): string {
  const hooksProperty = ours.event.parent?.parent;
  const hooks = ours.event.parent;
  const list = ours.group.parent;
  const only = (node: Node | undefined): boolean => node?.children?.length === 1;
  if (ours.group !== ours.handler && !hasOnlyOurs(ours)) return edit.removeNode(text, ours.handlers, ours.handler);
  if (!only(list) || wasThere(options.before, ours.eventName)) return edit.removeNode(text, list!, ours.group);
  if (!only(hooks) || wasThere(options.before)) return edit.removeNode(text, hooks!, ours.event);
  return edit.removeNode(text, hooksProperty!.parent!, hooksProperty!);
}

/** Whether the root had `hooks`, and in it `event`, before us. */
function wasThere(before: string | undefined, event?: string): boolean {
  const root = rootBefore(before);
  const hooks = root && edit.valueOf(edit.propertyOf(root, "hooks"));
  return event === undefined || hooks === undefined ? hooks !== undefined : edit.propertyOf(hooks, event) !== undefined;
}

function rootBefore(before: string | undefined): Node | undefined {
  if (before === undefined) return undefined;
  const parsed = edit.parse(edit.stripBom(before));
  return edit.isParseFailure(parsed) ? undefined : parsed.root;
}

function lacksVersion(agent: JsonHooks, root: Node | undefined): boolean {
  return agent.version !== undefined && (root === undefined || edit.propertyOf(root, "version") === undefined);
}

/** The version that we added goes too, unless entries of others that came since need it. */
function withoutVersion(agent: JsonHooks, text: string, options: EditOptions): string {
  const root = rootOf(text, options);
  const version = root && edit.propertyOf(root, "version");
  if (root === undefined || version === undefined || agent.version === undefined) return text;
  if (options.before === undefined || !lacksVersion(agent, rootBefore(options.before))) return text;
  const events = edit.valueOf(edit.propertyOf(root, "hooks"))?.children ?? [];
  const known = events.every((event) => wasThere(options.before, String(event.children?.[0]?.value)));
  return known ? edit.removeNode(text, root, version) : text;
}

/** Undefined where there is nothing in it. @throws {ConsoleError} config_invalid */
export function rootOf(text: string, { file }: Pick<EditOptions, "file">): Node | undefined {
  const parsed = edit.parse(text);
  if (edit.isParseFailure(parsed)) {
    throw settingsError(file, `is not valid JSON (line ${parsed.line}, column ${parsed.column}: ${parsed.why})`);
  }
  if (parsed.root !== undefined && parsed.root.type !== "object") {
    throw settingsError(file, `is ${describeNode(parsed.root)}, expected an object`);
  }
  return parsed.root;
}
