/** What an agent publishes about itself: where it is, what reading it takes of the sandbox, and its reader. */
import type { GivePrompt } from "../../domain/session_prompt.ts";
import type { Permission } from "../../platform/sandbox.ts";
import type { Files } from "../../platform/system.ts";
import type { TextSocket, WebSocketEvents } from "../../platform/web_socket.ts";
import type { FeedPort, Guarded, RequestDecision } from "./feed_port.ts";

export interface AgentFeed {
  /** The agent's name. */
  readonly agent: string;
  /** Its key in section feeds, with what people read of it. */
  readonly configKey: string;
  readonly title: string;
  readonly means: string;
  /** Its reader has ways into sessions. */
  readonly takesPrompts?: true;
  /** It tells nothing of sessions, so installing the hooks does not turn it on. */
  readonly tellsNothing?: true;
  /**
   * The file, folder or socket, absolute; undefined where the environment names no usable one. `env` is called only for
   * the variables needed, because the daemon may read no other. Pure: client and daemon compute the same.
   */
  readonly place: (env: (name: string) => string | undefined) => string | undefined;
  readonly permissions: (place: string) => readonly Permission[];
  /** Loads the reader. */
  readonly load: () => Promise<(context: FeedContext) => Feed>;
}

export interface FeedContext {
  readonly place: string;
  readonly port: FeedPort;
  readonly files: Files;
  readonly guarded: Guarded;
  /** Puts a question of the agent to the human. */
  readonly requestDecision: RequestDecision;
  /** A WebSocket over the unix socket at the place; `host` is what its request names. */
  readonly dial: (host: string, events: WebSocketEvents) => TextSocket;
  readonly clientInfo: { readonly name: string; readonly version: string };
}

/** A running reader. */
export interface Feed {
  start?(): void;
  /** Checks what no event reports. */
  look?(): void;
  /** A session's row was changed. */
  rowChanged?(sessionId: string): void;
  /** Whether it puts this session's questions to the human, beside the agent's own dialog. */
  bringsRequests?(sessionId: string): boolean;
  /** The way by which a prompt goes into this session; undefined: there is none now. */
  wayInto?(sessionId: string): GivePrompt | undefined;
  stop(): void;
}

/**
 * The folder that `variable` names, else `name` in the user's home folder; without a slash at its end. A relative value
 * counts as absent.
 */
export function agentFolder(
  env: (name: string) => string | undefined,
  variable: string,
  name: string,
): string | undefined {
  const named = env(variable);
  if (named?.startsWith("/")) return named.replace(/\/+$/, "");
  const home = env("HOME");
  return home?.startsWith("/") ? `${home.replace(/\/+$/, "")}/${name}`.replace(/\/$/, "") : undefined;
}
