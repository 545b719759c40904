/** Gemini CLI's MCP servers: `mcpServers` in the settings that hold its hooks too. */
import { type AgentMcp, commandEntry } from "../shared/mcp_spec.ts";
import { geminiHooks } from "./hooks.ts";

export const geminiMcp: AgentMcp = {
  form: "json",
  file: geminiHooks.file,
  section: "mcpServers",
  entry: commandEntry,
};
