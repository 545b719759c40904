/** The variable that tells what Claude Code starts, MCP servers too, which session it is for. Seen with 2.1.329. */
export const CLAUDE_SESSION_ENV = "CLAUDE_CODE_SESSION_ID";
