/** A WebSocket over a unix socket, for text frames. */
export interface WebSocketEvents {
  readonly onOpen: () => void;
  readonly onText: (text: string) => void;
  /** Once, also where it never opened. */
  readonly onClose: () => void;
}

export interface TextSocket {
  /** Dropped where the socket is not open any more: {@link WebSocketEvents.onClose} reports it. */
  send(text: string): void;
  /** Given to `send` and not yet to the system, bytes. */
  readonly bufferedBytes: number;
  close(): void;
}

/**
 * @param host what the URL names; the unix socket at `path` is dialled whatever it is
 * @throws NotCapable where the sandbox lacks the socket or the host
 */
export function dialWebSocket(path: string, host: string, events: WebSocketEvents): TextSocket {
  const client = Deno.createHttpClient({ proxy: { transport: "unix", path } });
  const socket = new WebSocket(`ws://${host}/`, { client });
  socket.onopen = () => events.onOpen();
  socket.onmessage = ({ data }) => {
    if (typeof data === "string") events.onText(data);
  };
  // An error is always followed by a close.
  socket.onerror = (event) => event.preventDefault();
  socket.onclose = () => {
    client.close();
    events.onClose();
  };
  return {
    send: (text) => {
      if (socket.readyState === WebSocket.OPEN) socket.send(text);
    },
    get bufferedBytes() {
      return socket.bufferedAmount;
    },
    close: () => socket.close(),
  };
}
