// deno-lint-ignore-file no-sync-fn-in-async-fn -- writes a configuration between two steps: nothing else waits
/** F1 (HUP), F2 and F5: a daemon that goes on. */
import { assert, assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { TestHome } from "../support/harness.ts";
import { brokenAt, readJournal } from "../support/harness_journal.ts";
import { eventually, pause, rounds, within } from "../support/harness_wait.ts";
import type { Json, RawClient } from "../support/wire.ts";

async function logLevel(client: RawClient): Promise<unknown> {
  const { values } = await client.request("config.get") as { values: Record<string, { value: unknown }> };
  return values["daemon.log_level"]?.value;
}

Deno.test("F1 HUP reads the configuration again; a bad one keeps the old and says so", async () => {
  await using home = await TestHome.create({ config: '{ "daemon": { "log_level": "info" } }' });
  await using daemon = await home.foreground();
  const pid = home.needPid();
  await using client = await home.connect({ token: true });
  assertEquals(await logLevel(client), "info");
  const config = home.path("config.jsonc");
  Deno.writeTextFileSync(config, '{ "daemon": { "log_level": "debug" } }');
  home.signal("SIGHUP");
  await eventually(async () => await logLevel(client) === "debug", 15_000, "the new level");

  for (
    const bad of [
      '{ "daemon": { "log_level": "loud" } }',
      '{ "daemon": ',
      "[]",
      '{ "daemon": { "idle_timeout_mins": -1 } }',
    ]
  ) {
    const count = () => readJournal(home).filter((line) => line.type === "daemon.config_rejected").length;
    const before = count();
    Deno.writeTextFileSync(config, bad);
    daemon.kill("SIGHUP"); // the launcher hands it on
    await eventually(() => count() > before, 15_000, `a record that ${bad} was refused`);
    assertEquals(await logLevel(client), "debug");
    const reload = await home.cli(["daemon", "reload"]);
    assertEquals(reload.code, 1, reload.stdout + reload.stderr);
    assertStringIncludes(reload.stderr, config);
    assertEquals(await logLevel(client), "debug");
  }
  Deno.writeTextFileSync(config, '{\n  "daemon": {\n    "log_level": "loud"\n  }\n}\n');
  const reload = await home.cli(["daemon", "reload"]);
  assertMatch(reload.stderr, /config\.jsonc:3\b[^]*log_level/);

  Deno.writeTextFileSync(config, '{ "daemon": { "log_level": "warn", "ipc_socket_path": "/tmp/elsewhere.sock" } }');
  const restart = await home.cli(["daemon", "reload"]);
  assertEquals(restart.code, 0, restart.stderr);
  assertStringIncludes(restart.stdout + restart.stderr, "ipc_socket_path");
  assertEquals(await logLevel(client), "warn");
  assertEquals(home.needPid(), pid);
});

/** Connects again and again until a daemon answers. */
async function again(home: TestHome): Promise<RawClient> {
  return await eventually(() => home.connect({ token: true, timeoutMs: 2000 }), 30_000, "a daemon after a restart", 20);
}

Deno.test("F2 through restarts each write of ten retrying writers is there once, and ten resuming readers see no gap", async () => {
  await using home = await TestHome.create();
  await home.start();
  let going = true;
  const writer = async (name: number): Promise<string[]> => {
    const done: string[] = [];
    let client = await again(home);
    for (let at = 0; going; at++) {
      const key = `w${name}-${at}`;
      const params = { sessionId: `w${name}`, agent: "test", title: key, idempotencyKey: key };
      for (;;) {
        try {
          await client.request("session.update", params, 5000);
          break;
        } catch {
          await client.close();
          client = await again(home);
        }
      }
      done.push(key);
      await pause(2);
    }
    await client.close();
    return done;
  };
  let end = Infinity;
  const reader = async (): Promise<string | undefined> => {
    let last = 0;
    for (;;) {
      const client = await again(home);
      try {
        const { resync, seq } = await client.request("subscribe", last === 0 ? {} : { since: last });
        if (last === 0) last = Number(seq);
        else if (resync === true) return `resync at ${last}`;
        for (;;) {
          if (last >= end) return undefined;
          const event = await client.nextEvent(20_000);
          if (event.seq !== last + 1) return `after ${last} came ${event.seq}`;
          last = event.seq;
        }
      } catch {
        // The daemon went away: resume from where we are.
      } finally {
        await client.close();
      }
    }
  };
  const writers = Array.from({ length: 10 }, (_, at) => writer(at));
  const readers = Array.from({ length: 10 }, () => reader());
  for (let round = 0; round < rounds(4, 20); round++) {
    await pause(150); // some writes between two restarts
    const restart = await home.cli(["daemon", "restart"]);
    assertEquals(restart.code, 0, restart.stderr);
  }
  going = false;
  const done = (await within(Promise.all(writers), 30_000, "the writers")).flat();
  await using client = await again(home);
  end = Number((await client.request("audit.head"))["size"]);
  await client.request("session.update", { sessionId: "end", agent: "test" }); // wakes the readers that are at the end
  assertEquals(await within(Promise.all(readers), 30_000, "the readers"), Array(10).fill(undefined));

  const lines = readJournal(home);
  assertEquals(brokenAt(lines), undefined);
  const keys = lines.map(({ data }) => data["idempotencyKey"]).filter((key) => typeof key === "string");
  assertEquals(keys.length, new Set(keys).size);
  const there = new Set(keys);
  assertEquals(done.filter((key) => !there.has(key)), []);
});

Deno.test("F5 ls | head -1 is quiet and exits 0", async () => {
  await using home = await TestHome.create();
  await home.start();
  await using client = await home.connect({ token: true });
  for (let at = 0; at < 1500; at += 50) {
    await Promise.all(Array.from({ length: 50 }, (_, i) => {
      const params: Json = {
        sessionId: `session-${at + i}`,
        agent: "test",
        title: "t".repeat(150),
        cwd: "/some/where",
      };
      return client.request("session.update", params);
    }));
  }
  for (const args of [["ls"], ["ls", "--json"], ["audit", "tail", "-n", "1000", "--json"]]) {
    const { argv, env } = home.command(args);
    await using pipe = home.spawnArgv(["sh", "-c", '{ "$@"; echo "exit $?" >&2; } | head -c 20', "sh", ...argv], env);
    const { stderr, stdout } = await pipe.exit(10_000);
    assertEquals(stderr, "exit 0\n", args.join(" "));
    assert(stdout.length > 0);
  }
});
