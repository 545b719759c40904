/**
 * Whether a person is there who can decide. A client says so when it subscribes with `answers: true`; one that only
 * listens, such as a script, does not count. Hooks that block their agent wait only while somebody is there.
 */
export class Presence {
  #people = 0;
  #onLastLeft: () => void = () => {};

  get isSomeoneThere(): boolean {
    return this.#people > 0;
  }

  /** `action` runs when the last one has left. */
  set onLastLeft(action: () => void) {
    this.#onLastLeft = action;
  }

  /** @returns leaves; a second call does nothing */
  join(): () => void {
    this.#people++;
    let there = true;
    return () => {
      if (!there) return;
      there = false;
      this.#people--;
      if (this.#people === 0) this.#onLastLeft();
    };
  }
}
