/**
 * How many looks at links run at once: each is a process, and any client may cause them. Who comes when too many wait, or
 * waits for too long, learns nothing; then the call is asked.
 */
import { setTimer } from "../platform/clock.ts";

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
  /** Leaves the line. */
  readonly go: (mayLook: boolean) => void;
}

export class LinkLooks {
  #resolve: ResolveLinks;
  #steady: () => number;
  #after: typeof setTimer;
  /** Places that are taken; one that is handed on stays taken, or who comes meanwhile would take it too. */
  #taken = 0;
  #line = new Set<Waiting>();

  /** @param steady milliseconds that never go back */
  constructor(resolve: ResolveLinks, steady: () => number, after: typeof setTimer = setTimer) {
    this.#resolve = resolve;
    this.#steady = steady;
    this.#after = after;
  }

  /** Undefined at once, and not as a promise, where there are too many: whoever asks goes on in its own turn. */
  look(paths: readonly string[]): ReturnType<ResolveLinks> | undefined {
    if (this.#taken < AT_ONCE) {
      this.#taken++;
      return this.#run(paths);
    }
    if (this.#line.size >= WAITING) return undefined;
    return this.#turn().then((mayLook) => mayLook ? this.#run(paths) : undefined);
  }

  /** A place, or none within the time. */
  #turn(): Promise<boolean> {
    return new Promise((resolve) => {
      const waiting: Waiting = {
        since: this.#steady(),
        go: (mayLook) => {
          this.#line.delete(waiting);
          callOff();
          resolve(mayLook);
        },
      };
      this.#line.add(waiting);
      const callOff = this.#after(WAIT_MS, () => waiting.go(false));
    });
  }

  /** In a place that is taken already. */
  async #run(paths: readonly string[]): Promise<readonly string[] | undefined> {
    try {
      return await this.#resolve(paths);
    } finally {
      this.#next();
    }
  }

  /** Hands the place on, or gives it back. Where the process was busy the timer of one whose time is over may be late. */
  #next(): void {
    for (const waiting of this.#line) {
      const isInTime = this.#steady() - waiting.since < WAIT_MS;
      waiting.go(isInTime);
      if (isInTime) return;
    }
    this.#taken--;
  }
}
