/** L6, G9: one client that sends without a pause, on the socket or over the gateway, and the turn of the others. */
import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { clientFrame, GatewayHome, upgradeText, type WebConn } from "../support/gateway.ts";
import { TestHome } from "../support/harness.ts";
import { eventually, pause } from "../support/harness_wait.ts";
import { isGone, RawSocket } from "../support/raw_socket.ts";

const encoder = new TextEncoder();
const HELLO = '{"jsonrpc":"2.0","id":0,"method":"hello","params":{"protocol":1}}\n';
/** Messages of the flood that may be answered while another client says hello and pings; without turns it was 185,000 … */
const AT_MOST = 40_000;
/** … and over the gateway, where fewer answers are in flight, over 8300. */
const AT_MOST_WEB = 8000;

interface Wire {
  readonly write: (bytes: Uint8Array) => Promise<unknown>;
  readonly read: () => Promise<Uint8Array | undefined>;
}

/** Sends `piece` again and again, and counts `mark` in what is answered. */
class Flood {
  answered = 0;
  #isOver = false;
  #done: Promise<unknown>;

  constructor(wire: Wire, piece: Uint8Array, mark: string) {
    this.#done = Promise.all([this.#send(wire, piece), this.#count(wire, mark)]);
  }

  async #send(wire: Wire, piece: Uint8Array): Promise<void> {
    while (!this.#isOver) {
      await wire.write(piece);
      await pause(0);
    }
  }

  async #count(wire: Wire, mark: string): Promise<void> {
    const decoder = new TextDecoder("latin1");
    for (let bytes; (bytes = await wire.read()) !== undefined;) {
      this.answered += decoder.decode(bytes).split(mark).length - 1;
    }
  }

  async end(close: () => void): Promise<void> {
    this.#isOver = true;
    close();
    await this.#done.catch((error) => {
      if (!isGone(error)) throw error;
    });
  }
}

/** @returns how many messages of the flood were answered meanwhile, the median of several tries: in some of them it is this process that waits */
async function othersWait(socketPath: string, flood: Flood): Promise<number> {
  await eventually(() => flood.answered >= 2000, 30_000, "answers to the flood", 5);
  const tries: number[] = [];
  for (let at = 0; at < 11; at++) {
    const before = flood.answered;
    using other = await RawSocket.connect(socketPath);
    await other.write(`${HELLO}{"id":1,"method":"ping"}\n`);
    assertEquals((await other.readLines(2)).length, 2);
    tries.push(flood.answered - before);
  }
  const before = flood.answered;
  await eventually(() => flood.answered > before, 30_000, "more answers to the flood", 5);
  return tries.sort((a, b) => a - b)[5]!;
}

Deno.test("L6 one client that sends without a pause leaves the others their turn", async () => {
  await using home = await TestHome.create();
  await home.start();
  const socket = await RawSocket.connect(home.socketPath);
  await socket.write(HELLO);
  const wire: Wire = { write: (bytes) => socket.push(bytes), read: () => socket.read() };
  const flood = new Flood(wire, encoder.encode('{"id":1,"method":"x"}\n'.repeat(2000)), '"error"');
  const usual = await othersWait(home.socketPath, flood);
  await flood.end(() => socket.close());
  assert(usual < AT_MOST, `${usual} of its messages were answered before another client's ping`);
});

async function webSocket(gateway: GatewayHome): Promise<WebConn> {
  const conn = await gateway.connect();
  await conn.write(upgradeText(gateway.host, gateway.token("read")));
  await conn.write(clientFrame(1, encoder.encode(HELLO)));
  await conn.readUntil('"scope":"read"');
  return conn;
}

/** So many copies of `bytes`. */
function times(bytes: Uint8Array, count: number): Uint8Array {
  const all = new Uint8Array(bytes.length * count);
  for (let at = 0; at < count; at++) all.set(bytes, at * bytes.length);
  return all;
}

Deno.test("G9 who sends frames or requests without a pause leaves the clients of the socket their turn", async () => {
  await using gateway = await GatewayHome.start();
  const frames = times(clientFrame(1, encoder.encode('{"id":1,"method":"x"}')), 2000);
  const request = `GET / HTTP/1.1\r\nHost: ${gateway.host}\r\n\r\n`;
  for (
    const [conn, piece, mark] of [
      [await webSocket(gateway), frames, '"error"'],
      [await gateway.connect(), encoder.encode(request.repeat(200)), "HTTP/1.1 200"],
    ] as const
  ) {
    const wire: Wire = { write: (bytes) => conn.write(bytes), read: () => conn.read() };
    const flood = new Flood(wire, piece, mark);
    const usual = await othersWait(gateway.home.socketPath, flood);
    await flood.end(() => conn.close());
    assert(usual < AT_MOST_WEB, `${usual} of its messages were answered before another client's ping`);
  }
});

Deno.test("L6 a hundred messages in a row that are no JSON-RPC close a connection, which hears why; one that is resets the count", async () => {
  await using gateway = await GatewayHome.start();
  using socket = await RawSocket.connect(gateway.home.socketPath);
  await socket.write(HELLO + `${"x\n".repeat(99)}{"id":1,"method":"ping"}\n`.repeat(3) + "x\n".repeat(100));
  const lines = (await socket.readToEnd()).split("\n").filter((line) => line !== "");
  assertEquals(lines.length, 1 + 300 + 100 + 1);
  assertStringIncludes(lines.at(-1)!, "100 messages in a row were none of JSON-RPC");

  using web = await webSocket(gateway);
  await web.write(times(clientFrame(1, new Uint8Array(0)), 100));
  const told = await web.readToEnd();
  assertStringIncludes(told, "the connection is closed: 100 messages in a row");
  assertEquals(
    told.split("100 messages in a row were none of JSON-RPC").length,
    3,
    "in a message and in the close frame",
  );
});

Deno.test("L6 a megabyte of brackets is refused before it is parsed, on the socket and over the gateway", async () => {
  await using gateway = await GatewayHome.start();
  using socket = await RawSocket.connect(gateway.home.socketPath);
  const brackets = "[".repeat(1_000_000);
  await socket.write(`${HELLO}${brackets}\n`);
  assertStringIncludes((await socket.readLines(2))[1]!, "the message has more than 32768 arrays and objects");
  using web = await webSocket(gateway);
  await web.write(clientFrame(1, encoder.encode(brackets)));
  await web.readUntil("the message has more than 32768 arrays and objects");
});

Deno.test("G8 a message in endless empty frames is closed with 1008", async () => {
  await using gateway = await GatewayHome.start();
  using conn = await webSocket(gateway);
  await conn.write(clientFrame(1, new Uint8Array(0), 0, false));
  void conn.write(times(clientFrame(0, new Uint8Array(0), 0, false), 5000));
  assertStringIncludes(await conn.readToEnd(), "a message has at most 1024 frames");
});
