/** The HTTP client for servers of this machine: what is too long, what is cut, and what leads elsewhere. */
import { assertEquals, assertRejects } from "@std/assert";
import { exchangeHttp, followHttpLines } from "../../src/platform/http_client.ts";

async function withServer(reply: () => Response, use: (url: string) => Promise<void>): Promise<void> {
  await using server = Deno.serve({ hostname: "127.0.0.1", port: 0, onListen: () => {} }, reply);
  await use(`http://127.0.0.1:${server.addr.port}/`);
}

const request = (url: string) => ({ method: "GET", url, headers: {}, signal: AbortSignal.timeout(5000) }) as const;

function pieces(...texts: string[]): Response {
  const encoder = new TextEncoder();
  return new Response(ReadableStream.from(texts.map((text) => encoder.encode(text))));
}

Deno.test("http client: a body is read up to its bound, and a redirect is a reply that nobody follows", async () => {
  await withServer(() => new Response("ü".repeat(50)), async (url) => {
    assertEquals(await exchangeHttp(request(url), 100), { status: 200, text: "ü".repeat(50) });
    await assertRejects(() => exchangeHttp(request(url), 99), RangeError);
  });
  await withServer(() => new Response(null, { status: 307, headers: { location: "/again" } }), async (url) => {
    assertEquals((await exchangeHttp(request(url), 10)).status, 307);
  });
});

Deno.test("http client: lines are whole however they come; one that is too long is left out, and one that is cut", async () => {
  const told = [
    "da",
    "ta: 1\n\nda",
    "ta: 2\n",
    "x".repeat(30),
    "x".repeat(30),
    "x\ndata",
    ": 3\n",
    "y".repeat(60),
    "\ncut",
  ];
  await withServer(() => pieces(...told), async (url) => {
    const lines: string[] = [];
    const statuses: number[] = [];
    const on = {
      onStatus: (status: number) => void statuses.push(status),
      onLine: (line: string) => void lines.push(line),
    };
    await followHttpLines(request(url), 40, on);
    assertEquals([statuses, lines], [[200], ["data: 1", "", "data: 2", "data: 3"]]);
  });
});

Deno.test("http client: what is sent goes to its address, and to no proxy of the environment", async () => {
  const before = Deno.env.get("HTTP_PROXY");
  Deno.env.set("HTTP_PROXY", "http://127.0.0.1:1");
  try {
    await withServer(() => new Response("here"), async (url) => {
      assertEquals((await exchangeHttp(request(url), 10)).text, "here");
    });
  } finally {
    if (before === undefined) Deno.env.delete("HTTP_PROXY");
    else Deno.env.set("HTTP_PROXY", before);
  }
});
