/**
 * TLS of a server over a TCP socket of ours, by Node's layer. Deno's own TLS cannot be closed before the handshake: the
 * descriptor stays open until the other side leaves (measured), so that whoever connects and is silent takes them all.
 */
import type { Duplex } from "node:stream";
import type { SecureContext, TLSSocket } from "node:tls";
import type { TcpSocket } from "./tcp.ts";

interface Builtin {
  (name: "node:crypto"): typeof import("node:crypto");
  (name: "node:tls"): typeof import("node:tls");
  (name: "node:stream"): typeof import("node:stream");
}

/** Loads Node's layer, which only who listens in the network needs. */
function builtin(): Builtin {
  const { process } = globalThis as unknown as { process: { getBuiltinModule: Builtin } };
  return process.getBuiltinModule;
}

const READ_BYTES = 16_384;
const NOTHING = new Uint8Array(0);

/** @returns what makes TLS of a socket. @throws what is wrong with the PEM texts */
export function tlsOf(pem: { readonly cert: string; readonly key: string }): (socket: TcpSocket) => TcpSocket {
  check(pem);
  const secureContext = builtin()("node:tls").createSecureContext({ ...pem, minVersion: "TLSv1.2" });
  return (socket) => new ServerTls(socket, secureContext);
}

/** Node's layer looks at them with the first handshake only. */
function check({ cert, key }: { readonly cert: string; readonly key: string }): void {
  const { createPrivateKey, X509Certificate } = builtin()("node:crypto");
  let isPair;
  try {
    isPair = new X509Certificate(cert).checkPrivateKey(createPrivateKey(key));
  } catch (error) {
    throw new TypeError("the certificate or its key is not PEM", { cause: error });
  }
  if (!isPair) throw new TypeError("the key is not that of the certificate");
}

class ServerTls implements TcpSocket {
  readonly peer: string;
  #tcp: TcpSocket;
  #bytes: Duplex;
  #tls: TLSSocket;
  #rest: Uint8Array = NOTHING;
  #state: "open" | "ended" | "closed" = "open";
  #error: unknown;
  #wake = () => {};

  constructor(socket: TcpSocket, secureContext: SecureContext) {
    this.peer = socket.peer;
    this.#tcp = socket;
    this.#bytes = streamOf(socket);
    const { TLSSocket } = builtin()("node:tls");
    this.#tls = new TLSSocket(this.#bytes, { isServer: true, secureContext });
    this.#tls.allowHalfOpen = true; // a peer that sends no more still reads
    this.#bytes.on("error", (error) => this.#fail(error));
    this.#tls.on("error", (error) => this.#fail(error));
    this.#tls.on("readable", () => this.#wake());
    this.#tls.on("end", () => this.#change("ended"));
    this.#tls.on("close", () => this.#change("closed"));
  }

  async read(buffer: Uint8Array): Promise<number | null> {
    for (;;) {
      if (this.#rest.length === 0 && this.#state === "open") this.#rest = this.#tls.read() ?? NOTHING;
      if (this.#rest.length > 0) {
        const piece = this.#rest.subarray(0, buffer.length);
        buffer.set(piece);
        this.#rest = this.#rest.subarray(piece.length);
        return piece.length;
      }
      if (this.#error !== undefined) throw this.#error;
      if (this.#state === "ended") return null;
      if (this.#state === "closed") throw new Deno.errors.BadResource("the connection was closed");
      await new Promise<void>((resolve) => this.#wake = resolve);
    }
  }

  write(bytes: Uint8Array): Promise<number> {
    return new Promise((resolve, reject) =>
      this.#tls.write(bytes, (error) => error ? reject(error) : resolve(bytes.length))
    );
  }

  closeWrite(): Promise<void> {
    return new Promise((resolve) => {
      this.#tls.once("close", () => resolve());
      this.#tls.end(() => resolve());
    });
  }

  close(): void {
    this.#change("closed");
    this.#tls.destroy();
    this.#bytes.destroy();
    this.#tcp.close();
  }

  #fail(error: unknown): void {
    this.#error ??= error;
    this.#tls.destroy();
    this.#wake();
  }

  #change(state: "ended" | "closed"): void {
    if (this.#state !== "closed") this.#state = state;
    this.#wake();
  }
}

/** The bytes of TCP as a stream of Node's. */
function streamOf(socket: TcpSocket): Duplex {
  const { Duplex } = builtin()("node:stream");
  const buffer = new Uint8Array(READ_BYTES);
  const writeAll = async (bytes: Uint8Array) => {
    for (let rest = bytes; rest.length > 0;) rest = rest.subarray(await socket.write(rest));
  };
  return new Duplex({
    allowHalfOpen: true,
    read() {
      socket.read(buffer).then(
        (count) => void this.push(count === null ? null : buffer.slice(0, count)),
        (error) => void this.destroy(error),
      );
    },
    write: (chunk: Uint8Array, _encoding, done) => void writeAll(chunk).then(() => done(), done),
    final: (done) => void socket.closeWrite().then(() => done(), done),
  });
}
