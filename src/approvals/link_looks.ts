/**
 * How many looks at links run at once: each is a process, and any client may cause them. Who comes when too many wait, or
 * waits for too long, learns nothing; then the call is asked.
 */
/** The real path of each, or undefined where one is not known (platform/links.ts). */
export type ResolveLinks = (paths: readonly string[]) => Promise<readonly string[] | undefined>;

/** More would not be faster: a look takes 2 ms, most of it the start of the process. */
const AT_ONCE = 4;
/** Thirty busy agents have some at a time. */
const WAITING = 64;
/** A look that hangs takes as long, and a hook does not wait for much longer. */
const WAIT_MS = 1000;

interface Waiting {
  readonly since: number;
  readonly go: (mayLook: boolean) => void;
}

export class LinkLooks {
  #resolve: ResolveLinks;
  #steady: () => number;
  #running = 0;
  #line: Waiting[] = [];

  /** @param steady milliseconds that never go back */
  constructor(resolve: ResolveLinks, steady: () => number) {
    this.#resolve = resolve;
    this.#steady = steady;
  }

  /** Undefined at once, and not as a promise, where there are too many: whoever asks goes on in its own turn. */
  look(paths: readonly string[]): ReturnType<ResolveLinks> | undefined {
    if (this.#running < AT_ONCE) return this.#run(paths);
    if (this.#line.length >= WAITING) return undefined;
    const turn = new Promise<boolean>((go) => this.#line.push({ since: this.#steady(), go }));
    return turn.then((mayLook) => mayLook ? this.#run(paths) : undefined);
  }

  async #run(paths: readonly string[]): Promise<readonly string[] | undefined> {
    this.#running++;
    try {
      return await this.#resolve(paths);
    } finally {
      this.#running--;
      this.#next();
    }
  }

  /** The end of each look begins one more. */
  #next(): void {
    for (let next = this.#line.shift(); next !== undefined; next = this.#line.shift()) {
      const isInTime = this.#steady() - next.since < WAIT_MS;
      next.go(isInTime);
      if (isInTime) return;
    }
  }
}
