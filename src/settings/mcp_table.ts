/** Our MCP server as a table of TOML: at the end of the text, so that nothing before it changes. Pure. */
import { parse } from "@std/toml/parse";
import type { Argv } from "../agents/shared/hook_spec.ts";
import { type AgentMcp, MCP_NAME } from "../agents/shared/mcp_spec.ts";
import { type Fields, isFields } from "../lib/json_fields.ts";
import type { ConsoleError } from "../protocol/errors.ts";
import { settingsError } from "./own_entries.ts";

/** @throws {ConsoleError} config_invalid: the servers are written in a way that no table can be added to */
export function addTable(text: string, mcp: AgentMcp, argv: Argv, file: string): string {
  // The agent's own reader takes no table beside these; ours would.
  if (new RegExp(`^\\s*["']?${mcp.section}["']?\\s*[.=]`, "m").test(text)) throw leftToYou(mcp, file);
  const eol = text.includes("\r\n") ? "\r\n" : "\n";
  const entry = Object.entries(mcp.entry(argv)).map(([name, value]) => `${name} = ${JSON.stringify(value)}`);
  const table = [`[${mcp.section}.${MCP_NAME}]`, ...entry, ""].join(eol);
  const gap = text === "" ? "" : text.endsWith("\n") ? eol : eol + eol;
  const now = text + gap + table;
  assertOthersStay(text, now, mcp, file);
  return now;
}

/** Without our table, and the tables below it, which belong to it. @throws {ConsoleError} config_invalid */
export function removeTable(text: string, mcp: AgentMcp, file: string): string {
  const ours = new RegExp(`^\\s*\\[\\s*${mcp.section}\\s*\\.\\s*["']?${MCP_NAME}["']?\\s*(?:\\.[^\\]]*)?\\]`);
  const kept: string[] = [];
  let isOurs = false;
  /** Empty lines and comments that belong to what comes behind them. */
  let before: string[] = [];
  for (const line of text.split(/(?<=\n)/)) {
    if (/^\s*\[/.test(line)) {
      isOurs = ours.test(line);
      kept.push(...before);
      before = [];
    }
    if (!isOurs) kept.push(line);
    else if (/^\s*(?:#.*)?$/.test(line)) before.push(line);
    else before = [];
  }
  const now = [...kept, ...before].join("");
  // With the empty line that was put before it.
  const bare = now === text ? now : now.replace(/(\n)\r?\n$/, "$1");
  assertOthersStay(text, bare, mcp, file);
  return bare;
}

/** The servers by their names. @throws {ConsoleError} config_invalid */
export function tomlServers(text: string, { section }: AgentMcp, file: string): Fields {
  const servers = parsed(text, file)[section];
  if (servers !== undefined && !isFields(servers)) throw settingsError(file, `has "${section}", which is no table`);
  return servers ?? {};
}

/** All that is not ours reads as before. @throws {ConsoleError} config_invalid */
function assertOthersStay(was: string, now: string, mcp: AgentMcp, file: string): void {
  const { section } = mcp;
  const others = (text: string) => {
    const { [section]: servers, ...root } = parsed(text, file);
    const { [MCP_NAME]: _, ...rest } = isFields(servers) ? servers : {};
    return JSON.stringify([root, rest]);
  };
  const isSame = () => {
    try {
      return others(now) === others(was);
    } catch {
      return false;
    }
  };
  if (!isSame()) throw leftToYou(mcp, file);
}

function leftToYou({ section }: AgentMcp, file: string): ConsoleError {
  return settingsError(file, `holds "${section}" in a form that is left to you`, `edit [${section}.${MCP_NAME}] there`);
}

function parsed(text: string, file: string): Fields {
  try {
    const root: unknown = text.trim() === "" ? {} : parse(text);
    return isFields(root) ? root : {};
  } catch (error) {
    throw settingsError(file, `is not valid TOML (${(error as Error).message})`);
  }
}
