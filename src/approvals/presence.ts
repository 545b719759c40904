/**
 * Whether a person is there who can answer. A client says so when it subscribes with `answers: true`; one that only
 * listens, such as a script, does not count. Agents whose hooks block them are held only while somebody is there.
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

  /** @returns leaves again; a second call does nothing */
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
