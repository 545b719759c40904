/** The open approvals as they are at this moment, for a window that answers them one after the other. */
import { follow } from "../client/follow.ts";
import type { Approval } from "../domain/approval.ts";
import type { SessionView } from "../domain/query.ts";
import { LiveState } from "../view/live_state.ts";
import type { CommandContext } from "./context.ts";

export class LiveInbox implements Disposable {
  readonly #state = new LiveState();
  readonly #closing = new AbortController();
  #isLoaded = false;
  #failure: unknown;
  #changed = Promise.withResolvers<void>();
  /** Why there is no connection now. */
  lost: string | undefined;

  private constructor(run: CommandContext) {
    const signal = AbortSignal.any([run.signal, this.#closing.signal]);
    this.#follow(run, signal).catch((error) => {
      this.#failure = error;
      this.#wake();
    });
  }

  /** Waits for the first picture. It counts as a window: agents that show no dialog of their own wait for it. */
  static async open(run: CommandContext): Promise<LiveInbox> {
    const inbox = new LiveInbox(run);
    try {
      while (!inbox.#isLoaded) {
        run.signal.throwIfAborted();
        await inbox.changed();
      }
      return inbox;
    } catch (error) {
      inbox[Symbol.dispose]();
      throw error;
    }
  }

  /** Oldest first. */
  get open(): readonly Approval[] {
    return this.#state.approvals;
  }

  get sessions(): readonly SessionView[] {
    return this.#state.sessions;
  }

  /** As last heard of; undefined where nothing was heard of its end. */
  get(id: string): Approval | undefined {
    return this.#state.approval(id);
  }

  isOpen(id: string): boolean {
    return this.#state.approval(id)?.status === "pending";
  }

  /** Resolves at the next change. @throws {ConsoleError} what no reconnect would cure */
  async changed(): Promise<void> {
    if (this.#failure === undefined) await this.#changed.promise;
    if (this.#failure !== undefined) throw this.#failure;
  }

  [Symbol.dispose](): void {
    this.#closing.abort();
  }

  async #follow({ context }: CommandContext, signal: AbortSignal): Promise<void> {
    for await (const one of follow({ context, signal, answers: true })) {
      this.lost = one.kind === "disconnected" ? one.reason : undefined;
      if (one.kind === "event") this.#state.event(one.event);
      if (one.kind === "snapshot") {
        this.#state.snapshot(one);
        this.#isLoaded = true;
      }
      this.#wake();
    }
    this.#wake();
  }

  #wake(): void {
    const { resolve } = this.#changed;
    this.#changed = Promise.withResolvers();
    resolve();
  }
}
