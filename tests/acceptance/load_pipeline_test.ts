/** L6: one connection that sends ten thousand requests at once, each of which waits for a person. */
import { assert, assertEquals } from "@std/assert";
import { LIMITS } from "../../src/protocol/limits.ts";
import { TestHome } from "../support/harness.ts";
import { privateMiB } from "../support/harness_process.ts";
import { eventually } from "../support/harness_wait.ts";
import { pending } from "../support/hook_process.ts";
import { RawSocket } from "../support/raw_socket.ts";

const REQUESTS = 10_000;
/** What is read ahead of the requests at work, and the heap's own steps; the requests themselves are 11 MB. */
const MOST_MIB = 10;

function requests(): string {
  return Array.from({ length: REQUESTS }, (_, id) => {
    const params = {
      sessionId: `s${id}`,
      agent: "test",
      tool: "Bash",
      input: `echo ${id} ${"x".repeat(1000)}`,
      waitSecs: 300,
    };
    return `${JSON.stringify({ jsonrpc: "2.0", id, method: "approval.request", params })}\n`;
  }).join("");
}

Deno.test("L6 of 10,000 requests in a line 32 are at work at once, in flat memory, and the next is read when one ends", async () => {
  await using home = await TestHome.create();
  const pid = await home.start();
  await using client = await home.connect({ token: true });
  using socket = await RawSocket.connect(home.socketPath);
  await socket.write(`{"id":"h","method":"hello","params":{"protocol":1,"token":"${home.token()}"}}\n`);
  await socket.readLines(1);
  const before = privateMiB(pid);
  const writing = socket.push(requests(), 60_000).catch(() => false); // it stalls: that is the back-pressure
  const asked = async (count: number) => {
    const open = await eventually(
      async () => {
        const all = await pending(client);
        return all.length >= count ? all : undefined;
      },
      20_000,
      `${count} open requests`,
    );
    assertEquals(open.length, count);
    return open.map(({ id }) => String(id));
  };
  const first = await asked(LIMITS.maxInFlight);
  await client.request("approval.decide", { id: first[0], decision: "approve" });
  await eventually(async () => !(await pending(client)).some(({ id }) => id === first[0]), 20_000, "its end");
  const second = await asked(LIMITS.maxInFlight);
  assertEquals(second.filter((id) => !first.includes(id)).length, 1);
  const grown = privateMiB(pid) - before;
  assert(grown < MOST_MIB, `${grown.toFixed(1)} MiB`);
  socket.close();
  await writing;
  assertEquals(home.daemonPid(), pid);
});
