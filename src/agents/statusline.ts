/**
 * The one agent whose status line provides cost and context: `agent-console statusline` names no agent. The fast path
 * loads this file and not the registry.
 */
export { claudeStatusline as statusline } from "./claude/statusline.ts";
