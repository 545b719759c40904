/**
 * A unix socket that the service manager listens on and hands to us, sd_listen_fds(3): behind the port of sockets.ts.
 * Deno's own listener takes no descriptor, Node's does, and needs no permission of the net for it. It stays the manager's:
 * whoever connects while no daemon runs waits in it for the next one. At most 512 can (measured): Node's own length of that
 * line, whatever it is told.
 *
 * Nothing in a sandbox can set close-on-exec: a program that the daemon starts would have it open, and could take clients
 * from it. So it is our stdin, which no program gets: each has another file there (process.ts). Node's way to start one can
 * put a pipe over descriptor 3, but gives each program that pipe and a variable more, and has to read one of ours (tried).
 */
import { closeSync, openSync } from "node:fs";
import { createServer, type Server, type Socket as NodeSocket } from "node:net";
import { keepStdin } from "./process.ts";
import type { Listener, Socket } from "./sockets.ts";

/**
 * @param fd our stdin, or a socket that is taken only to refuse who waits in it
 * @param place a file or folder that we may read: it is opened where the socket was, once that is closed
 * @throws the OS error where the descriptor is no socket that listens; an Error where it is one of the network: whoever
 * started us says which it is, and our clients are this user's alone
 */
export async function activatedListener(fd: number, place?: string): Promise<Listener> {
  if (fd === STDIN) keepStdin();
  const server = createServer({ pauseOnConnect: true, allowHalfOpen: true });
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  server.once("error", reject);
  server.listen({ fd }, resolve);
  await promise;
  // A unix socket that came as a descriptor has no address here; one of TCP has.
  if (server.address() !== null) {
    server.close();
    throw new Error("it is a socket of the network, not a unix socket");
  }
  return new ActivatedListener(server, fd === STDIN ? place : undefined);
}

const STDIN = 0;

/**
 * Node accepts without being asked, so this is the line that the kernel keeps for our own listener. It must not grow until
 * descriptors are short: in 2.9.6 Node's loop says nothing then, and accepts no more (tried). Of descriptors the unit's
 * daemon has as many as the system's hard limit allows, for Deno raises its own.
 */
const MOST_WAITING = 256;

class ActivatedListener implements Listener {
  readonly isActivated = true;
  readonly #server: Server;
  /** Those that came before they were asked for; or who asks, before one came. */
  #came: NodeSocket[] = [];
  #asked: PromiseWithResolvers<Socket> | undefined;
  #problem: unknown;
  #place: string | undefined;

  constructor(server: Server, place: string | undefined) {
    this.#server = server;
    this.#place = place;
    server.on("connection", (socket) => {
      if (this.#came.length < MOST_WAITING) this.#came.push(socket);
      else socket.destroy();
      this.#next();
    });
    server.on("error", (error) => {
      this.#problem = error;
      this.#next();
    });
  }

  accept(): Promise<Socket> {
    this.#asked = Promise.withResolvers<Socket>();
    const { promise } = this.#asked;
    this.#next();
    return promise;
  }

  close(): void {
    this.#server.close(); // at once
    this.#fillPlace();
    for (const socket of this.#came.splice(0)) socket.destroy();
    this.#problem = new Deno.errors.BadResource("the listener is closed");
    this.#next();
  }

  /**
   * The next file that we open would be our stdin: a program that is started with it as its own, in a session of its own,
   * has none at all (tried in 2.9.6).
   */
  #fillPlace(): void {
    if (this.#place === undefined) return;
    try {
      const fd = openSync(this.#place, "r");
      if (fd !== STDIN) closeSync(fd); // another thread was faster: then its file is there
    } catch {
      // No such file, or too many are open.
    }
    this.#place = undefined;
  }

  #next(): void {
    if (this.#asked === undefined) return;
    const socket = this.#came.shift();
    if (socket !== undefined) this.#asked.resolve(new ActivatedConnection(socket));
    else if (this.#problem !== undefined) this.#asked.reject(this.#problem);
    else return;
    if (socket === undefined && !(this.#problem instanceof Deno.errors.BadResource)) this.#problem = undefined;
    this.#asked = undefined;
  }
}

class ActivatedConnection implements Socket {
  readonly #socket: NodeSocket;
  #rest: Uint8Array = new Uint8Array(0);
  #isOver = false;
  #problem: Error | undefined;
  #wake: () => void = () => {};

  constructor(socket: NodeSocket) {
    this.#socket = socket;
    socket.on("readable", () => this.#wake());
    socket.on("end", () => this.#end());
    socket.on("close", () => this.#end());
    socket.on("error", (error) => {
      this.#problem = error;
      this.#end();
    });
  }

  async read(buffer: Uint8Array): Promise<number | null> {
    while (this.#rest.length === 0) {
      const chunk = this.#socket.read() as Uint8Array | null;
      if (chunk !== null) this.#rest = chunk;
      else if (this.#problem !== undefined) throw this.#problem;
      else if (this.#isOver) return null;
      else await new Promise<void>((resolve) => this.#wake = resolve);
    }
    const part = this.#rest.subarray(0, buffer.length);
    buffer.set(part);
    this.#rest = this.#rest.subarray(part.length);
    return part.length;
  }

  write(bytes: Uint8Array): Promise<number> {
    return new Promise((resolve, reject) => {
      this.#socket.write(bytes, (error) => error ? reject(error) : resolve(bytes.length));
    });
  }

  close(): void {
    this.#problem ??= new Deno.errors.BadResource("the socket is closed");
    this.#socket.destroy();
    this.#wake();
  }

  unref(): void {
    this.#socket.unref();
  }

  #end(): void {
    this.#isOver = true;
    this.#wake();
  }
}
