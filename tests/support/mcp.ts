/** The program's MCP server, started and spoken to by the official client, as an agent does. */
import { Client } from "@modelcontextprotocol/client";
import { StdioClientTransport } from "@modelcontextprotocol/client/stdio";
import type { TestHome } from "./harness.ts";
import { eventually } from "./harness_wait.ts";
import type { Json, RawClient } from "./wire.ts";

export interface McpOptions {
  /** The protocol of 2026-07-28, as newer agents ask for first; else the handshake of 2025. */
  readonly modern?: boolean;
  readonly env?: Readonly<Record<string, string>>;
  readonly args?: readonly string[];
  readonly cwd?: string;
}

export class McpAgent {
  private constructor(readonly client: Client, readonly transport: StdioClientTransport) {}

  static async start(home: TestHome, { modern = false, env: more = {}, args = [], cwd }: McpOptions = {}) {
    const { argv: [command = "", ...rest], env } = home.command([...args, "mcp"], { env: more });
    const transport = new StdioClientTransport({ command, args: rest, env, cwd: cwd ?? home.root, stderr: "ignore" });
    const mode = modern ? { pin: "2026-07-28" } : "legacy";
    const client = new Client({ name: "test", version: "1" }, { versionNegotiation: { mode } });
    await client.connect(transport);
    return new McpAgent(client, transport);
  }

  /** The text of a tool's answer, and whether it is an error. @throws where the protocol refuses the call */
  async call(name: string, given: Json = {}): Promise<{ readonly text: string; readonly isError: boolean }> {
    const { content, isError } = await this.client.callTool({ name, arguments: given });
    const [first] = content as readonly { readonly text: string }[];
    return { text: first?.text ?? "", isError: isError === true };
  }

  /** What a tool gives. @throws where it is an error */
  async tool(name: string, given: Json = {}): Promise<Json> {
    const { text, isError } = await this.call(name, given);
    if (isError) throw new Error(`${name}: ${text}`);
    return JSON.parse(text) as Json;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.client.close();
  }
}

/** The session that the server's environment names. */
export const OWN = { env: { CLAUDE_CODE_SESSION_ID: "own" } };

/** An event of a session of an agent that reports by hooks. */
export async function reported(client: RawClient, id: string, event: Json = {}, env: Json = {}): Promise<void> {
  await client.request("session.report", {
    agent: "claude",
    event: { session_id: id, cwd: "/w", hook_event_name: "SessionStart", source: "startup", ...event },
    env,
  });
}

/** The first request that waits. */
export async function asked(client: RawClient): Promise<Json> {
  return await eventually(
    async () => (await client.request("approval.list", {}) as { approvals: Json[] }).approvals[0],
    20_000,
    "a request",
  );
}
