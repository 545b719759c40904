/** One report to whoever listens: what becomes of it, and that nothing waits longer than it says. */
import { assertEquals } from "@std/assert";
import { deliverReport, type Delivery } from "../../src/client/deliver_report.ts";
import { homePaths } from "../../src/platform/home_paths.ts";
import { pause, within } from "../support/harness_wait.ts";
import { Impostor } from "../support/raw_socket.ts";

const SENDING: Delivery = { kind: "hook", connectMs: 2000, deliverMs: 2000 };
const HELLO = '{"jsonrpc":"2.0","id":1,"result":{}}';
const refusal = (id: number | null, code: number) =>
  `{"jsonrpc":"2.0","id":${id},"error":{"code":${code},"message":""}}`;

async function home(
  test: (socketPath: string, report: (more?: Partial<Delivery>) => ReturnType<typeof deliverReport>) => unknown,
) {
  const root = await Deno.makeTempDir();
  try {
    const paths = homePaths(root);
    const where = { paths, socketPath: paths.socket, uid: Deno.uid() };
    await test(paths.socket, (more) => deliverReport(where, { agent: "claude" }, { ...SENDING, ...more }));
  } finally {
    await Deno.remove(root, { recursive: true });
  }
}

Deno.test("H1 a daemon that takes nothing now has refused, one that stops is gone, whatever else is answered is taken", async () => {
  for (
    const [code, outcome] of [[1005, "refused"], [1007, "undelivered"], [1011, "refused"], [
      -32602,
      "delivered",
    ]] as const
  ) {
    await home(async (path, report) => {
      await using _ = new Impostor(path, (line) => line.includes('"hello"') ? HELLO : refusal(2, code));
      assertEquals(await report(), outcome, `${code}`);
    });
  }
});

Deno.test("H1 a daemon whose places are all taken says so and hangs up: it has refused", async () => {
  await home(async (path, report) => {
    using listener = Deno.listen({ transport: "unix", path });
    const reported = report();
    const peer = await listener.accept();
    await pause(50); // what was sent lies unread in the socket, so that the end of the line is an error there
    await peer.write(new TextEncoder().encode(refusal(null, 1005) + "\n"));
    peer.close();
    assertEquals(await reported, "refused");
  });
});

Deno.test("H1 a daemon that says nothing in time is silent; where none is, or it goes away, nothing was delivered", async () => {
  await home(async (path, report) => {
    assertEquals(await report(), "undelivered");
    {
      await using _ = new Impostor(path);
      assertEquals(await within(report({ deliverMs: 50 }), 5000, "the deadline of a delivery"), "silent");
    }
    await Deno.remove(path).catch(() => {});
    await using gone = new Impostor(path);
    const reported = report();
    await gone.met(1000);
    gone.hangUp();
    assertEquals(await reported, "undelivered");
  });
});

Deno.test("H1 a daemon that opened an approval and hangs holds the agent little longer than it said", async () => {
  await home(async (path, report) => {
    const printed: unknown[] = [];
    const open = '{"jsonrpc":"2.0","id":2,"result":{"approval":{"id":"a","waitMs":100}}}';
    await using _ = new Impostor(
      path,
      (line) => line.includes('"hello"') ? HELLO : line.includes(".report") ? open : undefined,
    );
    const reported = report({ output: (output) => printed.push(output) > 0, slackMs: 50 });
    assertEquals(await within(reported, 1900, "the end of a wait of 0.1 s, sooner than with 2 s more"), "delivered");
    assertEquals(printed, []);
  });
});

Deno.test("H4 a hook says when the agent has the answer; a daemon that knows no such call, or hangs, delays it little", async () => {
  const open = '{"jsonrpc":"2.0","id":2,"result":{"approval":{"id":"a","waitMs":9000}}}';
  const decided = '{"jsonrpc":"2.0","id":3,"result":{"id":"a","outcome":"approved","output":{"yes":1}}}';
  for (const reply of [refusal(4, -32601), undefined]) {
    for (const written of [true, false]) {
      await home(async (path, report) => {
        const heard: string[] = [];
        await using _ = new Impostor(path, (line) => {
          heard.push(line);
          if (line.includes('"hello"')) return HELLO;
          return line.includes(".report") ? open : line.includes(".wait") ? decided : reply;
        });
        const reported = report({ output: () => written });
        assertEquals(await within(reported, 5000, "the end of the hook"), "delivered");
        assertEquals([heard.length, JSON.parse(heard[0]!).params.acknowledges], [4, true]);
        const { method, params } = JSON.parse(heard[3]!);
        assertEquals([method, params], ["approval.delivered", { id: "a", written }]);
      });
    }
  }
});
