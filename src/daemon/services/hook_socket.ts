/** The socket for hooks by HTTP, in the daemon's life: bound before the start, gone with the stop, bound again where its file went. */
import { assertSafe } from "../../config/endpoint.ts";
import type { Service } from "../../core/service.ts";
import { denoFiles } from "../../platform/deno_files.ts";
import type { HomePaths } from "../../platform/home_paths.ts";
import { checkSocketObject, checkSocketPath } from "../../platform/path_safety.ts";
import { ownUid } from "../../platform/process.ts";
import type { Log } from "../../platform/system.ts";
import { HookServer, type HookServerOptions } from "../../transport/hook_server.ts";
import { listen } from "../runtime_files.ts";

export interface HookSocketOptions extends Omit<HookServerOptions, "listener"> {
  readonly paths: Pick<HomePaths, "hookSocket">;
  readonly log: Log;
}

export class HookSocket implements Service {
  readonly name = "hook socket";
  #o: HookSocketOptions;
  #server: HookServer | undefined;
  #inode: number | null | undefined;
  #served = 0;
  #isLost = false;

  constructor(options: HookSocketOptions) {
    this.#o = options;
  }

  /** Connections that have ended. */
  get served(): number {
    return this.#served + (this.#server?.served ?? 0);
  }

  /** Hooks do without it, so that nothing here keeps the daemon from its start. */
  async prepare(): Promise<void> {
    const { paths: { hookSocket }, log } = this.#o;
    try {
      assertSafe(hookSocket, checkSocketPath(hookSocket));
      assertSafe(hookSocket, checkSocketObject(denoFiles.stat(hookSocket), ownUid()));
      this.#server = new HookServer({ ...this.#o, listener: await listen(hookSocket) });
      this.#inode = denoFiles.stat(hookSocket)?.inode;
    } catch (error) {
      log.warn("no socket for hooks by HTTP: they start the program each time", { why: (error as Error).message });
    }
  }

  start(): void {
    this.#server?.serve();
  }

  /** Another file in its place is not touched: hooks look whose it is, and a socket of ours there is somebody's who may be us. */
  async tick(): Promise<void> {
    const { paths: { hookSocket }, log } = this.#o;
    if (this.#server === undefined || this.#isLost) return;
    const stat = denoFiles.stat(hookSocket);
    if (stat?.inode === this.#inode) return;
    if (stat !== undefined) {
      this.#isLost = true;
      return log.error("the socket for hooks was replaced", { hookSocket });
    }
    await this.#end();
    await this.prepare();
    this.start();
  }

  async stop(): Promise<void> {
    if (this.#isOurs()) await this.#end();
  }

  /** At once, for a process that stops without a drain. */
  removeOwn(): void {
    if (this.#isOurs()) denoFiles.remove(this.#o.paths.hookSocket);
  }

  async #end(): Promise<void> {
    const server = this.#server;
    this.#server = undefined;
    await server?.close();
    this.#served += server?.served ?? 0;
  }

  #isOurs(): boolean {
    return this.#server !== undefined && denoFiles.stat(this.#o.paths.hookSocket)?.inode === this.#inode;
  }
}
