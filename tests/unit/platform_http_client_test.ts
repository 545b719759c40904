/** The HTTP client for servers of this machine: what is too long, what is cut, and what leads elsewhere. */
import { assertEquals, assertRejects } from "@std/assert";
import { exchangeHttp, followHttpLines } from "../../src/platform/http_client.ts";
import { HTTP_PROXY_ENV } from "../../src/platform/environment.ts";
import { certificate } from "../support/certificate.ts";
import { REPOSITORY } from "../support/harness.ts";

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

/** The first line that a server gets of a client with these flags. */
async function requestLine(env: Record<string, string>, ...flags: readonly string[]): Promise<string> {
  using listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const { port } = listener.addr;
  const url = `http://127.0.0.1:${port}/hook`;
  const said = posted(url, env, `--allow-net=127.0.0.1:${port}`, ...flags);
  using connection = await listener.accept();
  const bytes = new Uint8Array(4096);
  const got = await connection.read(bytes);
  await connection.write(new TextEncoder().encode("HTTP/1.1 204 No Content\r\nconnection: close\r\n\r\n"));
  assertEquals(await said, "204");
  return new TextDecoder().decode(bytes.subarray(0, got ?? 0)).split("\r\n", 1)[0]!.replace(String(port), "PORT");
}

Deno.test("http client: the request line has the path alone, where no proxy of the environment may get what is sent", async () => {
  const proxy = { HTTP_PROXY: "http://127.0.0.1:1" };
  const seen = `--allow-env=${HTTP_PROXY_ENV.join()}`;
  assertEquals(await requestLine({}, seen), "POST /hook HTTP/1.1");
  assertEquals(await requestLine(proxy, seen), "POST http://127.0.0.1:PORT/hook HTTP/1.1");
  assertEquals(await requestLine(proxy), "POST http://127.0.0.1:PORT/hook HTTP/1.1", "it may not look");
});

/** What a process with these flags says of a POST. */
async function posted(url: string, env: Record<string, string>, ...flags: readonly string[]): Promise<string> {
  const code = `
    import { postForStatus, whyNoReply } from "file://${REPOSITORY}/src/platform/http_client.ts";
    const [url] = Deno.args;
    const posted = postForStatus({ url, headers: {}, body: "x", signal: AbortSignal.timeout(10_000) });
    console.log(await posted.catch(whyNoReply));`;
  const file = await Deno.makeTempFile({ suffix: ".ts" });
  try {
    await Deno.writeTextFile(file, code);
    const args = ["run", "-q", "--no-prompt", "--no-check", ...flags, file, url];
    const { stdout, stderr } = await new Deno.Command(Deno.execPath(), { args, env, cwd: REPOSITORY }).output();
    const decoder = new TextDecoder();
    return (decoder.decode(stdout) + decoder.decode(stderr)).trim();
  } finally {
    await Deno.remove(file);
  }
}

Deno.test("A7 http client: a host by its name is reached by TLS, with a trusted certificate, where the sandbox names it", async (t) => {
  const folder = await Deno.makeTempDir();
  try {
    const isMade = await certificate(folder, "localhost");
    const name = isMade ? "a certificate for localhost" : "ignored: openssl makes no certificate here";
    await t.step({ name, ignore: !isMade, fn: () => byTls(folder) });
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});

async function byTls(folder: string): Promise<void> {
  const bodies: string[] = [];
  const [cert, key] = [await Deno.readTextFile(`${folder}/cert.pem`), await Deno.readTextFile(`${folder}/key.pem`)];
  await using server = Deno.serve(
    { hostname: "127.0.0.1", port: 0, cert, key, onListen: () => {} },
    async (request) => {
      bodies.push(await request.text());
      return new Response("y".repeat(1_000_000), { status: 202 });
    },
  );
  const { port } = server.addr;
  const url = `https://localhost:${port}/canary`;
  const trust = ["--cert", `${folder}/cert.pem`];
  assertEquals(await posted(url, {}, ...trust, `--allow-net=localhost:${port}`), "202");
  const untrusted = "it cannot be reached: invalid peer certificate: UnknownIssuer";
  assertEquals(await posted(url, {}, `--allow-net=localhost:${port}`), untrusted);
  const unnamed = "the daemon's sandbox does not name it";
  assertEquals(await posted(url, {}, ...trust, `--allow-net=127.0.0.1:${port}`), unnamed);
  assertEquals(bodies, ["x"]);
}
