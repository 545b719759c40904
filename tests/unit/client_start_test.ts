/** What a start says of a daemon that ended before it was ready. */
import { assertEquals, assertRejects } from "@std/assert";
import { clientContext } from "../../src/client/endpoint.ts";
import { ensureDaemon } from "../../src/client/start.ts";
import { homePaths } from "../../src/platform/home_paths.ts";
import { tryLock } from "../../src/platform/lock_file.ts";
import { ConsoleError } from "../../src/protocol/errors.ts";
import { exists } from "../support/exists.ts";
import { eventually } from "../support/harness_wait.ts";

/**
 * The error of a start whose daemon is a shell script.
 *
 * @param meanwhile gets the folder of the script; `home` in it is the daemon's, which is there already
 */
async function failure(script: string, meanwhile?: (folder: string) => Promise<void>): Promise<ConsoleError> {
  const home = await Deno.makeTempDir({ dir: "/tmp", prefix: "ac-" });
  try {
    const deno = `${home}/daemon`;
    await Deno.writeTextFile(deno, `#!/bin/sh\ncd ${home}\n${script}\n`, { mode: 0o755 });
    const program = { client: [], daemon: { form: "source", deno, entry: "main.ts" } } as const;
    const context = clientContext({ program, home: `${home}/home`, start: true });
    if (meanwhile !== undefined) await Deno.mkdir(`${home}/home`, { mode: 0o700 });
    const beside = meanwhile?.(home);
    const error = await assertRejects(() => ensureDaemon(context, { auto: false }), ConsoleError);
    await beside;
    return error;
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

/** Its mode is right before anybody connects. */
function listenAlone(path: string): Deno.UnixListener {
  const listener = Deno.listen({ transport: "unix", path });
  Deno.chmodSync(path, 0o600);
  return listener;
}

/** Listens as a daemon that is too busy to reply, until somebody has waited for a reply in vain. */
async function silentUntilLeft(folder: string): Promise<void> {
  using listener = listenAlone(`${folder}/home/daemon.sock`);
  using connection = await listener.accept();
  while (await connection.read(new Uint8Array(4096)) !== null) { /* its hello */ }
}

Deno.test("I5 a daemon that is slow to reply while it starts is waited for, whoever starts it", async () => {
  const [ours, others, nobodys] = await Promise.all([
    failure("touch began; while [ -e began ]; do sleep 0.05; done; exit 7", async (folder) => {
      await eventually(() => exists(`${folder}/began`), 10_000, "the daemon");
      await silentUntilLeft(folder);
      await Deno.remove(`${folder}/began`);
    }),
    failure("exit 5", async (folder) => {
      const { startLock } = homePaths(`${folder}/home`);
      const lock = tryLock(startLock);
      await silentUntilLeft(folder);
      lock?.release();
    }),
    failure("exit 5", silentUntilLeft),
  ]);
  assertEquals([ours.details["exit"], others.details["exit"]], [7, 5], `${ours.message}; ${others.message}`);
  assertEquals(nobodys.kind, "timeout", "one that runs and hangs is told soon");
});
