/** L7: changed requests and random bytes on the socket. */
import { fuzz, FUZZ_ARGS, mutatedBytes, mutatedJson, type Next, pick, randomBytes } from "../support/fuzz.ts";
import { REQUESTS } from "../support/fuzz_corpus.ts";
import { TestHome } from "../support/harness.ts";
import { RawSocket } from "../support/raw_socket.ts";

const encoder = new TextEncoder();

/** Mostly a line that is JSON still, else one whose bytes were changed, or no line at all. */
function message(next: Next): Uint8Array {
  const kind = next();
  if (kind < 0.05) return randomBytes(next, 300);
  const line = encoder.encode(`${JSON.stringify(mutatedJson(next, pick(next, REQUESTS)))}\n`);
  return kind < 0.7 ? line : mutatedBytes(next, line);
}

Deno.test("L7 seeded fuzz of the socket leaves the same daemon, no bug in its log, flat memory, and a journal that verifies", async () => {
  await using home = await TestHome.create();
  await home.start({ args: FUZZ_ARGS });
  const hello = encoder.encode(`{"id":"h","method":"hello","params":{"protocol":1,"token":"${home.token()}"}}\n`);
  await fuzz(home, async (next) => {
    using socket = await RawSocket.connect(home.socketPath);
    let open = await socket.push(next() < 0.9 ? hello : mutatedBytes(next, hello));
    const answers = socket.readToEnd(60_000).then(() => open = false);
    for (let at = 0; open && at < 100; at++) open = await socket.push(message(next));
    if (open) await socket.closeWrite().catch(() => {});
    await answers;
  });
});
