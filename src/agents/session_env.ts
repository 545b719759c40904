/**
 * The variables by which agents tell the programs that they start which session those are for. A file of its own and not
 * the registry: who looks there is started by each session.
 */
import { CLAUDE_SESSION_ENV } from "./claude/session_env.ts";

export const SESSION_ENV: readonly string[] = [CLAUDE_SESSION_ENV];
