/** Where agents publish what they do, as far as the user turned reading it on (section feeds). Pure. */
import type { Config } from "../config/schema.ts";

/** Absolute paths of what agents publish about themselves; absent where the feed is off. */
export interface FeedPaths {
  /** The folder of Claude Code's status files. */
  readonly claudeSessions?: string;
  /** The control socket of Codex's app-server, or the link to it. */
  readonly codexSocket?: string;
  /** The folder below which Gemini CLI keeps its conversations. */
  readonly geminiChats?: string;
}

/**
 * Client and daemon ask here, so that the sandbox has the paths that the daemon uses. `env` reads a variable; it is asked
 * for what is needed alone, because the daemon may read no other. A relative value counts as absent.
 */
export function feedPaths(feeds: Config["feeds"], env: (name: string) => string | undefined): FeedPaths {
  const folder = (variable: string, name: string): string | undefined => {
    const named = env(variable);
    if (named?.startsWith("/")) return named.replace(/\/+$/, "");
    const home = env("HOME");
    return home?.startsWith("/") ? `${home.replace(/\/+$/, "")}/${name}` : undefined;
  };
  const claude = feeds.claude_sessions ? folder("CLAUDE_CONFIG_DIR", ".claude") : undefined;
  const codex = feeds.codex_app_server ? folder("CODEX_HOME", ".codex") : undefined;
  const gemini = feeds.gemini_chats ? folder("GEMINI_CLI_HOME", "") : undefined; // in the place of the home folder
  return {
    ...(claude === undefined ? {} : { claudeSessions: `${claude}/sessions` }),
    ...(codex === undefined ? {} : { codexSocket: `${codex}/app-server-control/app-server-control.sock` }),
    ...(gemini === undefined ? {} : { geminiChats: `${gemini.replace(/\/$/, "")}/.gemini/tmp` }),
  };
}
