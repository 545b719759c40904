/**
 * Where the agents keep their settings and credentials, for the risk tables and the service units. A file of its own
 * and not the registry, because it is loaded to evaluate commands: it imports no agent's code.
 */
import { CLAUDE_FILES } from "./claude/files.ts";
import { CLAUDE_LIKE_FILES } from "./claude_like/files.ts";
import { CODEX_FILES } from "./codex/files.ts";
import { CURSOR_FILES } from "./cursor/files.ts";
import { GEMINI_FILES } from "./gemini/files.ts";
import { OPENCODE_FILES } from "./opencode/files.ts";
import type { AgentFiles } from "./shared/agent_files.ts";

export const AGENT_FILES: readonly AgentFiles[] = [
  CLAUDE_FILES,
  CODEX_FILES,
  GEMINI_FILES,
  OPENCODE_FILES,
  CURSOR_FILES,
  CLAUDE_LIKE_FILES,
];

/** The variables that move agents' folders. */
export const AGENT_HOME_ENV: readonly string[] = AGENT_FILES.flatMap(({ homeVariable }) => homeVariable ?? []);
