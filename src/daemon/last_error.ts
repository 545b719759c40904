/** The last thing that went wrong, for `status`: the newest counts, and a cause that is cured is forgotten. */
import type { Log } from "../platform/system.ts";

type Cause = "bug" | "config" | "journal";

export class LastError {
  #last: { readonly cause: Cause; readonly text: string } | undefined;

  get text(): string | undefined {
    return this.#last?.text;
  }

  set(cause: Cause, text: string): void {
    this.#last = { cause, text };
  }

  /** What nobody expected; where it was is in the log. */
  bug(error: unknown, log: Pick<Log, "error">): void {
    this.set("bug", `a bug: ${String(error)}`);
    log.error("a bug", { error: String((error as Error)?.stack ?? error) });
  }

  /** A configuration that was refused is followed by one that was taken. */
  clear(cause: "config"): void {
    if (this.#last?.cause === cause) this.#last = undefined;
  }
}
