/** The guard of the gateway by tables, and what it is made of: heads, names, tries, links. */
import { assert, assertEquals } from "@std/assert";
import fc from "fast-check";
import { isLoopbackUrl, pageLink } from "../../src/client/gateway_link.ts";
import { guard, type GuardOptions } from "../../src/gateway/guard.ts";
import { names } from "../../src/gateway/names.ts";
import { parseWebRequest, type WebRequest } from "../../src/gateway/request.ts";
import { WrongTokens } from "../../src/gateway/wrong_tokens.ts";

const TOKEN = "a".repeat(64);
const ORIGIN = "https://laptop.example.ts.net";

const OPTIONS: GuardOptions = {
  ...names({ host: "127.0.0.1", port: 18_790, tls: false, origins: [ORIGIN] }),
  isPublic: (path) => path === "/",
  isPosted: (path) => path === "/posts",
  judge: (token) => token === TOKEN ? { kind: "known", scope: "read", token } : { kind: "unknown" },
};

interface Asked {
  readonly method?: string;
  readonly target?: string;
  readonly version?: string;
  readonly headers?: Readonly<Record<string, string | undefined>>;
}

function request({ method = "GET", target = "/ws", version = "1.1", headers = {} }: Asked): WebRequest {
  const all = { host: "127.0.0.1:18790", authorization: `Bearer ${TOKEN}`, ...headers };
  const given = Object.entries(all).filter((entry): entry is [string, string] => entry[1] !== undefined);
  return { method, target, version, headers: new Map(given) };
}

function statusOf(asked: Asked, options: Partial<GuardOptions> = {}): number {
  const verdict = guard(request(asked), { ...OPTIONS, ...options });
  return verdict.kind === "refused" ? verdict.status : 200;
}

/** What is wrong with a request, in the order in which it is found. */
const FAULTS: readonly (readonly [number, Asked])[] = [
  [403, { headers: { host: "evil.com" } }],
  [403, { target: "http://evil.com/ws" }],
  [400, { version: "1.0" }],
  [403, { headers: { origin: "null" } }],
  [405, { method: "POST" }],
  [400, { headers: { "content-length": "1" } }],
  [400, { target: "/ws?token=x" }],
  [401, { headers: { authorization: "Bearer x" } }],
];

Deno.test("G2 G3 G4 each fault of a request is found, and of two the one that is looked at first", () => {
  assertEquals(statusOf({}), 200);
  for (const [at, [status, fault]] of FAULTS.entries()) {
    assertEquals(statusOf(fault), status, JSON.stringify(fault));
    for (const [, later] of FAULTS.slice(at + 1)) {
      const both = { ...later, ...fault, headers: { ...later.headers, ...fault.headers } };
      if (later.target !== undefined && fault.target !== undefined) continue;
      assertEquals(statusOf(both), status, JSON.stringify(both));
    }
  }
});

Deno.test("G4 a known token passes as a header or a subprotocol, and of two the header counts", () => {
  const as = (authorization: string | undefined, protocols?: string) =>
    statusOf({ headers: { authorization, "sec-websocket-protocol": protocols } });
  const passes: [string | undefined, string?][] = [
    [`Bearer ${TOKEN}`],
    [`bearer   ${TOKEN}`],
    [undefined, `agent-console.v1, bearer.${TOKEN}`],
    [undefined, `bearer.${TOKEN},agent-console.v1`],
    [`Bearer ${TOKEN}`, "agent-console.v1, bearer.x"],
  ];
  for (const [authorization, protocols] of passes) assertEquals(as(authorization, protocols), 200);
  const fails: [string | undefined, string?][] = [
    [undefined],
    [""],
    ["Bearer"],
    [TOKEN],
    [`Bearer ${TOKEN} x`],
    [`Bearer x, Bearer ${TOKEN}`],
    ["Bearer x", `agent-console.v1, bearer.${TOKEN}`],
    [undefined, `agent-console.v1, Bearer.${TOKEN}`],
  ];
  for (const [authorization, protocols] of fails) assertEquals(as(authorization, protocols), 401, authorization);
});

Deno.test("G2 G3 the names of a listener: of this machine by its port, of the network by its address, of a proxy by its origin", () => {
  const lan = names({ host: "192.0.2.10", port: 18_790, tls: true, origins: [ORIGIN, "http://box.example:8080"] });
  assertEquals([...lan.hosts], ["192.0.2.10:18790", "laptop.example.ts.net", "box.example:8080"]);
  assertEquals([...lan.origins], ["https://192.0.2.10:18790", ORIGIN, "http://box.example:8080"]);
  const usual = names({ host: "::1", port: 80, tls: false, origins: [] });
  for (const host of ["[::1]", "[::1]:80", "127.0.0.1", "localhost:80"]) assert(usual.hosts.has(host), host);
  assertEquals(usual.origins.has("http://localhost"), true);
  assertEquals(usual.origins.has("http://localhost:80"), false, "browsers leave the usual port out");
});

Deno.test("G2 whatever is no request of HTTP/1.1, or names a header twice, is no request", () => {
  const parses = (text: string) => parseWebRequest(text) !== undefined;
  assert(parses("GET / HTTP/1.1\r\nHost: a"));
  assert(parses("GET / HTTP/1.1\r\nHost:a\r\nCookie: a\r\nCookie: b"));
  const bad = [
    "",
    "GET /",
    "GET / HTTP/2",
    "get / HTTP/1.1",
    "GET  / HTTP/1.1",
    "GET / HTTP/1.1\r\n",
    "GET / HTTP/1.1\r\nHost : a",
    "GET / HTTP/1.1\r\nHost: a\r\n b",
    "GET / HTTP/1.1\r\nHost: a\nOrigin: b",
    "GET / HTTP/1.1\r\nHost: a\r\nhost: a",
    "GET / HTTP/1.1\r\nOrigin: a\r\nORIGIN: a",
    "GET / HTTP/1.1\r\nContent-Length: 0\r\nContent-Length: 5",
    "GET / HTTP/1.1\r\nHost: a\0",
    "GET /\u00e9 HTTP/1.1\r\nHost: a",
    `GET /${"x".repeat(9000)} HTTP/1.1`,
  ];
  for (const text of bad) assertEquals(parses(text), false, JSON.stringify(text));
  const began = performance.now();
  assertEquals(parses(`GET / HTTP/1.1\r\nX:${" ".repeat(16_000)}\0`), false);
  assertEquals(parses(`GET / HTTP/1.1\r\n${"X: y\r\n".repeat(2500)}`), false);
  assert(performance.now() - began < 100, "no head costs more than its length");
  fc.assert(fc.property(fc.uint8Array({ maxLength: 500 }), (bytes) => {
    parseWebRequest(`GET / HTTP/1.1\r\n${String.fromCharCode(...bytes)}`);
  }));
});

Deno.test("G6 ten wrong tokens in a minute are answered, the next blocks that address for a minute, and no other", () => {
  let now = 0;
  const wrong = new WrongTokens(() => now);
  for (let at = 0; at < 10; at++, now += 1000) assertEquals(wrong.count("127.0.0.1"), 0);
  assertEquals(wrong.count("127.0.0.1"), 60);
  now += 59_000;
  assertEquals([wrong.blockedSecs("127.0.0.1"), wrong.blockedSecs("::1")], [1, 0]);
  now += 1000;
  assertEquals(wrong.blockedSecs("127.0.0.1"), 0);
  for (let at = 0; at < 10; at++, now += 7000) assertEquals(wrong.count("127.0.0.1"), 0, "fewer than ten in a minute");
  for (let at = 0; at < 10_000; at++) wrong.count(`192.0.2.${at}`);
});

Deno.test("G11 a token goes to a literal loopback address only", () => {
  for (const url of ["http://127.0.0.1:18790/", "http://[::1]:18790/", "http://127.0.0.1/", "http://127.9.9.9:1/"]) {
    assert(isLoopbackUrl(url), url);
    assertEquals(pageLink(url, TOKEN, false), `${url}#token=${TOKEN}`);
  }
  const others = [
    "http://localhost:18790/",
    "http://127.0.0.1.evil.com:18790/",
    "http://127.0.0.1@evil.com/",
    "http://127.0.0.1:18790@evil.com/",
    "http://127.0.0.1:18790/@evil.com/",
    "http://evil.com/#http://127.0.0.1:18790/",
    "http://0.0.0.0:18790/",
    "http://192.0.2.1:18790/",
    "http://127.1/",
    "http://127.0.0.999:1/",
    "http://127.0.0.1:99999/",
    "https://192.0.2.1:18790/",
    "http://[::ffff:127.0.0.1]/",
    "http://[::2]/",
    "javascript:alert(1)//127.0.0.1/",
    "http://127.0.0.1:18790/\n",
    "",
  ];
  for (const url of others) {
    assertEquals(isLoopbackUrl(url), false, url);
    try {
      pageLink(url, TOKEN, false);
    } catch (error) {
      assertEquals((error as Error).message.includes(TOKEN), false);
      continue;
    }
    throw new Error(`${url} got a token`);
  }
});

Deno.test("G4 a post is let in where somebody takes it, with a length that is said and small, and nowhere else", () => {
  const post = { method: "POST", target: "/posts", headers: { "content-length": "16384", authorization: undefined } };
  assertEquals(guard(request(post), OPTIONS), { kind: "posted", path: "/posts", bytes: 16_384 });
  assertEquals(guard(request({ ...post, target: "/posts?x=1" }), OPTIONS).kind, "posted");
  for (
    const [status, wrong] of [
      [400, { headers: { ...post.headers, "content-length": "16385" } }],
      [400, { headers: { ...post.headers, "content-length": undefined } }],
      [400, { headers: { ...post.headers, "content-length": "-1" } }],
      [400, { headers: { ...post.headers, "content-length": "1, 1" } }],
      [400, { headers: { ...post.headers, "transfer-encoding": "chunked" } }],
      [403, { headers: { ...post.headers, host: "evil.com" } }],
      [403, { headers: { ...post.headers, origin: "https://evil.com" } }],
      [403, { headers: { ...post.headers, "sec-fetch-site": "cross-site" } }],
      [405, { target: "/post" }],
      [405, { target: "/posts/" }],
      [405, { target: "/" }],
      [405, { method: "PUT" }],
      [400, { method: "GET" }],
    ] as const
  ) assertEquals(statusOf({ ...post, ...wrong }), status, JSON.stringify(wrong));
});
