/**
 * The door by which features tighten approvals: what a rule or the safety mode would allow is shown to their interceptors
 * first, and what a person is asked is shown to them too. They deny, ask and note. No verdict approves a call, answers a
 * question or lifts a denial: {@link InterceptVerdict} has no word for it.
 */
import type { Approval } from "../domain/approval.ts";

/**
 * What an interceptor is shown: a frozen copy of plain values. Texts are as every window shows them: secrets masked,
 * controls visible, long ones with both ends.
 */
export interface InterceptedRequest extends
  Readonly<
    Pick<Approval, "id" | "agent" | "cwd" | "for" | "tool" | "action" | "input" | "detail" | "missing" | "risk">
  > {
  /** The row that asks: a sub-agent's own where a sub-agent does. */
  readonly sessionId: string;
  /** The folder that the session began in, where it is known: `cwd` is the one of this call. */
  readonly workspace?: string;
  /** What happens where no interceptor says anything: it runs without a person, or a person is asked. */
  readonly would: "allow" | "ask";
}

/** `ask`: only a person may allow it. `note`: shown with the request and kept with the approval. */
export type InterceptVerdict =
  | { readonly decision: "deny" | "ask"; readonly reason: string }
  | { readonly note: string };

export interface Interceptor {
  /** As people read it: the reason of what it does begins with it. */
  readonly name: string;
  /** Those of a higher one are called first, and their words stand first. */
  readonly priority: number;
  /**
   * Undefined: it has nothing to say. What it throws, a verdict of another form, and none in time make a person be asked.
   * What it throws as a ConsoleError, as that it is not there, is told them.
   *
   * @param signal fires when no verdict counts any more: the time is over, another has denied it, or nobody waits for it
   */
  intercept(request: InterceptedRequest, signal: AbortSignal): Promise<InterceptVerdict | undefined>;
}

export class Interceptors {
  #all: readonly Interceptor[] = [];

  /** @returns takes it away; a second call does nothing */
  add(interceptor: Interceptor): () => void {
    const own = { ...interceptor, intercept: interceptor.intercept.bind(interceptor) };
    const later = this.#all.findIndex(({ priority }) => priority < own.priority);
    const at = later < 0 ? this.#all.length : later;
    this.#all = [...this.#all.slice(0, at), own, ...this.#all.slice(at)];
    return () => void (this.#all = this.#all.filter((one) => one !== own));
  }

  /** False for nearly everybody: then approvals go their way as if there were no such thing. */
  get isAny(): boolean {
    return this.#all.length > 0;
  }

  /** Those of a higher priority first. */
  get present(): readonly Interceptor[] {
    return this.#all;
  }
}
