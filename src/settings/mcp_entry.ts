/** Our server among the MCP servers in an agent's configuration: put in, taken out, looked for. Pure: text in, text out. */
import { getNodeValue } from "jsonc-parser";
import type { Argv } from "../agents/shared/hook_spec.ts";
import { type AgentMcp, argvOfEntry, MCP_NAME } from "../agents/shared/mcp_spec.ts";
import { sameArgv } from "../agents/shared/own_program.ts";
import { isFields } from "../lib/json_fields.ts";
import * as edit from "../lib/jsonc_edit.ts";
import type { Node } from "../lib/jsonc_edit.ts";
import { rootOf } from "./hook_entries.ts";
import { addTable, removeTable, tomlServers } from "./mcp_table.ts";
import { describeNode, settingsError } from "./own_entries.ts";

export type McpState = "absent" | "installed" | "outdated" | "unreadable";

/** @throws {ConsoleError} config_invalid: no such text, or another server has our name */
export function addServer(mcp: AgentMcp, text: string, argv: Argv, file: string): string {
  const state = foundState(mcp, text, argv, file);
  if (state === "installed") return text;
  if (mcp.form === "toml") return addTable(removeTable(text, mcp, file), mcp, argv, file);
  return edit.preservingBom(text, (bare) => {
    const root = rootOf(bare, { file });
    const entry = edit.member(MCP_NAME, mcp.entry(argv));
    const { servers, own } = serversOf(mcp, root, file);
    if (own !== undefined) return edit.replaceNode(bare, edit.valueOf(own)!, edit.json(mcp.entry(argv)));
    if (servers !== undefined) return edit.appendNode(bare, servers, entry);
    const section = `${JSON.stringify(mcp.section)}: {\n  ${entry.replaceAll("\n", "\n  ")}\n}`;
    if (root !== undefined) return edit.appendNode(bare, root, section);
    const { eol } = edit.styleOf(bare);
    const gap = bare === "" || bare.endsWith("\n") ? "" : eol;
    return `${bare}${gap}{\n  ${section.replaceAll("\n", "\n  ")}\n}\n`.replaceAll(/\r?\n/g, eol);
  });
}

/** @param isOwnSection the section was made for our entry, and goes with it where nothing else is in it @throws {ConsoleError} */
export function removeServer(mcp: AgentMcp, text: string, isOwnSection: boolean, file: string): string {
  if (mcp.form === "toml") {
    return isOurs(tomlServers(text, mcp, file)[MCP_NAME]) ? removeTable(text, mcp, file) : text;
  }
  return edit.preservingBom(text, (bare) => {
    const root = rootOf(bare, { file });
    const { servers, own, section } = serversOf(mcp, root, file);
    if (own === undefined || !isOurs(getNodeValue(edit.valueOf(own)!))) return bare;
    const alone = servers!.children?.length === 1 && isOwnSection;
    return alone ? edit.removeNode(bare, root!, section!) : edit.removeNode(bare, servers!, own);
  });
}

/** Never throws. */
export function serverState(mcp: AgentMcp, text: string, argv: Argv, file: string): McpState {
  try {
    return foundState(mcp, text, argv, file);
  } catch {
    return "unreadable";
  }
}

/** Whether the configuration has a section of servers. @throws {ConsoleError} config_invalid */
export function hasSection(mcp: AgentMcp, text: string, file: string): boolean {
  if (mcp.form === "toml") return true; // a table stands for itself
  return serversOf(mcp, rootOf(edit.stripBom(text), { file }), file).section !== undefined;
}

function foundState(mcp: AgentMcp, text: string, argv: Argv, file: string): Exclude<McpState, "unreadable"> {
  const found = mcp.form === "toml" ? tomlServers(text, mcp, file)[MCP_NAME] : jsonEntry(mcp, text, file);
  if (found === undefined) return "absent";
  if (!isOurs(found)) throw settingsError(file, `has another MCP server that is named "${MCP_NAME}"`, RENAME);
  return sameArgv(argvOfEntry(found) ?? [], argv) ? "installed" : "outdated";
}

const RENAME = "rename that server there and try again";

/** By what it starts: a program by our name, as the server. */
function isOurs(entry: unknown): entry is Readonly<Record<string, unknown>> {
  const argv = isFields(entry) ? argvOfEntry(entry) : undefined;
  return argv !== undefined && /(?:^|\/)agent-console$/.test(argv[0] ?? "") && argv.at(-1) === "mcp";
}

function jsonEntry(mcp: AgentMcp, text: string, file: string): unknown {
  const { own } = serversOf(mcp, rootOf(edit.stripBom(text), { file }), file);
  return own && getNodeValue(edit.valueOf(own)!);
}

interface Servers {
  /** The member of the root. */
  readonly section?: Node | undefined;
  /** Its value. */
  readonly servers?: Node | undefined;
  /** Our member of that. */
  readonly own?: Node | undefined;
}

function serversOf(mcp: AgentMcp, root: Node | undefined, file: string): Servers {
  const section = root && edit.propertyOf(root, mcp.section);
  const servers = edit.valueOf(section);
  if (servers === undefined) return {};
  if (servers.type !== "object") {
    throw settingsError(file, `has ${describeNode(servers)} as "${mcp.section}", expected an object`);
  }
  return { section, servers, own: edit.propertyOf(servers, MCP_NAME) };
}
