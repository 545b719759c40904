/** systemd's protocol for services, sd_notify(3): datagrams to the socket that NOTIFY_SOCKET names. */
import { denoFiles } from "./deno_files.ts";

export interface NotifySocket {
  /** In the order of the calls. @throws the OS error */
  send(text: string): Promise<void>;
  close(): void;
}

/**
 * @param own where it binds: Deno sends from a named socket only. The name goes at once, nobody replies to it
 * @throws the OS error; NotCapable where the sandbox was made for another socket
 */
export function openNotifySocket(target: string, own: string): NotifySocket {
  denoFiles.remove(own);
  const socket = Deno.listenDatagram({ transport: "unixpacket", path: own });
  denoFiles.remove(own);
  let last: Promise<unknown> = Promise.resolve();
  return {
    send: async (text) => {
      const sent = last.then(() =>
        socket.send(new TextEncoder().encode(text), { transport: "unixpacket", path: target })
      );
      last = sent.catch(() => {});
      await sent;
    },
    close: () => socket.close(),
  };
}

/**
 * Not before this instant by CLOCK_MONOTONIC, microseconds. Of the clocks since boot Deno tells one, in whole seconds and
 * with the time asleep: the next second is never too early, and the manager only compares it with the begin of the reload.
 */
export function monotonicUsec(): number {
  return (Math.floor(Deno.osUptime()) + 1) * 1_000_000;
}
