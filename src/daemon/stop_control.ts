/** Who wants the daemon to stop says so here; the first one counts. */
import type { StopRequest } from "../core/service.ts";

export class StopControl {
  #requested = Promise.withResolvers<StopRequest>();
  #isStopping = false;
  #onStopping: () => void = () => {};

  /** Resolves with the first request. */
  get requested(): Promise<StopRequest> {
    return this.#requested.promise;
  }

  get isStopping(): boolean {
    return this.#isStopping;
  }

  /** `action` runs at once with the first request, before anything else is served. */
  set onStopping(action: () => void) {
    this.#onStopping = action;
  }

  request(request: StopRequest): void {
    if (this.#isStopping) return;
    this.#isStopping = true;
    this.#onStopping();
    this.#requested.resolve(request);
  }
}
