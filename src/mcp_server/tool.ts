/** What all tools have in common: how one is described, and what an agent is answered. */
import type { CallToolResult, McpServer, ServerContext, ToolAnnotations } from "@modelcontextprotocol/server";
import type { z } from "zod";
import { errorText } from "../protocol/error_text.ts";
import { ConsoleError } from "../protocol/errors.ts";

export interface Tool<Shape extends z.ZodRawShape> {
  readonly title: string;
  /** For the agent. */
  readonly description: string;
  readonly input: z.ZodObject<Shape>;
  readonly annotations: ToolAnnotations;
  /** What it gives is told as JSON. @throws {ConsoleError} told as the tool's error */
  readonly run: (given: z.output<z.ZodObject<Shape>>, signal: AbortSignal) => Promise<unknown>;
}

/** What only reads, in the words of the protocol. */
export const READS: ToolAnnotations = { readOnlyHint: true, openWorldHint: false };
export const CHANGES: ToolAnnotations = { readOnlyHint: false, destructiveHint: false, openWorldHint: false };

/** Between two signs of life to a client that waits, ms: most give up after a minute without one. */
const PROGRESS_MS = 15_000;

export function addTool<Shape extends z.ZodRawShape>(server: McpServer, name: string, tool: Tool<Shape>): void {
  const { title, description, input, annotations, run } = tool;
  const call = async (given: z.output<z.ZodObject<Shape>>, context: ServerContext): Promise<CallToolResult> => {
    const endProgress = showProgress(context);
    try {
      return toldAs(await run(given, context.mcpReq.signal));
    } catch (error) {
      return { ...told(problemText(error)), isError: true };
    } finally {
      endProgress();
    }
  };
  // The types of the library cannot follow a shape that is not known here.
  server.registerTool(name, { title, description, annotations, inputSchema: input as z.ZodObject }, call as never);
}

function toldAs(result: unknown): CallToolResult {
  return told(typeof result === "string" ? result : JSON.stringify(result));
}

function told(text: string): CallToolResult {
  return { content: [{ type: "text", text }] };
}

export function problemText(error: unknown): string {
  if (error instanceof ConsoleError) return errorText(error).trimEnd();
  return errorText({ message: error instanceof Error ? error.message : String(error) }).trimEnd();
}

/** @returns ends it */
function showProgress({ mcpReq: { _meta, notify } }: ServerContext): () => void {
  const progressToken = _meta?.progressToken;
  if (progressToken === undefined) return () => {};
  let progress = 0;
  const timer = setInterval(() => {
    notify({ method: "notifications/progress", params: { progressToken, progress: ++progress } }).catch(() => {});
  }, PROGRESS_MS);
  return () => clearInterval(timer);
}
