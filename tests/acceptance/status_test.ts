/** `status`, `daemon status` and `daemon reload`: three lines of a daemon that runs, what is known of one that does not. */
import { assert, assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { TestHome } from "../support/harness.ts";
import { eventually } from "../support/harness_wait.ts";

function event(id: string): string {
  return JSON.stringify({ session_id: id, hook_event_name: "UserPromptSubmit", cwd: "/x", prompt: `do ${id}` });
}

async function isKnown(home: TestHome, id: string): Promise<boolean> {
  await using client = await home.connect({ token: true });
  const { sessions } = await client.request("session.list") as unknown as { sessions: { id: string }[] };
  return sessions.some((one) => one.id === id);
}

Deno.test("first hour 9: a daemon that a person stopped: status says since when, what hooks have kept, and how to start it", async () => {
  await using home = await TestHome.create();
  const never = await home.cli(["daemon", "status"]);
  assertEquals([never.code, never.stdout], [3, ""]);
  assertEquals(never.stderr, "error: no daemon is running\nhint: agent-console daemon start\n");
  await home.start();
  assertEquals((await home.stop()).code, 0);
  for (const id of ["a", "b"]) {
    const { code, stdout, stderr } = await home.cli(["hook", "claude"], { stdin: event(id) });
    assertEquals([code, stdout, stderr], [0, "", ""]);
  }
  for (const args of [["status"], ["daemon", "status"], ["daemon", "status", "-v"]]) {
    const { code, stdout, stderr } = await home.cli(args);
    assertEquals([code, stdout], [3, ""], args.join(" "));
    assertMatch(
      stderr,
      /^error: no daemon is running: you stopped it \d+[sm] ago; hooks have kept 2 events \(\d+ B\)\nhint: agent-console daemon start\n$/,
    );
  }
  for (const args of [["status", "--json"], ["daemon", "status", "--json"]]) {
    const { code, stdout } = await home.cli(args);
    const { schema, state, stoppedAt, spool } = JSON.parse(stdout);
    assertEquals([code, schema, state, spool.events], [3, 1, "stopped", 2]);
    assert(spool.bytes > 0 && Math.abs(Date.now() - Date.parse(stoppedAt)) < 60_000, stdout);
  }
  assertEquals(home.daemonPid(), undefined, "a look starts none");

  assertEquals((await home.cli(["ls"])).code, 0);
  await eventually(
    async () => {
      const { sessions } = await home.json(["ls", "--json"]) as unknown as { sessions: { id: string }[] };
      return sessions.length === 2 || undefined;
    },
    20_000,
    "the kept events",
  );
  assertEquals((await home.cli(["status"])).code, 0);
});

Deno.test("first hour 7: status is three lines, and -v adds the rest in words", async () => {
  await using home = await TestHome.create();
  await home.start();
  await home.cli(["hook", "claude"], { stdin: event("a") });
  // A hook to which a busy daemon replies late keeps its event, and the daemon takes it some time later.
  await eventually(async () => await isKnown(home, "a"), 20_000, "the event of the hook", 50);
  for (const args of [["status"], ["daemon", "status"]]) {
    const { code, stdout, stderr } = await home.cli(args);
    assertEquals([code, stderr], [0, ""]);
    const lines = stdout.trimEnd().split("\n");
    assertMatch(
      lines[0]!,
      /^agent-console \d+\.\d+\.\d+(?: \(build [0-9a-f]{8}\))? running, pid \d+, up \d+[sm], safety mode manual$/,
    );
    assertEquals(lines[1], "sessions  1 at work");
    assertMatch(lines[2]!, /^journal {3}ok, \d+(\.\d+)? (B|KiB)$/);
    assertEquals(lines.length, 3, stdout);
  }
  const { stdout } = await home.cli(["status", "-v"]);
  const named = (text: string) => text.split("\n").map((line) => line.split(" ")[0]);
  assertEquals(named((await home.cli(["daemon", "status", "-v"])).stdout), named(stdout));
  for (const name of ["socket", "clients", "records", "memory"]) assertMatch(stdout, new RegExp(`^${name} +\\S`, "m"));
  assert(!stdout.includes("{"), stdout);
});

Deno.test("first hour 7: daemon reload starts no daemon", async () => {
  await using home = await TestHome.create();
  const { code, stdout, stderr } = await home.cli(["daemon", "reload"]);
  assertEquals([code, stdout, home.daemonPid()], [3, "", undefined]);
  assertStringIncludes(stderr, "hint: agent-console daemon start");
  await home.start();
  assertEquals((await home.cli(["daemon", "reload"])).stdout, "nothing to apply\n");
});

Deno.test("first hour 17: status says that an error of the configuration is of the last reload, until the next", async () => {
  await using home = await TestHome.create({ config: "{}" });
  await home.start();
  await Deno.writeTextFile(home.path("config.jsonc"), '{"daemon": ');
  assert((await home.cli(["daemon", "reload"])).code !== 0);
  await Deno.writeTextFile(home.path("config.jsonc"), "{}");
  const { stdout } = await home.cli(["status"]);
  assertMatch(
    stdout,
    /^error +the last reload was refused: .*config\.jsonc.*; agent-console daemon reload tries again$/m,
  );
  assertEquals((await home.cli(["daemon", "reload"])).code, 0);
  assertEquals((await home.cli(["status"])).stdout.includes("reload"), false);
});
