/** Ways into sessions that somebody else runs: feeds offer them, turns go them, and neither knows the other. */
import type { GivePrompt } from "../domain/session_prompt.ts";

export class PromptWays {
  /** The way into this session; undefined: there is none now. */
  into: (agent: string, sessionId: string) => GivePrompt | undefined = () => undefined;
  /** The key of the configuration that opens ways into sessions of this agent; undefined: none does. */
  openedBy: (agent: string) => { readonly key: string; readonly isOn: boolean } | undefined = () => undefined;
}
