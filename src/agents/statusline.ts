/**
 * The one agent with a status line that can be asked for cost and context: `agent-console statusline` names none. The fast
 * path loads this file and not the registry.
 */
export { claudeStatusline as statusline } from "./claude/statusline.ts";
