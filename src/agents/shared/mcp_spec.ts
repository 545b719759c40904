/** How an agent's user registers an MCP server in the agent's own configuration. */
import type { Fields } from "../../lib/json_fields.ts";
import type { Argv, SettingsLocation } from "./hook_spec.ts";

/** The name of our server there: agents show its tools under it. */
export const MCP_NAME = "agent-console";

export interface AgentMcp {
  /** `json`: comments and order are kept; `toml`: a table of its own at the end. */
  readonly form: "json" | "toml";
  /** The user's own file. */
  readonly file: (where: SettingsLocation) => string;
  /** The member of the root that holds the servers. */
  readonly section: string;
  /** The entry that starts `argv`. */
  readonly entry: (argv: Argv) => Fields;
}

/** As most agents write it. */
export function commandEntry([command, ...args]: Argv): Fields {
  return { command, args };
}

/** What an entry starts, in each form that an agent here has; undefined where it says nothing of the kind. */
export function argvOfEntry({ command, args = [] }: Fields): Argv | undefined {
  const words = Array.isArray(command) ? command : Array.isArray(args) ? [command, ...args] : [];
  return words.length > 0 && words.every((word) => typeof word === "string") ? words : undefined;
}
