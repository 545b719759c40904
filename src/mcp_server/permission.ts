/** A call that an agent asks its person about, as a request in the inbox; without an answer it does not run. */
import type { ParamsOf, ResultOf } from "../protocol/method_schemas.ts";
import { type Hub, namedSessions, thisAsker } from "./hub.ts";
import { problemText } from "./tool.ts";

interface AskedCall {
  readonly tool: string;
  readonly input: Readonly<Record<string, unknown>>;
  /** The agent's own id of it: its hooks may tell of it too. */
  readonly callId: string | undefined;
}

/** What the agent reads. */
type Behavior =
  | { readonly behavior: "allow"; readonly updatedInput: AskedCall["input"] }
  | { readonly behavior: "deny"; readonly message: string };

/** As long as approval.request takes; a person must see all of what is to run. */
const MOST_INPUT = 16_384;
const MOST_TOOL = 200;
const CLOSE_MS = 2000;

export class Prompter {
  readonly #hub: Hub;
  /** The row that was made for a session of which nothing is reported. */
  #own: string | undefined;

  constructor(hub: Hub) {
    this.#hub = hub;
  }

  /** Never throws: what goes wrong is a refusal that says so. @param signal the longest wait */
  async ask({ tool, input, callId }: AskedCall, signal: AbortSignal): Promise<Behavior> {
    try {
      const shown = shownInput(input);
      if (shown.length > MOST_INPUT || tool.length > MOST_TOOL) {
        return denied(`the call is longer than the ${MOST_INPUT} characters that a person is shown; make it smaller`);
      }
      const session = await this.#session(signal);
      const request = { ...session, tool, input: shown, ...(callId === undefined ? {} : { callId }) };
      const asked = await this.#hub.call("approval.request", request, signal, 600_000);
      return asked.outcome === "approved" ? allowed(input, asked) : denied(whyNot(asked));
    } catch (error) {
      return denied(problemText(error));
    }
  }

  /** Nobody reports of the row that was made, so nobody else ends it. */
  async end(): Promise<void> {
    if (this.#own === undefined) return;
    const params = { sessionId: this.#own, reason: "its MCP server ended" };
    await this.#hub.call("session.close", params, AbortSignal.timeout(CLOSE_MS)).catch(() => {});
  }

  async #session(signal: AbortSignal): Promise<Pick<ParamsOf<"approval.request">, "sessionId" | "agent">> {
    const { sessions: [known] } = await this.#hub.call("mcp.sessions", await thisAsker(), signal);
    if (known !== undefined) return { sessionId: known.id };
    this.#own ??= `mcp-${namedSessions()[0] ?? crypto.randomUUID()}`;
    return { sessionId: this.#own, agent: "mcp" };
  }
}

/** A command line as it is; of everything else all members. */
function shownInput(input: AskedCall["input"]): string {
  const { command, description: _, ...rest } = input;
  return typeof command === "string" && Object.keys(rest).length === 0 ? command : JSON.stringify(input, null, 2);
}

/** What a person has answered to a question is part of its input, as the agent's hook says it. */
function allowed(input: AskedCall["input"], { output }: ResultOf<"approval.request">): Behavior {
  const answers = output?.["answers"];
  return { behavior: "allow", updatedInput: answers === undefined ? input : { ...input, answers } };
}

function whyNot({ outcome, message }: ResultOf<"approval.request">): string {
  if (message !== undefined) return message;
  return outcome === "denied" ? "the person at this machine denied it" : `nobody answered in time (${outcome})`;
}

function denied(message: string): Behavior {
  return { behavior: "deny", message };
}
