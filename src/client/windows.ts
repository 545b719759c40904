/**
 * The dashboard and the MCP server, which are programs of their own: each is a file that only it loads, named by the entry points (main.ts,
 * cli/bundled.ts). The command line opens them with plain values, because it shares no module with them when both are
 * bundled: an error of the one is no instance of the other's class.
 */
import type { ThisProgram } from "../platform/program.ts";

export interface DashboardOptions {
  /** As given on the command line. */
  readonly home?: string | undefined;
  readonly socket?: string | undefined;
  /** Whether a missing daemon may be started. */
  readonly start: boolean;
  readonly color: boolean;
  /** Which of the sessions are shown (view/session_filter.ts). */
  readonly filter?: Readonly<Record<string, string>>;
  readonly view?: "sessions" | "inbox" | "activity" | "jobs";
  /** One frame of that size is printed, and no terminal is needed. */
  readonly snapshot?: { readonly columns: number; readonly rows: number };
}

export interface McpOptions {
  /** As given on the command line. */
  readonly home?: string | undefined;
  readonly socket?: string | undefined;
  /** Whether a missing daemon may be started. */
  readonly start: boolean;
}

export interface Windows {
  /** Its function returns the exit code when the agent has closed stdin. */
  readonly mcp: () => Promise<{ runMcp(program: ThisProgram, options: McpOptions): Promise<number> }>;
  /** Its function returns the exit code: it has said all that is to be said. */
  readonly dashboard: () => Promise<{
    runDashboard(program: ThisProgram, options: DashboardOptions): Promise<number>;
  }>;
}
