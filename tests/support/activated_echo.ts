/**
 * Gives back what its clients send, on the socket that it was started with, until a client sends the line `end`: a child of
 * tests/unit/platform_activated_listener_test.ts, without any permission.
 */
import { activatedListener } from "../../src/platform/activated_listener.ts";
import type { Socket } from "../../src/platform/sockets.ts";

const listener = await activatedListener(3);

async function echo(socket: Socket): Promise<void> {
  const buffer = new Uint8Array(1000);
  for (;;) {
    const count = await socket.read(buffer);
    if (count === null) break;
    if (new TextDecoder().decode(buffer.subarray(0, count)) === "end\n") listener.close();
    for (let at = 0; at < count;) at += await socket.write(buffer.subarray(at, count));
  }
  socket.close();
}

try {
  for (;;) echo(await listener.accept()).catch(() => {}); // a client that is gone ends its own echo alone
} catch (error) {
  if (!(error instanceof Deno.errors.BadResource)) throw error;
}
