/** A2 and L6 of the socket for hooks: what floods it keeps no other client waiting. */
import { assert, assertStringIncludes } from "@std/assert";
import { TestHome } from "../support/harness.ts";
import { isForeign } from "../support/harness_program.ts";
import { patience } from "../support/harness_wait.ts";

const FLOODERS = 50;
const FLOOD_MS = 2500;
const MIB = 1_048_576;
const HEAD = "POST /hook/claude/report HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\n";
const CHUNKS = new TextEncoder().encode("1\r\n \r\n".repeat(1000));

/** Sends chunks of one byte until `until`, on another connection where the daemon ends one. @returns all it answered */
async function flood(path: string, until: number): Promise<string> {
  let said = "";
  while (performance.now() < until) {
    const socket = await Deno.connect({ transport: "unix", path });
    try {
      await socket.write(new TextEncoder().encode(`${HEAD}1\r\n{\r\n`));
      for (let rest = CHUNKS; performance.now() < until; rest = rest.length > 0 ? rest : CHUNKS) {
        rest = rest.subarray(await socket.write(rest));
      }
    } catch {
      const buffer = new Uint8Array(4096);
      const count = await socket.read(buffer).catch(() => null);
      said += new TextDecoder().decode(buffer.subarray(0, count ?? 0));
    } finally {
      socket.close();
    }
  }
  return said;
}

Deno.test({
  name: "A2 hooks that send tiny chunks without end are refused, and cost no other client its time and little memory",
  ignore: isForeign,
  fn: async () => {
    await using home = await TestHome.create();
    await home.start();
    await using client = await home.connect({ token: true });
    const rss = async () => (await client.request("status") as { rssBytes: number }).rssBytes;
    const before = await rss();
    const until = performance.now() + FLOOD_MS;
    const floods = Array.from({ length: FLOODERS }, () => flood(home.path("hook.sock"), until));
    const times: number[] = [];
    let most = 0;
    while (performance.now() < until) {
      const begin = performance.now();
      await client.request("ping");
      times.push(performance.now() - begin);
      most = Math.max(most, await rss());
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
    const said = (await Promise.all(floods)).join("");
    assertStringIncludes(said, "HTTP/1.1 400 ");
    assert(Math.max(...times) < await patience(500), `slowest ping ${Math.max(...times)} ms`);
    assert(most - before < 200 * MIB, `${(most - before) / MIB} MiB more`);
  },
});
