/** Starts the services in their order, ticks them, and stops them in the opposite order. */
import type { Log } from "../platform/system.ts";
import type { ResultOf } from "../protocol/method_schemas.ts";
import type { Service, StatusPart, StopRequest } from "../core/service.ts";

export interface SupervisorOptions {
  readonly services: readonly Service[];
  readonly log: Log;
  /** When the first tick comes after the start, and the next after each, ms. */
  readonly firstTickMs: number;
  readonly tickMs: number;
  /** Runs `action` after so many ms, unless the returned function was called before. */
  readonly after: (ms: number, action: () => void) => () => void;
  /** Lets everybody else have their turn. */
  readonly pause: () => Promise<void>;
}

/** For the part of one service, ms: `status` is asked for when something is wrong. */
const STATUS_MS = 2000;

export class Supervisor {
  #o: SupervisorOptions;
  #started: Service[] = [];
  #ticking = new Set<Service>();
  /** The one that is made now, and the one behind it. */
  #status: Promise<ResultOf<"status">> | undefined;
  #nextStatus: Promise<ResultOf<"status">> | undefined;
  #callOff: () => void = () => {};

  constructor(options: SupervisorOptions) {
    this.#o = options;
  }

  /** One that fails keeps no service from starting. */
  async prepare(): Promise<void> {
    await Promise.all(this.#o.services.map(async (service) => {
      try {
        await service.prepare?.();
      } catch (error) {
        this.#failed(service, "prepare", error);
      }
    }));
  }

  /** @throws what a service throws at its start; {@link stop} then ends those before it */
  start(): void {
    for (const service of this.#o.services) {
      this.#started.push(service);
      service.start?.();
    }
    this.#tickAfter(this.#o.firstTickMs);
  }

  /** A service that fails to stop keeps no other from stopping. */
  async stop(request: StopRequest): Promise<void> {
    this.#callOff();
    for (const service of this.#started.splice(0).reverse()) {
      try {
        await service.stop?.(request);
      } catch (error) {
        this.#failed(service, "stop", error);
      }
    }
  }

  /** Whether a service has work left; one that cannot tell may have some. */
  get isPending(): boolean {
    return this.#started.some((service) => {
      try {
        return service.isPending?.() ?? false;
      } catch (error) {
        this.#failed(service, "isPending", error);
        return true;
      }
    });
  }

  /**
   * The values are in force whatever a service makes of them: one that fails keeps no other from hearing of them.
   *
   * @returns what they say that they did
   */
  reload(): readonly string[] {
    return this.#started.flatMap((service) => {
      try {
        return service.reload?.() ?? [];
      } catch (error) {
        this.#failed(service, "reload", error);
        return [];
      }
    });
  }

  /**
   * The union of the services' parts, without those that fail or take too long. Any client may ask, as often as it likes:
   * who asks while one is made shares the next with all others, which knows of everything that was before their call.
   */
  status(): Promise<ResultOf<"status">> {
    if (this.#status === undefined) return this.#begin();
    return this.#nextStatus ??= this.#status.then(() => {
      this.#nextStatus = undefined;
      return this.#begin();
    });
  }

  #begin(): Promise<ResultOf<"status">> {
    const made = this.#union();
    this.#status = made;
    const end = () => {
      if (this.#status === made) this.#status = undefined;
    };
    void made.then(end, end);
    return made;
  }

  async #union(): Promise<ResultOf<"status">> {
    const parts = await Promise.all(this.#started.map((service) => this.#statusOf(service)));
    // Each part is checked by type, the sum is not: a test compares the whole with the schema of the method.
    return Object.assign({}, ...parts) as ResultOf<"status">;
  }

  async #statusOf(service: Service): Promise<StatusPart | undefined> {
    if (service.status === undefined) return undefined;
    const { promise: late, reject } = Promise.withResolvers<never>();
    const callOff = this.#o.after(STATUS_MS, () => reject(new Error(`not done after ${STATUS_MS} ms`)));
    try {
      return await Promise.race([service.status(), late]);
    } catch (error) {
      this.#failed(service, "status", error);
      return undefined;
    } finally {
      callOff();
    }
  }

  #tickAfter(ms: number): void {
    this.#callOff = this.#o.after(ms, () => {
      this.#tickAfter(this.#o.tickMs); // first, so that a tick that throws does not end the row
      void this.#tickAll();
    });
  }

  /** Each from a turn of its own: several of them look at all sessions. */
  async #tickAll(): Promise<void> {
    for (const service of this.#started.filter(({ tick }) => tick !== undefined)) {
      if (!this.#started.includes(service)) return; // stopped meanwhile
      void this.#tick(service);
      await this.#o.pause();
    }
  }

  async #tick(service: Service): Promise<void> {
    if (service.tick === undefined || this.#ticking.has(service)) return;
    this.#ticking.add(service);
    try {
      await service.tick();
    } catch (error) {
      this.#failed(service, "tick", error);
    } finally {
      this.#ticking.delete(service);
    }
  }

  #failed({ name }: Service, what: string, error: unknown): void {
    this.#o.log.error("a service failed", { service: name, what, error: String((error as Error)?.stack ?? error) });
  }
}
