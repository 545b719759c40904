/**
 * Tells systemd how the daemon is, where that runs it: READY once it serves, a line for `systemctl status`, RELOADING,
 * STOPPING, and that it lives. The ping comes from a timer of the daemon's own event loop, which hears every client: one
 * that hangs pings no more, and is started anew.
 */
import type { Service } from "../../core/service.ts";
import type { NotifySocket } from "../../platform/notify_socket.ts";
import type { Log } from "../../platform/system.ts";

export interface SystemdNotifierOptions {
  readonly socket: NotifySocket;
  readonly watchdogMs: number | undefined;
  /** What is to be seen beside the unit's name, one line; undefined where nothing can have changed since the last call. */
  readonly line: () => Promise<string | undefined>;
  /** CLOCK_MONOTONIC, microseconds. */
  readonly monotonicUsec: () => number;
  readonly after: (ms: number, action: () => void) => () => void;
  readonly log: Pick<Log, "warn">;
}

/** systemd's advice is half of its limit; no more often than this, ms. */
const SHORTEST_PING_MS = 1000;
/** A manager that does not read keeps the other services, the journal too, from their end no longer than this, ms. */
const LAST_WORD_MS = 500;

export class SystemdNotifier implements Service {
  readonly name = "service manager";
  #o: SystemdNotifierOptions;
  #said = "";
  #callOff: () => void = () => {};
  #hasFailed = false;
  #isPinging = false;

  constructor(options: SystemdNotifierOptions) {
    this.#o = options;
  }

  start(): void {
    void this.#send("READY=1");
    this.#pingAfter();
  }

  async tick(): Promise<void> {
    const line = await this.#o.line();
    if (line === undefined || line === this.#said) return;
    this.#said = line;
    await this.#send(`STATUS=${line}`);
  }

  /**
   * Whether a reload of the configuration goes on. systemd shows it from RELOADING to READY; MONOTONIC_USEC counts only for
   * units of Type=notify-reload, which older ones do not know, so ours is none: it is said for whoever sets that.
   */
  reloading(goesOn: boolean): void {
    void this.#send(goesOn ? `RELOADING=1\nMONOTONIC_USEC=${this.#o.monotonicUsec()}` : "READY=1");
  }

  async stop(): Promise<void> {
    this.#callOff();
    const over = Promise.withResolvers<void>();
    const callOff = this.#o.after(LAST_WORD_MS, over.resolve);
    await Promise.race([this.#send("STOPPING=1\nSTATUS=stopping"), over.promise]);
    callOff();
    this.#o.socket.close();
  }

  #pingAfter(): void {
    const { watchdogMs, after } = this.#o;
    if (watchdogMs === undefined) return;
    this.#callOff = after(Math.max(watchdogMs / 2, SHORTEST_PING_MS), () => {
      this.#pingAfter();
      // Where the manager does not read, pings do not pile up.
      if (this.#isPinging) return;
      this.#isPinging = true;
      void this.#send("WATCHDOG=1").then(() => this.#isPinging = false);
    });
  }

  /** Never rejects: the daemon serves whether or not its manager hears of it. */
  async #send(text: string): Promise<void> {
    try {
      await this.#o.socket.send(text);
    } catch (error) {
      if (this.#hasFailed) return;
      this.#hasFailed = true;
      this.#o.log.warn("the service manager does not hear of us", { error: String(error) });
    }
  }
}
