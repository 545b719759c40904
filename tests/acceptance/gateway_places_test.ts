/** G9: the places of the gateway, who has them, who gives way, and what the next one hears. */
import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { GatewayHome, parseReply, upgradeText, type WebConn } from "../support/gateway.ts";
import { eventually } from "../support/harness_wait.ts";

const FOUR = { args: ["--limit", "gatewayConnections=4"] };

async function webSocket(gateway: GatewayHome, scope: "read" | "admin"): Promise<WebConn> {
  const conn = await gateway.connect();
  await conn.write(upgradeText(gateway.host, gateway.token(scope)));
  return conn;
}

Deno.test("G9 who finds no place hears 503, each of twenty; the token read does not get them all", async () => {
  await using gateway = await GatewayHome.start(FOUR);
  const held: WebConn[] = [];
  for (let at = 0; at < 3; at++) {
    held.push(await webSocket(gateway, "read"));
    await held.at(-1)!.readUntil("101 Switching");
  }
  const fourth = await webSocket(gateway, "read");
  const refused = parseReply(await fourth.readToEnd());
  assertEquals(refused.status, 503);
  assertStringIncludes(refused.body, "3 connections with the token read are open");
  fourth.close();
  held.push(await webSocket(gateway, "admin"));
  await held.at(-1)!.readUntil("101 Switching");
  for (let at = 0; at < 20; at++) {
    const reply = await gateway.get("/");
    assertEquals([reply.status, reply.body], [503, "error: all connections are taken\n"]);
  }
  for (const conn of held) conn.close();
});

Deno.test("G9 connections whose peers do not take their replies give way", async () => {
  await using gateway = await GatewayHome.start(FOUR);
  const request = `GET /page.css HTTP/1.1\r\nHost: ${gateway.host}\r\n\r\n`;
  const stalled: WebConn[] = [];
  for (let at = 0; at < 4; at++) {
    const conn = await gateway.connect();
    stalled.push(conn);
    await conn.write(request.repeat(1000));
  }
  await using client = await gateway.home.connect({ token: true });
  const requests = async () => Number((await client.request("gateway.status"))["requests"]);
  let before = -1;
  // Until nothing more is taken of any of them.
  await eventually(async () => before === (before = await requests()), 20_000, "all to stall", 600);
  assertEquals((await gateway.get("/healthz", gateway.bearer("read"))).status, 200);
  assert(before < 4000, "they had asked for more");
  for (const conn of stalled) conn.close();
});

Deno.test("G9 a head that does not come in time is in the log and in the numbers; an idle connection that had its reply is not", async () => {
  await using gateway = await GatewayHome.start({ args: ["--limit", "gatewayHeadMs=1500"] });
  const request = `GET / HTTP/1.1\r\nHost: ${gateway.host}\r\n\r\n`;
  await Promise.all([request, "GET / HT", `${request}GET`].map(async (text) => {
    using conn = await gateway.connect();
    await conn.write(text);
    await conn.readToEnd();
  }));
  await using client = await gateway.home.connect({ token: true });
  assertEquals((await client.request("gateway.status"))["refused"], { 408: 2 });
  assertStringIncludes(gateway.log(), "no request came in time");
});

Deno.test("G2 other versions of HTTP are one kind of refusal in the log; the answer to HEAD has no body", async () => {
  await using gateway = await GatewayHome.start();
  for (const version of ["1.0", "1.2", "2.0", "3.0"]) {
    const { status } = await gateway.raw(`GET / HTTP/${version}\r\nHost: ${gateway.host}\r\n\r\n`);
    assertEquals(status, 400);
  }
  assertEquals(gateway.log().split("only HTTP/1.1 is spoken here").length, 2);
  const head = await gateway.get("/", {}, "HEAD /");
  assertEquals([head.status, head.body], [405, ""]);
});

Deno.test("G5 an escaped name of a token in an address is refused, too; a subprotocol holds a token at /ws only", async () => {
  await using gateway = await GatewayHome.start();
  const secret = gateway.token("read");
  assertEquals((await gateway.get(`/healthz?%74o%6Ben=${secret}`, gateway.bearer("read"))).status, 400);
  const offered = { "Sec-WebSocket-Protocol": `agent-console.v1, bearer.${secret}` };
  for (const path of ["/events", "/healthz", "/metrics"]) assertEquals((await gateway.get(path, offered)).status, 401);
});
