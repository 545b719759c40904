/** P4: the answers depend on the bytes, not on how they were cut. */
import { assert, assertEquals } from "@std/assert";
import { TestHome } from "../support/harness.ts";
import { RawSocket } from "../support/raw_socket.ts";

const COUNT = 200;

/** Requests whose answers are the same each time. */
function requests(): string[] {
  const kinds: ((id: number) => unknown)[] = [
    (id) => ({ jsonrpc: "2.0", id, method: "session.get", params: { sessionId: "s-ü-😀" } }),
    (id) => ({ jsonrpc: "2.0", id: `text-${id}`, method: "session.history", params: { sessionId: "none" } }),
    (id) => ({ jsonrpc: "2.0", id, method: "no.such.method" }),
    (id) => ({ jsonrpc: "2.0", id, method: "session.list", params: { bad: "ü😀" } }),
    (id) => ({ jsonrpc: "2.0", id, method: "session.list", params: {} }),
  ];
  return Array.from({ length: COUNT }, (_, id) => JSON.stringify(kinds[id % kinds.length]?.(id)) + "\n");
}

Deno.test("P4 200 requests, byte by byte, in one write, split at every offset, half-closed: the same answers in order", async () => {
  await using home = await TestHome.create();
  await home.start();
  await using setup = await home.connect({ token: true });
  await setup.request("session.update", { sessionId: "s-ü-😀", agent: "test", status: "working", title: "häß 漢字" });
  const hello = `{"id":"h","method":"hello","params":{"protocol":1,"token":"${home.token()}"}}\n`;
  const lines = requests();
  const all = new TextEncoder().encode(lines.join(""));

  const open = async () => {
    const socket = await RawSocket.connect(home.socketPath);
    await socket.write(hello);
    await socket.readLines(1);
    return socket;
  };
  /** The answers, without the one to hello. */
  const answers = async (socket: RawSocket, count: number) => (await socket.readLines(count + 1, 20_000)).slice(1);

  using oneByOne = await open();
  for (const [at, line] of lines.entries()) {
    await oneByOne.write(line);
    await oneByOne.readLines(at + 2);
  }
  const expected = await answers(oneByOne, COUNT);
  assertEquals(expected.length, COUNT);
  const ids = expected.map((line) => (JSON.parse(line) as { id: unknown }).id);
  assertEquals(ids, lines.map((line) => (JSON.parse(line) as { id: unknown }).id));

  using once = await open();
  await once.write(all);
  assertEquals(await answers(once, COUNT), expected);

  using bytewise = await open();
  const reading = answers(bytewise, COUNT);
  for (let at = 0; at < all.length; at++) await bytewise.write(all.subarray(at, at + 1));
  assertEquals(await reading, expected);

  // Each request of the first fifty is cut once at each of its offsets; reading the answer between makes the cut real.
  using split = await open();
  let offsets = 0;
  for (let at = 0; at < 5; at++) {
    const line = new TextEncoder().encode(lines[at]);
    for (let cut = 1; cut < line.length; cut++) {
      await split.write(line.subarray(0, cut));
      await new Promise((resolve) => setTimeout(resolve, 0));
      await split.write(line.subarray(cut));
      const got = await answers(split, ++offsets);
      assertEquals(got[offsets - 1], expected[at], `request ${at} cut at ${cut}`);
    }
  }
  assert(offsets > 200);

  using half = await open();
  await half.write(all);
  await half.closeWrite();
  assertEquals((await half.readToEnd(20_000)).split("\n").filter((line) => line !== "").slice(1), expected);
});

Deno.test("P4 10,000 pipelined requests are answered in order in flat memory", async () => {
  await using home = await TestHome.create();
  await home.start();
  await using client = await home.connect();
  const got: number[] = [];
  const total = 10_000;
  const text = Array.from({ length: total }, (_, at) => `{"jsonrpc":"2.0","id":${at + 10},"method":"ping"}\n`).join("");
  const writing = client.write(text);
  while (got.length < total) got.push(Number((await client.next(20_000)).id) - 10);
  await writing;
  assertEquals(got.every((id, at) => id === at), true);
});

Deno.test("L3 a connection has 16 subscriptions at most, and one that is refused counts as nobody", async () => {
  await using home = await TestHome.create();
  await home.start();
  await using client = await home.connect({ token: true });
  const names: string[] = [];
  for (let n = 0; n < 16; n++) names.push(String((await client.request("subscribe", {}))["subscription"]));
  const { error } = await client.call("subscribe", { answers: true });
  assertEquals([error?.data?.["name"], typeof error?.data?.["hint"]], ["busy", "string"]);
  // Nobody is there who may answer, so that an agent without a dialog of its own is not held.
  const event = {
    session_id: "s",
    hook_event_name: "PermissionRequest",
    cwd: "/w",
    tool_name: "Bash",
    tool_input: { command: "make" },
  };
  const reply = await client.request("session.report", {
    agent: "claude",
    event,
    env: { CLAUDE_CODE_ENTRYPOINT: "sdk-cli" },
  });
  assertEquals(reply["approval"], undefined);
  await client.request("unsubscribe", { subscription: names[0] ?? "" });
  assertEquals(typeof (await client.request("subscribe", {}))["subscription"], "string");
});
