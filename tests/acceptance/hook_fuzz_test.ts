/** L7 and H1: changed events of agents, at the socket for hooks and on the standard input of hooks. */
import { assert, assertEquals } from "@std/assert";
import { fuzz, FUZZ_ARGS, mutatedBytes, mutatedJson, type Next, pick, randomBytes } from "../support/fuzz.ts";
import { HOOK_EVENTS } from "../support/fuzz_corpus.ts";
import { TestHome } from "../support/harness.ts";
import { isForeign } from "../support/harness_program.ts";
import { hook } from "../support/hook_process.ts";
import { rounds } from "../support/harness_wait.ts";
import { RawSocket } from "../support/raw_socket.ts";

const encoder = new TextEncoder();
const WORDS = ["report", "report", "report", "ask", "permission", ""];

/** What a hook's HTTP is: a head and a body of one length or in chunks. */
function post(next: Next): Uint8Array {
  const { agent, event } = pick(next, HOOK_EVENTS);
  const body = JSON.stringify(next() < 0.7 ? mutatedJson(next, event) : event);
  const head = `POST /hook/${agent}/${pick(next, WORDS)} HTTP/1.1\r\nHost: localhost\r\nac-tmux-pane: =%1\r\n`;
  const bytes = encoder.encode(body);
  const whole = next() < 0.5 ? [encoder.encode(`${head}Content-Length: ${bytes.length}\r\n\r\n`), bytes] : [
    encoder.encode(`${head}Transfer-Encoding: chunked\r\n\r\n${bytes.length.toString(16)}\r\n`),
    bytes,
    encoder.encode("\r\n0\r\n\r\n"),
  ];
  const request = Uint8Array.from(whole.flatMap((part) => [...part]));
  const kind = next();
  return kind < 0.05 ? randomBytes(next, 400) : kind < 0.6 ? request : mutatedBytes(next, request);
}

Deno.test({
  name:
    "L7 seeded fuzz of the socket for hooks leaves the same daemon, no bug in its log, flat memory, and a journal that verifies",
  ignore: isForeign,
  fn: async () => {
    await using home = await TestHome.create();
    await home.start({ args: FUZZ_ARGS });
    let taken = 0;
    const attack = async (next: Next) => {
      using socket = await RawSocket.connect(home.path("hook.sock"));
      if (await socket.push(post(next))) await socket.closeWrite().catch(() => {});
      if ((await socket.readToEnd(60_000)).startsWith("HTTP/1.1 204")) taken++;
    };
    await fuzz(home, attack, () => taken > 10);
    assert(taken > 10, `${taken} reports were taken, so what was changed is not far from what is valid`);
  },
});

Deno.test("H1 L7 hooks that get changed events end well, say nothing that decides, and leave the daemon as it was", async () => {
  await using home = await TestHome.create();
  await home.start({ args: FUZZ_ARGS });
  let left = rounds(8, 300);
  await fuzz(home, async (next) => {
    if (left-- <= 0) return await new Promise((resolve) => setTimeout(resolve, 100));
    const { event } = pick(next, HOOK_EVENTS.filter(({ agent }) => agent === "claude"));
    const text = JSON.stringify(mutatedJson(next, event));
    const stdin = next() < 0.5 ? text : new TextDecoder().decode(mutatedBytes(next, encoder.encode(text)));
    await using process = hook(home, stdin, { env: {} });
    const { code, stdout } = await process.exit(30_000);
    assertEquals([code, ["", "{}"].includes(stdout.trim())], [0, true], `${stdin}\n${stdout}`);
  });
});
