/**
 * Describes one agent to the rest of the program: `agents/<name>/mod.ts` exports one descriptor, the registry lists
 * them, and no other code knows an agent by its name. Parts that only some commands need, or that need npm, are loaded
 * on demand.
 */
import type { Fields } from "../../lib/json_fields.ts";
import type { Adapter } from "./adapter.ts";
import type { AgentFiles } from "./agent_files.ts";
import type { AgentProgram } from "./agent_program.ts";
import type { AgentFeed } from "./feed_spec.ts";
import type { AgentHooks } from "./hook_spec.ts";
import type { AgentMcp } from "./mcp_spec.ts";
import type { HookTrust } from "./hook_trust.ts";
import type { StatuslineSettings } from "./statusline_settings.ts";
import type { ToolTable } from "./tool_table.ts";

export interface AgentDescriptor {
  /** The word in `agent-console hook NAME`. */
  readonly name: string;
  /** What its users start; absent for a family, and for agents that are not known. */
  readonly program?: AgentProgram;
  /** Its events and responses; a function for a family, whose members have names of their own. */
  readonly adapter: Adapter | ((member: string) => Adapter);
  /** How its settings get our hooks; absent where the user registers them by hand. */
  readonly hooks?: AgentHooks;
  /** It also runs the hooks in the settings of `agent`, and gives them payloads of its own, which `isOwn` recognises. */
  readonly alsoRuns?: { readonly agent: string; readonly isOwn: (event: unknown) => boolean };
  /** The variables that it sets for its hooks; agents/hook_env.ts lists them for the fast path. */
  readonly hookEnv?: readonly string[];
  /** The agent runs a hook only after its user has trusted the definition. */
  readonly trust?: () => Promise<HookTrust>;
  readonly statusline?: AgentStatusline;
  /** What it publishes about itself, beside its hooks; agents/feeds.ts lists them for the sandbox. */
  readonly feed?: AgentFeed;
  /** How its users register an MCP server; absent where that is not known. */
  readonly mcp?: AgentMcp;
  /** agents/files.ts lists them for the tables of risks. */
  readonly files?: AgentFiles;
  /** What its tools do, for whoever writes or tests a rule: its requests are read by the same table. */
  readonly tools?: ToolTable;
}

/** The status line of an agent that has one. `agent-console statusline` names no agent: agents/statusline.ts picks it. */
export interface AgentStatusline {
  readonly report: StatuslineReport;
  /** Our tee in the agent's settings. */
  readonly settings: () => Promise<StatuslineSettings>;
}

/** What the fast path of the status line needs. Nothing from npm. */
export interface StatuslineReport {
  /** The agent's name on the wire. */
  readonly agent: string;
  /** The name that the payload, which has none, gets as an event. */
  readonly event: string;
  /** The line of those who have none of their own; "" where nothing is known. */
  readonly text: (payload: Fields) => string;
}
