/** P2 and P3: what must be refused, how, and that nothing changes by it. */
import { assert, assertEquals } from "@std/assert";
import { TestHome } from "../support/harness.ts";
import { privateMiB } from "../support/harness_process.ts";
import { eventually } from "../support/harness_wait.ts";
import { RawSocket } from "../support/raw_socket.ts";
import type { Json, Message } from "../support/wire.ts";

const encoder = new TextEncoder();
const deep = (open: string, close: string, n: number) => open.repeat(n) + close.repeat(n);
const call = (method: string, params: string) => `{"jsonrpc":"2.0","id":1,"method":${method},"params":${params}}`;
const bytes = (...parts: (string | number[])[]) =>
  new Uint8Array(parts.flatMap((p) => [...(typeof p === "string" ? encoder.encode(p) : p)]));

type Expected = "parse_error" | "invalid_request" | "invalid_params" | "method_not_found" | "not_found" | "result";

/** Each is one line on a connection that has said hello with the token. */
const BAD: readonly (readonly [string, string | Uint8Array, ...Expected[]])[] = [
  ["empty line", "", "parse_error"],
  ["white space", " \t ", "parse_error"],
  ["an open brace", "{", "parse_error"],
  ["trailing comma", '{"id":1,"method":"ping",}', "parse_error"],
  ["comment", '{"id":1,"method":"ping"}//', "parse_error"],
  ["two documents", '{"id":1,"method":"ping"}{"id":2,"method":"ping"}', "parse_error"],
  ["single quotes", "{'id':1,'method':'ping'}", "parse_error"],
  ["NaN", call('"ping"', "NaN"), "parse_error"],
  ["bad UTF-8", bytes('{"id":1,"method":"', [0xff, 0xfe], '"}'), "parse_error"],
  ["overlong UTF-8", bytes('{"id":1,"method":"', [0xc0, 0xaf], '"}'), "parse_error"],
  ["UTF-8 surrogate", bytes('{"id":1,"method":"', [0xed, 0xa0, 0x80], '"}'), "parse_error"],
  ["cut UTF-8", bytes('{"id":1,"method":"ping', [0xe2, 0x82]), "parse_error"],
  ["raw NUL", bytes('{"id":1,"method":"pi', [0], 'ng"}'), "parse_error"],
  ["BOM", bytes([0xef, 0xbb, 0xbf], '{"id":1,"method":"ping"}'), "parse_error"],
  ["HTTP POST", "POST / HTTP/1.1\r", "parse_error"],
  ["TLS", bytes([0x16, 0x03, 0x01, 0x02, 0x00, 0x01]), "parse_error"],
  ["[]", "[]", "invalid_request"],
  ["a batch", '[{"jsonrpc":"2.0","id":1,"method":"ping"}]', "invalid_request"],
  ["null", "null", "invalid_request"],
  ["a number", "42", "invalid_request"],
  ["a huge number", "1e999", "invalid_request"],
  ["a text", '"ping"', "invalid_request"],
  ["{}", "{}", "invalid_request"],
  ["depth 10,000 of arrays", deep("[", "]", 10_000), "invalid_request", "parse_error"],
  ["depth 10,000 of objects", deep('{"a":', "}", 10_000).replace("}", "1}"), "invalid_request", "parse_error"],
  ["huge id", '{"id":1e999,"method":"ping"}', "invalid_request"],
  ["object id", '{"id":{},"method":"ping"}', "invalid_request"],
  ["true id", '{"id":true,"method":"ping"}', "invalid_request"],
  ["no method", '{"jsonrpc":"2.0","id":1}', "invalid_request"],
  ["number as method", call("5", "{}"), "invalid_request"],
  ["empty method", call('""', "{}"), "invalid_request"],
  ["jsonrpc 1.0", '{"jsonrpc":"1.0","id":1,"method":"ping"}', "invalid_request"],
  ["an answer", '{"jsonrpc":"2.0","id":1,"result":{}}', "invalid_request"],
  ["__proto__ with a method", '{"id":1,"__proto__":{"method":"ping"}}', "invalid_request"],
  ["params null", call('"ping"', "null"), "invalid_params"],
  ["params array", call('"ping"', "[]"), "invalid_params"],
  ["params text", call('"ping"', '"x"'), "invalid_params"],
  ["__proto__ as a param", call('"session.get"', '{"__proto__":{"sessionId":"x"}}'), "invalid_params"],
  ["__proto__ beside params", call('"ping"', '{"__proto__":{"x":1}}'), "invalid_params", "result"],
  ["constructor as a param", call('"ping"', '{"constructor":{"prototype":{}}}'), "invalid_params"],
  ["depth 10,000 in a param", call('"session.get"', `{"sessionId":${deep("[", "]", 10_000)}}`), "invalid_params"],
  ["huge number in a param", call('"subscribe"', '{"since":1e999}'), "invalid_params"],
  ["negative number", call('"subscribe"', '{"since":-1}'), "invalid_params"],
  ["fraction", call('"audit.tail"', '{"limit":1.5}'), "invalid_params"],
  ["too many", call('"audit.tail"', '{"limit":1000000}'), "invalid_params"],
  ["unknown method", call('"no.such"', "{}"), "method_not_found"],
  ["method __proto__", call('"__proto__"', "{}"), "method_not_found"],
  ["method constructor", call('"constructor"', "{}"), "method_not_found"],
  ["method toString", call('"toString"', "{}"), "method_not_found"],
  ["method in the wrong case", call('"Session.List"', "{}"), "method_not_found"],
  ["method with a NUL", call('"ping\\u0000"', "{}"), "method_not_found"],
  ["a method of 100,000 letters", call(`"${"x".repeat(100_000)}"`, "{}"), "method_not_found"],
  ["lone surrogate in a param", call('"session.get"', '{"sessionId":"\\ud800"}'), "not_found", "invalid_params"],
  ["duplicate keys", '{"id":5,"id":1,"method":"no","method":"ping"}', "result"],
  ["CR LF", call('"ping"', "{}") + "\r", "result"],
];

const CODES: Record<string, number> = {
  parse_error: -32700,
  invalid_request: -32600,
  method_not_found: -32601,
  invalid_params: -32602,
  not_found: 1009,
};

Deno.test("P2 each of more than thirty bad inputs gets the documented code and changes nothing", async () => {
  assert(BAD.length >= 30);
  await using home = await TestHome.create();
  const pid = await home.start();
  await using watcher = await home.connect({ token: true });
  await watcher.request("session.update", { sessionId: "kept", agent: "test", status: "working" });
  const before = await watcher.request("audit.head");
  const wrong: string[] = [];
  await using client = await home.connect({ token: true });
  for (const [what, line, ...allowed] of BAD) {
    await client.write(line);
    await client.write("\n");
    const { message, reply } = await answerOf(client, what);
    const got = message.error === undefined ? "result" : String(message.error.data?.["name"]);
    if (!allowed.includes(got as Expected)) wrong.push(`${what}: ${got}, must be ${allowed.join(" or ")}`);
    if (got !== "result" && CODES[got] !== message.error?.code) wrong.push(`${what}: code ${message.error?.code}`);
    if (reply.length > 2048) wrong.push(`${what}: the answer has ${reply.length} characters`);
  }
  assertEquals(wrong, []);
  await client.request("ping");
  assertEquals(await watcher.request("audit.head"), before);
  const { sessions } = await watcher.request("session.list") as { sessions: Json[] };
  assertEquals(sessions.map((s) => s["id"]), ["kept"]);
  assertEquals(home.daemonPid(), pid);
});

/** The bad line's own answer: it has id null or 1, neither of which our client waits for. */
async function answerOf(client: { next(): Promise<Message> }, what: string) {
  try {
    const message = await client.next();
    return { message, reply: JSON.stringify(message) };
  } catch (error) {
    throw new Error(`${what}: ${error}`);
  }
}

Deno.test("P2 an id that is in flight twice is never answered as one", async () => {
  await using home = await TestHome.create();
  await home.start();
  using socket = await RawSocket.connect(home.socketPath);
  await socket.write('{"id":0,"method":"hello","params":{"protocol":1}}\n');
  await socket.readLines(1);
  await socket.write('{"id":7,"method":"ping"}\n{"id":7,"method":"ping"}\n{"id":8,"method":"ping"}\n');
  const answers = (await socket.readLines(4)).slice(1).map((line) => JSON.parse(line) as Message);
  assertEquals(answers.map((a) => a.id), [7, 7, 8]);
  assert(answers[0]?.result !== undefined && answers[2]?.result !== undefined);
  const second = answers[1]?.error?.data?.["name"];
  assert(second === undefined || second === "invalid_request", String(second));
});

Deno.test("P2 a notification gets no answer, not even an error", async () => {
  await using home = await TestHome.create();
  await home.start();
  await using client = await home.connect({ token: true });
  await client.notify("no.such");
  await client.notify("session.get", { sessionId: 5 });
  await client.notify("session.update", { sessionId: "n", agent: "test", title: "by notification" });
  await client.request("ping");
  assertEquals(client.drain(), []);
  assertEquals(
    ((await client.request("session.get", { sessionId: "n" }))["session"] as Json)["title"],
    "by notification",
  );
});

const LIMIT = 1_048_576;
const padded = (length: number) => {
  const head = '{"jsonrpc":"2.0","id":9,"method":"ping","params":{}}';
  return head + " ".repeat(length - head.length);
};

Deno.test("P3 a line of 1 MiB is answered, one byte more is too_large and the end", async () => {
  await using home = await TestHome.create();
  await home.start();
  await using good = await home.connect();
  await good.write(padded(LIMIT) + "\n");
  assert((await good.next()).result !== undefined);
  await using over = await home.connect();
  await over.write(padded(LIMIT + 1) + "\n");
  const { error } = await over.next();
  assertEquals(error?.data?.["name"], "too_large");
  assertEquals(error?.code, 1004);
  await over.end();
  await using endless = await home.connect();
  await endless.write("x".repeat(LIMIT + 1));
  assertEquals((await endless.next()).error?.data?.["name"], "too_large");
  await endless.end();
});

Deno.test("P3 after 100 such lines at once the memory comes back", async () => {
  await using home = await TestHome.create();
  // A hundred hellos between as many long lines: the last may wait for its turn.
  const pid = await home.start({ args: ["--limit", "tickMs=1000", "--limit", "helloMs=60000"] });
  await using watcher = await home.connect();
  const line = encoder.encode("x".repeat(LIMIT + 1));
  const storm = async () => {
    await using client = await home.connect({ timeoutMs: 60_000 });
    await client.write(line);
    await client.end(60_000);
    return client.drain().some((message) => message.error?.data?.["name"] === "too_large");
  };
  await storm();
  const before = privateMiB(pid);
  const told = await Promise.all(Array.from({ length: 100 }, storm));
  assertEquals(told.filter(Boolean).length, 100);
  // A daemon gives memory back one to two of its ticks after the last work; a busy machine may add one.
  await eventually(
    async () => {
      await watcher.request("ping");
      return privateMiB(pid) < before + 40;
    },
    60_000,
    `memory back to ${before.toFixed(1)} MiB + 40`,
    250,
  );
});
