/** L7 at the gateway: changed requests of HTTP, changed calls and frames of WebSocket, and random bytes. */
import { assert } from "@std/assert";
import { fuzz, FUZZ_ARGS, mutatedBytes, mutatedJson, type Next, pick, randomBytes } from "../support/fuzz.ts";
import { REQUESTS } from "../support/fuzz_corpus.ts";
import { clientFrame, GatewayHome, upgradeText } from "../support/gateway.ts";

const encoder = new TextEncoder();
const OPCODES = [0, 1, 2, 3, 8, 9, 10, 15];
const HELLO = { jsonrpc: "2.0", id: 0, method: "hello", params: { protocol: 1, kind: "web" } };
const text = (message: unknown) => clientFrame(1, encoder.encode(JSON.stringify(message)));

function frame(next: Next): Uint8Array {
  const kind = next();
  if (kind < 0.02) return randomBytes(next, 200);
  if (kind < 0.1) return clientFrame(pick(next, OPCODES), randomBytes(next, 200), undefined, next() < 0.8);
  const call = mutatedJson(next, pick(next, REQUESTS));
  if (kind < 0.9) return text(call);
  return next() < 0.5
    ? mutatedBytes(next, text(call))
    : clientFrame(1, mutatedBytes(next, encoder.encode(JSON.stringify(call))));
}

Deno.test("L7 seeded fuzz of the gateway leaves the same daemon, no bug in its log, flat memory, and a journal that verifies", async () => {
  await using gateway = await GatewayHome.start({ args: FUZZ_ARGS });
  const { home, host } = gateway;
  const token = gateway.token("admin");
  const upgrade = encoder.encode(upgradeText(host, token));
  const plain = ["/", "/healthz", "/metrics", "/events"].map((path) =>
    encoder.encode(
      `GET ${path} HTTP/1.1\r\nHost: ${host}\r\nAuthorization: Bearer ${token}\r\nOrigin: http://${host}\r\n\r\n`,
    )
  );
  let frames = 0;
  let connections = 0;
  const attack = async (next: Next) => {
    connections++;
    using conn = await gateway.connect();
    const isSocket = next() < 0.6;
    const first = isSocket ? upgrade : pick(next, plain);
    let open = await conn.write(
      next() < 0.6 ? first : next() < 0.9 ? mutatedBytes(next, first) : randomBytes(next, 2000),
    );
    const ended = conn.readToEnd(60_000).then(() => open = false);
    if (open && isSocket) open = await conn.write(text(HELLO));
    for (let at = 0; open && isSocket && at < 60; at++) {
      open = await conn.write(frame(next));
      frames++;
    }
    conn.close();
    await ended.catch(() => {});
  };
  await fuzz(home, attack, () => connections > 100 && frames > 100);
  await using client = await home.connect({ token: true });
  const { requests } = await client.request("gateway.status");
  assert(Number(requests) > 50 && frames > 100, `${requests} requests, ${frames} frames`);
});
