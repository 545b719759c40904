/**
 * Our tee in the `statusLine` of Claude Code's settings: wrapped around the user's own command, and unwrapped again.
 * There is one status line per user, so theirs runs inside ours. Pure: text in, text out.
 */
import { shellQuote } from "../../lib/shell_quote.ts";
import { ConsoleError } from "../../protocol/errors.ts";
import * as edit from "../../lib/jsonc_edit.ts";
import type { Node } from "../../lib/jsonc_edit.ts";
import { isNamedLikeUsForAHome, isOurSandbox, isStub, sameArgv } from "../shared/own_program.ts";
import type { StatuslineEditOptions, StatuslineSettings, StatuslineState } from "../shared/statusline_settings.ts";
import { shellWords } from "../../lib/shell_words.ts";

/** argv of our program, absolute, without the words `statusline …`: {@link wrapStatusline} adds them. */
type Argv = readonly string[];

/** What a settings text contains. `inner`: the user's own line within ours, null where they had none. */
interface Found {
  readonly root: Node | undefined;
  readonly property: Node | undefined;
  readonly command: Node | undefined;
  readonly ours: { readonly program: Argv; readonly inner: string | null } | undefined;
  /** It has a status line of an unknown kind: not ours, and nothing that can be wrapped. */
  readonly strange: boolean;
}

const WORD = "statusline";
/** By its path: a folder in front of PATH, as a project may have one, names no other. */
const SHELL = ["--", "/bin/sh", "-c"];
/** As earlier versions wrote it. */
const NAMED_SHELL = ["--", "sh", "-c"];

/**
 * `text` with our tee as the status line, and the user's own inside it. Other members (padding, refreshInterval) stay.
 * The same call again changes nothing; another program of ours is replaced.
 *
 * @throws {ConsoleError} config_invalid where the text is no JSON object or `statusLine` is no command
 */
export function wrapStatusline(text: string, program: Argv, options: StatuslineEditOptions = {}): string {
  return edit.preservingBom(text, (bare) => {
    const { root, property, command, ours, strange } = find(bare, program, options);
    if (strange) {
      throw settingsError(options, 'has a statusLine of another kind, expected {"type": "command", "command": …}');
    }
    const inner = ours === undefined ? command && String(command.value) : ours.inner ?? undefined;
    const line = shellQuote([...program, WORD, ...(inner === undefined ? [] : [...SHELL, inner])]);
    if (command !== undefined) {
      return command.value === line ? bare : edit.replaceNode(bare, command, JSON.stringify(line));
    }
    const own = { type: "command", command: line };
    if (property !== undefined) return edit.replaceNode(bare, edit.valueOf(property)!, edit.json(own));
    if (root !== undefined) return edit.appendNode(bare, root, edit.member("statusLine", own));
    const { eol } = edit.styleOf(bare);
    const gap = bare === "" || bare.endsWith("\n") ? "" : eol;
    return bare + gap + edit.json({ statusLine: own }).replaceAll("\n", eol) + eol;
  });
}

/**
 * `text` with the user's own status line as it was; without one where there was none. What is not ours stays.
 *
 * @throws {ConsoleError} config_invalid where the text is no JSON object
 */
export function unwrapStatusline(text: string, program?: Argv, options: StatuslineEditOptions = {}): string {
  return edit.preservingBom(text, (bare) => {
    const { root, property, command, ours } = find(bare, program, options);
    if (ours === undefined) return bare;
    const spelled = spelledBefore(options, ours.inner);
    if (ours.inner !== null) return edit.replaceNode(bare, command!, spelled ?? JSON.stringify(ours.inner));
    if (spelled !== undefined) return edit.replaceNode(bare, edit.valueOf(property)!, spelled); // a null stood there
    return edit.removeNode(bare, root!, property!);
  });
}

/** Never throws. */
export function statuslineState(text: string, program: Argv, options: StatuslineEditOptions = {}): StatuslineState {
  try {
    const { ours } = find(edit.stripBom(text), program, options);
    return { state: ours === undefined ? "absent" : sameArgv(ours.program, program) ? "installed" : "outdated" };
  } catch (error) {
    return { state: "unreadable", problem: error instanceof Error ? error.message : "" };
  }
}

/** What the descriptor offers. */
export const statuslineSettings: StatuslineSettings = {
  wrap: wrapStatusline,
  unwrap: unwrapStatusline,
  state: statuslineState,
};

function find(bare: string, program: Argv | undefined, options: StatuslineEditOptions): Found {
  const parsed = edit.parse(bare);
  if (edit.isParseFailure(parsed)) {
    throw settingsError(options, `is not valid JSON (line ${parsed.line}, column ${parsed.column}: ${parsed.why})`);
  }
  const { root } = parsed;
  if (root !== undefined && root.type !== "object") throw settingsError(options, "is no object");
  const property = root && edit.propertyOf(root, "statusLine");
  const value = edit.valueOf(property);
  const none = { root, property, command: undefined, ours: undefined };
  if (value === undefined || value.type === "null") return { ...none, strange: false };
  const command = value.type === "object" ? edit.valueOf(edit.propertyOf(value, "command")) : undefined;
  const type = value.type === "object" ? edit.valueOf(edit.propertyOf(value, "type"))?.value : undefined;
  if (command?.type !== "string" || type !== "command") return { ...none, strange: true };
  const programs = [...(program === undefined ? [] : [program]), ...(options.earlier ?? [])];
  return { root, property, command, ours: ownLineIn(String(command.value), programs), strange: false };
}

/** A line that runs one of `programs`, a program by our name, or `deno run` in our sandbox (own_entries.ts says why). */
function ownLineIn(line: string, programs: readonly Argv[]): Found["ours"] {
  const words = shellWords(line) ?? [];
  const chained = [SHELL, NAMED_SHELL].some((shell) =>
    shell.every((word, at) => words.at(at - shell.length - 1) === word)
  );
  const own = words.slice(0, chained ? -SHELL.length - 1 : words.length);
  if (own.at(-1) !== WORD) return undefined;
  const program = own.slice(0, -1);
  const isOurs = programs.some((one) => sameArgv(one, program)) || isNamedLikeUsForAHome(program) ||
    isOurSandbox(program) || isStub(program, WORD);
  return isOurs ? { program, inner: chained ? words.at(-1)! : null } : undefined;
}

/** How `value` (the user's command, null for none) was spelled before us, or undefined where it was not there. */
function spelledBefore({ before }: StatuslineEditOptions, value: string | null): string | undefined {
  if (before === undefined) return undefined;
  const bare = edit.stripBom(before);
  try {
    const { property, command } = find(bare, undefined, {});
    const node = value === null && command === undefined ? edit.valueOf(property) : command;
    return node?.value === value ? bare.slice(node.offset, node.offset + node.length) : undefined;
  } catch {
    return undefined; // no JSON: nothing of ours was put there
  }
}

function settingsError({ file }: StatuslineEditOptions, what: string): ConsoleError {
  return new ConsoleError("config_invalid", `${file ?? "the settings file"} ${what}`);
}
