/** TCP sockets over Deno's listener, plain or with TLS. */
import type { Socket } from "./sockets.ts";

export interface TcpSocket extends Socket {
  /** The address of the other end, without its port. */
  readonly peer: string;
  /** Writes no more; the other end reads an end behind what was written. @throws the OS error where it is gone */
  closeWrite(): Promise<void>;
}

export interface TcpListener {
  /** With TLS the handshake comes later: the first read waits for it, and a close ends it. @throws BadResource after close; a plain Error where descriptors are short */
  accept(): Promise<TcpSocket>;
  close(): void;
}

export interface TcpOptions {
  /** A literal address. */
  readonly host: string;
  readonly port: number;
  /** Makes TLS of each socket (tls_socket.ts). */
  readonly tls?: (socket: TcpSocket) => TcpSocket;
}

/** @throws AddrInUse, AddrNotAvailable, NotCapable */
export function listenTcp({ host: hostname, port, tls = (socket) => socket }: TcpOptions): TcpListener {
  const listener = Deno.listen({ hostname, port });
  return {
    accept: async () => tls(socketOf(await listener.accept())),
    close: () => listener.close(),
  };
}

function socketOf(conn: Deno.TcpConn): TcpSocket {
  const { remoteAddr } = conn;
  return {
    peer: "hostname" in remoteAddr ? remoteAddr.hostname : "",
    read: (buffer) => conn.read(buffer),
    write: (bytes) => conn.write(bytes),
    closeWrite: () => conn.closeWrite(),
    close: () => conn.close(),
  };
}

/** True where another program listens at that address. */
export function isAddressInUse(error: unknown): boolean {
  return error instanceof Deno.errors.AddrInUse;
}
