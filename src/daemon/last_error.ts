/** The last thing that went wrong, for `status`: the newest counts, and a cause that is cured is forgotten. */
export class LastError {
  #last: { readonly cause: "bug" | "config"; readonly text: string } | undefined;

  get text(): string | undefined {
    return this.#last?.text;
  }

  set(cause: "bug" | "config", text: string): void {
    this.#last = { cause, text };
  }

  /** A configuration that was refused is followed by one that was taken. */
  clear(cause: "config"): void {
    if (this.#last?.cause === cause) this.#last = undefined;
  }
}
