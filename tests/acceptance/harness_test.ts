/** The harness itself: it never touches the home of whoever runs the tests, and its waits end. */
import { assert, assertEquals, assertRejects, assertThrows } from "@std/assert";
import { TestHome } from "../support/harness.ts";
import { assertOurs } from "../support/harness_guard.ts";
import { isAlive, processesNaming, run, startTime } from "../support/harness_process.ts";
import { formEnv } from "../support/harness_program.ts";
import { eventually, within } from "../support/harness_wait.ts";
import { Impostor, RawSocket } from "../support/raw_socket.ts";
import { Disconnected, RawClient, RpcError } from "../support/wire.ts";

const PATH = Deno.env.get("PATH") ?? "";

Deno.test("harness: a path outside the temporary folder is refused", async () => {
  const real = `${Deno.env.get("HOME")}/.agent-console`;
  for (const path of [real, `${real}/journal`, "/tmp", "/tmp/ac-other/x", "/"]) {
    assertThrows(() => assertOurs(path, "/tmp/ac-this"), Error, "no test runs in");
  }
  await using home = await TestHome.create();
  assertThrows(() => home.command(["ls"], { env: { HOME: "/root" } }), Error, "no test runs in");
  assertThrows(() => home.command(["ls"], { env: { AGENT_CONSOLE_HOME: real } }), Error, "no test runs in");
  assertThrows(() => home.command(["--home", "/tmp/x", "ls"]), Error, "no test runs in");
  assertThrows(() => home.command(["--home=/tmp/x", "ls"]), Error, "no test runs in");
  const { env } = home.command(["ls"]);
  const form = Object.keys(formEnv(undefined));
  assertEquals(Object.keys(env).sort(), [...form, "AGENT_CONSOLE_HOME", "DENO_DIR", "HOME", "LANG", "PATH"].sort());
});

Deno.test("harness: a process that is left over fails the test and is ended", async () => {
  let pid = 0;
  const leaky = async () => {
    await using home = await TestHome.create();
    const { stdout } = await run(["sh", "-c", "sleep 60 >/dev/null 2>&1 & echo $!"], { env: { PATH, AC: home.root } });
    pid = Number(stdout);
    assert(processesNaming(home.root).some((found) => found.pid === pid));
  };
  await assertRejects(leaky, Error, "processes are left");
  await eventually(() => !isAlive(pid), 20_000, "its end");
});

Deno.test("harness: waits end at their deadline and a slow program is killed", async () => {
  await assertRejects(() => within(new Promise(() => {}), 20, "never"), Error, "never");
  await assertRejects(() => eventually(() => false, 20, "never"), Error, "never");
  await assertRejects(() => run(["sleep", "60"], { env: { PATH }, timeoutMs: 100 }), Error, "the end of process");
  assert(startTime(Deno.pid) !== undefined && isAlive(Deno.pid));
});

Deno.test("harness: the raw client tells results, errors, events and the end apart", async () => {
  await using home = await TestHome.create();
  const path = `${home.root}/s`;
  const answers: Record<string, string> = {
    ok: '{"id":1,"result":{"a":1}}\n{"method":"event","params":{"seq":7}}',
    no: '{"id":2,"error":{"code":1009,"message":"none","data":{"name":"not_found"}}}',
  };
  {
    await using server = new Impostor(path, (line) => answers[(JSON.parse(line) as { method: string }).method]);
    await using client = await RawClient.connect(path);
    assertEquals(await client.request("ok"), { a: 1 });
    assertEquals((await client.nextEvent()).seq, 7);
    const refused = await assertRejects(() => client.request("no"), RpcError);
    assertEquals([refused.code, refused.kind], [1009, "not_found"]);
    await assertRejects(() => client.call("silent", {}, 50), Error, "the answer");
    using raw = await RawSocket.connect(path);
    await raw.write('{"method":"ok"}\n');
    assertEquals((await raw.readLines(2)).length, 2);
    const ended = client.end(20_000);
    server.hangUp();
    await ended;
    await assertRejects(() => client.request("ok"), Disconnected);
  }
});
