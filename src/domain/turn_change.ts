/**
 * What an event changes in its turn: the same in the daemon, which keeps turns, and in every window, which hears of them.
 * Pure.
 */

export type TurnStatus = "queued" | "running" | "finished" | "cancelled" | "failed";

export function isTurnOver(status: TurnStatus): boolean {
  return status !== "queued" && status !== "running";
}

interface KeptTool {
  readonly id: string;
  readonly status: string;
  readonly detail?: string;
}

/** Of a turn, what its events depend on; a window need not have its texts. */
interface KeptTurn<Tool> {
  readonly sessionId: string | null;
  readonly startedAt?: string;
  readonly interrupted?: true;
  readonly reply?: string;
  readonly tools?: readonly Tool[];
}

export interface TurnChange<Tool, Step> {
  status?: TurnStatus;
  sessionId?: string | null;
  startedAt?: string;
  endedAt?: string;
  reply?: string;
  tools?: Tool[];
  plan?: Step[];
  interrupted?: true;
  resumed?: true;
  stopReason?: string;
  error?: string;
}

/** A prompt, UTF-16 units: a line of the wire has room for it. */
export const MAX_PROMPT = 500_000;

/** What is kept of one turn: UTF-16 units of its reply, the end of it; calls, those of them with what they change. */
export const KEPT_OF_TURN = { reply: 65_536, tools: 100, details: 10 } as const;

/**
 * @param event as the journal and the wire have it
 * @param at when it was recorded, ISO 8601 UTC
 * @param join puts a reply and its next piece together
 * @returns undefined where nothing that is kept changes
 */
export function turnChange<Tool extends KeptTool, Step>(
  turn: KeptTurn<Tool>,
  { type, data }: { readonly type: string; readonly data: Readonly<Record<string, unknown>> },
  at: string,
  join: (reply: string, text: string) => string = replyWith,
): TurnChange<Tool, Step> | undefined {
  const { reply, tools } = turn;
  switch (type) {
    case "turn.started":
      return {
        status: "running",
        sessionId: data["sessionId"] as string,
        startedAt: at,
        ...(turn.interrupted ? { resumed: true } : {}),
      };
    case "turn.chunk":
      if (data["kind"] !== "text" || reply === undefined) return undefined;
      return { reply: join(reply, String(data["text"])) };
    case "turn.tool":
      return tools && { tools: withTool(tools, data["tool"] as Tool) };
    case "turn.plan":
      return { plan: [...data["steps"] as readonly Step[]] };
    case "turn.resumed":
      return {
        status: "queued",
        // What it says behind the end of a daemon is a paragraph of its own.
        ...(reply ? { reply: join(reply, "\n\n") } : {}),
        ...(turn.startedAt === undefined ? {} : { interrupted: true }), // one that had not begun is begun
        ...ended(tools),
      };
    case "turn.ended": {
      const { status, stopReason, error, sessionId } = data as TurnChange<Tool, Step>;
      return {
        ...(status === undefined ? {} : { status }),
        sessionId: sessionId ?? turn.sessionId,
        endedAt: at,
        ...ended(tools),
        ...(stopReason === undefined ? {} : { stopReason }),
        ...(error === undefined ? {} : { error }),
      };
    }
    default:
      return undefined;
  }
}

/** The end of a long one is kept. */
export function replyWith(reply: string, text: string): string {
  const all = reply + text;
  return all.length <= KEPT_OF_TURN.reply ? all : all.slice(-KEPT_OF_TURN.reply).replace(/^[\udc00-\udfff]/, "");
}

/** Whether the agent has told the end of a call. @param status of the call, in ACP's words */
export function isCallOver(status: string | undefined): boolean {
  return status === "completed" || status === "failed";
}

/** Of a call whose end nobody told before its turn, or the daemon, ended. */
export const NO_RESULT = "no_result";

/** Nothing of them runs any more. */
function ended<Tool extends KeptTool>(tools: readonly Tool[] | undefined): { tools?: Tool[] } {
  const isOpen = ({ status }: Tool) => !isCallOver(status) && status !== NO_RESULT;
  if (!tools?.some(isOpen)) return {};
  return { tools: tools.map((tool) => isOpen(tool) ? { ...tool, status: NO_RESULT } : tool) };
}

/** A call is one entry, as it was told last. */
function withTool<Tool extends KeptTool>(tools: readonly Tool[], tool: Tool): Tool[] {
  const rest = tools.filter(({ id }) => id !== tool.id).slice(1 - KEPT_OF_TURN.tools);
  const bare = rest.filter(({ detail }) => detail !== undefined).slice(0, 1 - KEPT_OF_TURN.details);
  return [...rest.map((one) => bare.includes(one) ? withoutDetail(one) : one), tool];
}

function withoutDetail<Tool extends KeptTool>({ detail: _, ...rest }: Tool): Tool {
  return rest as unknown as Tool; // which may lack it
}
