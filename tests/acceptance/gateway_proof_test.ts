/** How the gateway proves to a page, or to another client, that it is the one whose token that has. */
import { createHmac } from "node:crypto";
import { assertEquals } from "@std/assert";
import { GatewayHome, type TokenScope } from "../support/gateway.ts";

Deno.test("G11 the gateway proves its tokens to whoever asks, for its own Host and nonce alone", async () => {
  await using gateway = await GatewayHome.start();
  const nonce = "ab".repeat(32);
  const proofs = async (path: string, host = gateway.host) => {
    const { status, body } = await gateway.get(path, { Host: host });
    return { status, proofs: status === 200 ? (JSON.parse(body) as { proofs: string[] }).proofs : [] };
  };
  const { proofs: given } = await proofs(`/proof?nonce=${nonce}`);
  // As a client would that has none of our code: RFC 2104 by node:crypto.
  const mac = (scope: TokenScope, host: string) =>
    createHmac("sha256", gateway.token(scope)).update(`agent-console-proof-1\n${host}\n${nonce}`).digest("hex");
  const own = (["read", "approve", "admin"] as const).map((scope) => mac(scope, gateway.host));
  assertEquals(given, own.sort());
  const local = await proofs(`/proof?nonce=${nonce}`, `LOCALHOST:${gateway.port}`);
  assertEquals(local.proofs.includes(mac("read", `localhost:${gateway.port}`)), true);
  assertEquals(local.proofs.some((one) => given.includes(one)), false);
  for (
    const bad of ["/proof", "/proof?nonce=", `/proof?nonce=${nonce.slice(2)}`, `/proof?nonce=${nonce.toUpperCase()}`]
  ) {
    assertEquals((await proofs(bad)).status, 400, bad);
  }
  assertEquals((await proofs(`/proof?nonce=${nonce}`, `evil.example:${gateway.port}`)).status, 403);
});
