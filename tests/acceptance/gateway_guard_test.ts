/** G2 to G6 and G10: who gets in at the gateway, asked byte by byte over TCP. */
import { createHmac } from "node:crypto";
import { assert, assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { GatewayHome, parseReply, type TokenScope, upgradeText } from "../support/gateway.ts";

Deno.test("G2 another Host, none, a wrong port, a name that only looks like ours, an absolute URI unlike Host, and HTTP/1.0 get 403", async () => {
  await using gateway = await GatewayHome.start({ config: { allowed_origins: ["https://laptop.example.ts.net"] } });
  const { port } = gateway;
  const token = `Authorization: Bearer ${gateway.token("admin")}\r\n`;
  const ask = async (first: string, host: string | undefined) =>
    (await gateway.raw(`${first}\r\n${host === undefined ? "" : `Host: ${host}\r\n`}${token}Connection: close\r\n\r\n`))
      .status;
  const good = [
    `127.0.0.1:${port}`,
    `localhost:${port}`,
    `[::1]:${port}`,
    `LOCALHOST:${port}`,
    "laptop.example.ts.net",
  ];
  for (const host of good) assertEquals(await ask("GET /healthz HTTP/1.1", host), 200, host);
  const bad = [
    undefined,
    "",
    "127.0.0.1",
    "localhost",
    `127.0.0.1:${port + 1}`,
    `127.evil.com:${port}`,
    `127.0.0.1.evil.com:${port}`,
    `127.0.0.1:${port}.evil.com`,
    `evil.com:${port}`,
    "evil.com",
    `127.0.0.2:${port}`,
    `0.0.0.0:${port}`,
    `2130706433:${port}`,
    `user@127.0.0.1:${port}`,
    `laptop.example.ts.net:${port}`,
    "sub.laptop.example.ts.net",
  ];
  for (const host of bad) assertEquals(await ask("GET /healthz HTTP/1.1", host), 403, host);
  const own = `127.0.0.1:${port}`;
  assertEquals(await ask(`GET http://${own}/healthz HTTP/1.1`, own), 200);
  assertEquals(await ask("GET http://evil.com/healthz HTTP/1.1", own), 403);
  assertEquals(await ask(`GET http://${own}/healthz HTTP/1.1`, "evil.com"), 403);
  assertEquals(await ask(`GET http://${own}@evil.com/healthz HTTP/1.1`, own), 403);
  assertEquals(await ask("GET /healthz HTTP/1.0", own), 403);
  assertEquals((await gateway.raw("GET /\r\n\r\n")).status, 400, "HTTP/0.9");
  const twice = await gateway.raw(`GET / HTTP/1.1\r\nHost: ${own}\r\nHost: evil.com\r\n\r\n`);
  assertEquals(twice.status, 400);
  const upgrade = await gateway.raw(upgradeText("evil.com", gateway.token("admin")));
  assertEquals(upgrade.status, 403, "before any upgrade");
  const folded = await gateway.raw(`GET / HTTP/1.1\r\nX: y\r\n Host: evil.com\r\nHost: ${own}\r\n\r\n`);
  assertEquals(folded.status, 400);
});

Deno.test("G3 an Origin that is not string-equal to ours or an allowed one gets 403, also with a token", async () => {
  const allowed = "https://laptop.example.ts.net";
  await using gateway = await GatewayHome.start({ config: { allowed_origins: [allowed] } });
  const { port } = gateway;
  const own = `http://127.0.0.1:${port}`;
  const ask = async (headers: Record<string, string>) =>
    (await gateway.get("/healthz", { ...gateway.bearer("admin"), ...headers })).status;
  for (const origin of [own, `http://localhost:${port}`, `http://[::1]:${port}`, allowed]) {
    assertEquals(await ask({ Origin: origin }), 200, origin);
  }
  const bad = [
    "null",
    "",
    `http://127.0.0.1:${port + 1}`,
    "http://127.0.0.1",
    `https://127.0.0.1:${port}`,
    `${own}.evil.com`,
    `${own}/`,
    `http://evil.com:${port}`,
    `http://127.0.0.1:${port}0`,
    "https://evil.laptop.example.ts.net",
    "https://laptop.example.ts.net.evil.com",
    "http://laptop.example.ts.net",
    "HTTPS://laptop.example.ts.net",
    "*",
    `${own}, ${own}`,
  ];
  for (const origin of bad) assertEquals(await ask({ Origin: origin }), 403, origin);
  // Images and scripts come without an Origin; what the browser says of the page counts.
  for (const site of ["cross-site", "same-site"]) {
    assertEquals(
      await ask({ "Sec-Fetch-Site": site, "Sec-Fetch-Mode": "no-cors", "Sec-Fetch-Dest": "image" }),
      403,
      site,
    );
    const frame = { "Sec-Fetch-Site": site, "Sec-Fetch-Mode": "navigate", "Sec-Fetch-Dest": "iframe" };
    assertEquals(await ask(frame), 403, site);
  }
  const followed = { "Sec-Fetch-Site": "cross-site", "Sec-Fetch-Mode": "navigate", "Sec-Fetch-Dest": "document" };
  assertEquals((await gateway.get("/", followed)).status, 200, "a link that a person follows");
  const upgrade = upgradeText(gateway.host, gateway.token("admin")).replace("\r\n\r\n", "\r\nOrigin: null\r\n\r\n");
  assertEquals((await gateway.raw(upgrade)).status, 403, "before any upgrade");
});

Deno.test("G4 no, an empty, a wrong or a shortened token gets 401 on every route but the page, before any upgrade", async () => {
  await using gateway = await GatewayHome.start();
  const right = gateway.token("read");
  assertEquals((await gateway.get("/")).status, 200, "the page holds nothing of the user");
  const wrong: Record<string, string>[] = [
    {},
    { Authorization: "" },
    { Authorization: "Bearer " },
    { Authorization: right },
    { Authorization: `Basic ${right}` },
    { "Sec-WebSocket-Protocol": "agent-console.v1" },
    { "Sec-WebSocket-Protocol": "agent-console.v1, bearer." },
    { Cookie: `token=${right}` },
  ];
  for (const path of ["/ws", "/events", "/healthz", "/metrics", "/nothing", "/page.js/..", "//"]) {
    for (const headers of wrong) {
      assertEquals((await gateway.get(path, headers)).status, 401, `${path} ${JSON.stringify(headers)}`);
    }
  }
  // These count as tries: eight are fewer than the limit.
  for (const token of [right.slice(0, 63), right.slice(0, 1), `${right}0`, right.toUpperCase().replace(/\d/g, "A")]) {
    assertEquals((await gateway.get("/healthz", { Authorization: `Bearer ${token}` })).status, 401);
    const reply = await gateway.raw(upgradeText(gateway.host, token));
    assertEquals([reply.status, reply.headers.get("www-authenticate")], [401, "Bearer"]);
  }
  assertEquals((await gateway.get("/healthz", gateway.bearer("read"))).status, 200);
  assertEquals((await gateway.get("/nothing", gateway.bearer("read"))).status, 404);
  const daemonToken = { Authorization: `Bearer ${gateway.home.token()}` };
  assertEquals((await gateway.get("/healthz", daemonToken)).status, 401, "the socket's token is none of the gateway's");
});

Deno.test("G4 other methods get 405, a body 400, a head that is too long 431", async () => {
  await using gateway = await GatewayHome.start();
  for (const method of ["POST", "HEAD", "OPTIONS", "PUT", "DELETE", "CONNECT", "TRACE"]) {
    const { status, headers } = await gateway.get("/healthz", gateway.bearer("admin"), `${method} /healthz`);
    assertEquals([status, headers.get("allow")], [405, "GET"], method);
  }
  for (const body of [{ "Content-Length": "5" }, { "Transfer-Encoding": "chunked" }]) {
    assertEquals((await gateway.get("/healthz", { ...gateway.bearer("admin"), ...body })).status, 400);
  }
  assertEquals((await gateway.get("/", { X: "x".repeat(17_000) })).status, 431);
  assertEquals((await gateway.get("/", { X: "x".repeat(15_000) })).status, 200);
});

Deno.test("G5 a token in an address gets 400, and no token is ever in the log, an error or an echoed subprotocol", async () => {
  await using gateway = await GatewayHome.start();
  const token = gateway.token("admin");
  for (const query of ["token=", "access_token=", "x=1&token="]) {
    const reply = await gateway.get(`/?${query}${token}`);
    assertEquals(reply.status, 400, query);
    assertEquals(reply.body.includes(token), false);
    assertEquals((await gateway.get(`/ws?${query}${token}`, gateway.bearer("admin"))).status, 400);
  }
  await gateway.get("/healthz", { Authorization: `Bearer ${"0".repeat(64)}` });
  await gateway.get("/healthz", { Authorization: `Bearer ${token}`, Origin: `http://${token}` });
  await gateway.get("/healthz", { Authorization: `Bearer ${token}`, Host: `${token}.example` });
  const client = await gateway.socket("admin");
  assertEquals(client.protocol, "agent-console.v1");
  const dump = JSON.stringify(await client.request("dump"));
  const refused = await client.call("session.get", { sessionId: "none" });
  await client.close();
  const upgraded = await gateway.connect();
  await upgraded.write(upgradeText(gateway.host, token));
  const head = await upgraded.readUntil("\r\n\r\n");
  upgraded.close();
  assertMatch(head, /^HTTP\/1\.1 101 /);
  assertMatch(head, /\r\nSec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK\+xOo=\r\n/);
  await gateway.home.stop();
  const tokens = (["read", "approve", "admin"] as const).map((scope) => gateway.token(scope));
  const kept = [...gateway.home.files()].filter(([path]) => !path.endsWith("/gateway.tokens"));
  for (const secret of tokens) {
    for (const [path, text] of kept) assertEquals(text.includes(secret), false, path);
    for (const text of [dump, head, JSON.stringify(refused)]) assertEquals(text.includes(secret), false);
  }
});

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
    createHmac("sha256", gateway.token(scope)).update(`agent-console gateway proof\n${host}\n${nonce}`).digest("hex");
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

Deno.test("G6 eleven wrong tokens get 429 for a minute, this machine's too; who is connected stays", async () => {
  await using gateway = await GatewayHome.start();
  await using client = await gateway.socket("read");
  const wrong = { Authorization: `Bearer ${"1".repeat(64)}` };
  for (let at = 0; at < 10; at++) assertEquals((await gateway.get("/healthz", wrong)).status, 401);
  const eleventh = await gateway.get("/healthz", wrong);
  assertEquals(eleventh.status, 429);
  const wait = Number(eleventh.headers.get("retry-after"));
  assert(wait > 50 && wait <= 60, `${wait} s`);
  assertEquals((await gateway.get("/healthz", gateway.bearer("read"))).status, 429, "else guessing would go on");
  assertEquals((await gateway.raw(upgradeText(gateway.host, gateway.token("admin")))).status, 429);
  assertEquals((await gateway.get("/")).status, 200);
  assertEquals((await client.request("ping"))["pong"], true);
  const lines = gateway.log().split("\n").filter((line) => line.includes("refused a request"));
  assertEquals(lines.length, 2, "one line for each kind of refusal in a minute, however many there are");
  assertEquals(lines.every((line) => /"status":(401|429)/.test(line) && line.includes('"from":"127.0.0.1"')), true);
});

Deno.test("G3 G4 a wrong Host, Origin and token have a line each in the log, with what a person needs to mend it", async () => {
  await using gateway = await GatewayHome.start();
  await gateway.get("/healthz", { Host: "box.example:1" });
  await gateway.get("/healthz", { Origin: "https://page.example\x01\u202e" });
  await gateway.get("/healthz", { Origin: "https://page.example" });
  await gateway.get("/healthz", { Authorization: `Bearer ${"2".repeat(64)}` });
  const lines = gateway.log().split("\n").filter((line) => line.includes("refused a request")).map((line) =>
    JSON.parse(line)
  );
  const told = lines.map(({ status, why, said }) => [status, why, said]);
  assertEquals(told, [
    [403, "the Host is not this gateway", "box.example:1"],
    [400, "this is no request of HTTP/1.1", undefined],
    [403, "the request comes from a page of another origin", "https://page.example"],
    [401, "the token is wrong", undefined],
  ]);
});

Deno.test("G10 every reply has what protects a browser, and none lets another origin read or sets a cookie", async () => {
  await using gateway = await GatewayHome.start();
  const replies = [
    await gateway.get("/"),
    await gateway.get("/healthz", gateway.bearer("read")),
    await gateway.get("/healthz"),
    await gateway.get("/nothing", gateway.bearer("read")),
    await gateway.get("/healthz", { Origin: "http://evil.com" }),
    await gateway.get("/ws", gateway.bearer("read")),
    await gateway.get("/", {}, "POST /"),
    await gateway.raw("nonsense\r\n\r\n"),
  ];
  using events = await gateway.connect();
  const asked = `GET /events HTTP/1.1\r\nHost: ${gateway.host}\r\nAuthorization: Bearer ${
    gateway.token("read")
  }\r\n\r\n`;
  await events.write(asked);
  using socket = await gateway.connect();
  await socket.write(upgradeText(gateway.host, gateway.token("read")));
  replies.push(parseReply(await events.readUntil("\r\n\r\n")), parseReply(await socket.readUntil("\r\n\r\n")));
  assertEquals(replies.map(({ status }) => status), [200, 200, 401, 404, 403, 426, 405, 400, 200, 101]);
  for (const { status, headers } of replies) {
    assertEquals(headers.get("x-content-type-options"), "nosniff", String(status));
    assertEquals(headers.get("x-frame-options"), "DENY");
    assertEquals(headers.get("referrer-policy"), "no-referrer");
    assertEquals(headers.get("cross-origin-opener-policy"), "same-origin");
    assertEquals(headers.get("cross-origin-resource-policy"), "same-origin");
    assertEquals(headers.get("cache-control"), "no-store");
    const policy = headers.get("content-security-policy") ?? "";
    for (const part of ["default-src 'none'", "script-src 'self'", "frame-ancestors 'none'", "base-uri 'none'"]) {
      assertStringIncludes(policy, part);
    }
    assertEquals(/unsafe|\*/.test(policy), false);
    const names = [...headers.keys()];
    assertEquals(names.some((name) => name.startsWith("access-control-") || name === "set-cookie"), false);
  }
});
