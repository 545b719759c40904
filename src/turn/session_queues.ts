/** One thing at a time in each session: what comes later waits for the end of what came before. */

export class SessionQueues {
  /** By session: resolves at the end of the last that was given. */
  readonly #last = new Map<string, Promise<void>>();

  /** Does `work`, which never rejects, once all that was given for the session before is done. */
  after(sessionId: string, work: () => Promise<void>): Promise<void> {
    const before = this.#last.get(sessionId);
    const done = before === undefined ? work() : before.then(work);
    this.#keep(sessionId, done);
    return done;
  }

  /** Something goes on in a session that nobody could name before. */
  occupy(sessionId: string, until: Promise<void>): void {
    this.#keep(sessionId, until);
  }

  #keep(sessionId: string, done: Promise<void>): void {
    this.#last.set(sessionId, done);
    void done.then(() => {
      if (this.#last.get(sessionId) === done) this.#last.delete(sessionId);
    });
  }
}
