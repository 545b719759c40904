import { assert, assertEquals, assertThrows } from "@std/assert";
import fc from "fast-check";
import { shrink } from "../../src/client/shrink.ts";
import { daemonArgs, parseDaemonArgs } from "../../src/daemon/options.ts";
import { Presence } from "../../src/daemon/presence.ts";
import { homePaths } from "../../src/platform/home.ts";
import { spool, spooledNames } from "../../src/platform/spool.ts";
import { ConsoleError } from "../../src/protocol/errors.ts";
import { newToken, sameToken } from "../../src/transport/token.ts";
import { MemoryFiles } from "../support/memory_files.ts";

Deno.test("H1 shrink: any payload becomes less than a line of the wire, and what matters stays", () => {
  const large = { session_id: "s", hook_event_name: "PostToolUse", tool_response: { stdout: "x".repeat(5_000_000) } };
  const small = shrink(JSON.stringify(large)) as typeof large;
  assertEquals([small.session_id, small.hook_event_name], ["s", "PostToolUse"]);
  assert(JSON.stringify(small).length < 100_000);
  assertEquals(shrink("not json"), "not json");
  assertEquals((shrink("{".repeat(100_000)) as string).length, 8192);
});

Deno.test("H1 shrink: never throws, and leaves small payloads as they are", () => {
  fc.assert(fc.property(fc.json(), (json) => {
    assertEquals(shrink(json), JSON.parse(json));
  }));
});

Deno.test("spool: files come whole, sort by time, and are bounded", () => {
  const files = new MemoryFiles();
  const paths = homePaths("/h");
  const event = (key: string) => ({ agent: "claude", event: {}, env: {}, idempotencyKey: key });
  assertEquals(spool(files, paths, event("b"), 2000, 100)?.startedByOther, false);
  assertEquals(spool(files, paths, event("a"), 2050, 100)?.startedByOther, true);
  assertEquals(
    spooledNames(files, paths).map((name) => name.split("-")[1]),
    ["b.json", "a.json"],
  );
  for (let i = 0; i < 600; i++) spool(files, paths, event(`k${i}`), 3000 + i, 100);
  assertEquals(spooledNames(files, paths).length, 512);
});

Deno.test("daemon options: the words and the options are each other's inverse; strangers are named", () => {
  const options = parseDaemonArgs(["--home", "/h", "-w", "/w", "--ephemeral", "-v"]);
  assertEquals(options, { home: "/h", workspace: "/w", ephemeral: true, verbose: true, tied: false });
  assertEquals(parseDaemonArgs(daemonArgs(options)), options);
  for (const args of [["--nope"], ["word"], ["--session", "x"], ["--socket="]]) {
    assertEquals(assertThrows(() => parseDaemonArgs(args), ConsoleError).kind, "usage");
  }
});

Deno.test("A5 the token is 32 random bytes in hex, and only the same one passes", () => {
  const token = newToken();
  assert(/^[0-9a-f]{64}$/.test(token));
  assert(token !== newToken());
  assert(sameToken(token, token));
  for (const wrong of ["", token.slice(1), token.slice(0, -1), token + "0", "0".repeat(64)]) {
    assert(!sameToken(wrong, token), wrong);
  }
});

Deno.test("F6 idle: the daemon leaves after its idle time without clients, not before, and never with 0", () => {
  let now = 0;
  let mins = 2;
  let left = "";
  const presence = new Presence({
    ephemeral: false,
    idleMins: () => mins,
    steady: () => now,
    leave: (reason) => left = reason,
  });
  presence.changed(1);
  now = 10 * 60_000;
  presence.check();
  assertEquals([left, presence.idleInSecs()], ["", 120]);
  presence.changed(0);
  now += 60_000;
  presence.check();
  assertEquals([left, presence.idleInSecs()], ["", 60]);
  mins = 0;
  now += 3_600_000;
  presence.check();
  assertEquals([left, presence.idleInSecs()], ["", undefined]);
  mins = 2;
  presence.check();
  assertEquals(left, "idle");
});
