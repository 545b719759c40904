/** What a start says of a daemon that ended before it was ready. */
import { assertEquals, assertRejects } from "@std/assert";
import { clientContext } from "../../src/client/endpoint.ts";
import { ensureDaemon } from "../../src/client/start.ts";
import { ConsoleError } from "../../src/protocol/errors.ts";

/** The error of a start whose daemon is a shell script. */
async function failure(script: string): Promise<ConsoleError> {
  const home = await Deno.makeTempDir({ dir: "/tmp", prefix: "ac-" });
  try {
    const deno = `${home}/daemon`;
    await Deno.writeTextFile(deno, `#!/bin/sh\n${script}\n`, { mode: 0o755 });
    const program = { client: [], daemon: { form: "source", deno, entry: "main.ts" } } as const;
    const context = clientContext({ program, home: `${home}/home`, start: true });
    return await assertRejects(() => ensureDaemon(context, { auto: false }), ConsoleError);
  } finally {
    await Deno.remove(home, { recursive: true });
  }
}

Deno.test("I1 a daemon that ends while it starts is a failure: its own exit code, and 1 for what is none of ours", async () => {
  for (
    const [script, code] of [["exit 0", 1], ["kill -TERM $$", 1], ["exit 9", 1], ["exit 7", 7], ["exit 5", 5]] as const
  ) {
    const error = await failure(script);
    assertEquals(error.details["exit"], code, `${script}: ${error.message}`);
  }
});

Deno.test("I1 what the daemon said before it ended is what the start says", async () => {
  const error = await failure("printf 'error: no room\\nhint: make some\\n' >&2; exit 70");
  assertEquals([error.message, error.hint, error.details["exit"]], ["no room", "make some", 70]);
});
