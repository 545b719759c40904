import { assert, assertEquals, assertThrows } from "@std/assert";
import fc from "fast-check";
import { truncatePayload } from "../../src/protocol/truncate_payload.ts";
import { daemonArgs, parseDaemonArgs } from "../../src/daemon/options.ts";
import { IdleExit } from "../../src/daemon/idle_exit.ts";
import { envFlag, homePaths } from "../../src/platform/home_paths.ts";
import { claimStart, spooledAt, spooledNames, spoolEvent, staleParts } from "../../src/platform/spool.ts";
import { ConsoleError } from "../../src/protocol/errors.ts";
import { Tokens } from "../../src/transport/tokens.ts";
import { MemoryFiles } from "../support/memory_files.ts";

Deno.test("H1 shrink: any payload becomes less than a line of the wire, and what matters stays", () => {
  const large = { session_id: "s", hook_event_name: "PostToolUse", tool_response: { stdout: "x".repeat(5_000_000) } };
  const { event, cutFrom } = truncatePayload(JSON.stringify(large));
  const small = event as typeof large;
  assertEquals(cutFrom, JSON.stringify(large).length);
  assertEquals([small.session_id, small.hook_event_name], ["s", "PostToolUse"]);
  assert(JSON.stringify(small).length < 100_000);
  assertEquals(truncatePayload("not json").event, "not json");
  assertEquals((truncatePayload("{".repeat(100_000)).event as string).length, 8192);
});

Deno.test("H1 shrink: of a long command both ends stay, for the dangerous part is often the tail", () => {
  const { event } = truncatePayload(JSON.stringify({ command: `echo ${"x".repeat(100_000)}; rm -rf /` }));
  const { command } = event as { command: string };
  assert(command.startsWith("echo x") && command.endsWith("x; rm -rf /") && command.length <= 8193, command.slice(-20));
});

Deno.test("H1 shrink: never throws, and leaves small payloads as they are", () => {
  fc.assert(fc.property(fc.json(), (json) => {
    assertEquals(truncatePayload(json), { event: JSON.parse(json) });
  }));
});

Deno.test("spool: files come whole, sort by time, and are bounded", () => {
  const files = new MemoryFiles();
  const paths = homePaths("/h");
  const event = (key: string) => ({ agent: "claude", event: {}, env: {}, idempotencyKey: key });
  const names = [spoolEvent(files, paths, event("b"), 2000), spoolEvent(files, paths, event("a"), 2050)];
  assertEquals(spooledNames(files, paths), names.map(String));
  for (let i = 0; i < 600; i++) spoolEvent(files, paths, event(`k${i}`), 3000 + i);
  const kept = spooledNames(files, paths);
  assertEquals([kept.length, kept.at(-1)?.endsWith("-k599.json"), kept[0]?.endsWith("-k88.json")], [512, true, true]);
  assertEquals([names[0], "x.json", "00-k.json"].map((name) => spooledAt(String(name))), [2000, undefined, 0]);
});

Deno.test("a switch is on with any text but the empty one, 0 and false", () => {
  assertEquals([undefined, "", "0", "false", "1", "true", "yes"].map(envFlag), [
    false,
    false,
    false,
    false,
    true,
    true,
    true,
  ]);
});

Deno.test("spool: one hook of many starts a daemon, and the next may when that took too long", () => {
  const files = new MemoryFiles();
  const paths = homePaths("/h");
  spoolEvent(files, paths, { agent: "claude", event: {}, env: {}, idempotencyKey: "k" }, 0);
  const claim = (now: number) => claimStart(files, paths, now, 3000);
  assertEquals(claim(0), true);
  const begun = files.stat("/h/spool/starting")?.mtimeMs ?? NaN;
  assertEquals([claim(begun + 10), claim(begun + 2999), claim(begun + 3001)], [false, false, true]);
});

Deno.test("spool: the part of a file whose hook was ended is found when it is old", () => {
  const files = new MemoryFiles();
  const paths = homePaths("/h");
  spoolEvent(files, paths, { agent: "claude", event: {}, env: {}, idempotencyKey: "k" }, 0);
  files.create("/h/spool/1-x.json.part", new Uint8Array(3), 0o600);
  const made = files.stat("/h/spool/1-x.json.part")?.mtimeMs ?? NaN;
  assertEquals(staleParts(files, paths, made + 1000), []);
  assertEquals(staleParts(files, paths, made + 61_000), ["1-x.json.part"]);
});

Deno.test("daemon options: the words and the options are each other's inverse; strangers are named", () => {
  const options = parseDaemonArgs(["--home", "/h", "-w", "/w", "--ephemeral", "-v"]);
  assertEquals(options, { home: "/h", workspace: "/w", ephemeral: true, verbose: true, tied: false });
  assertEquals(parseDaemonArgs(daemonArgs(options)), options);
  const limited = parseDaemonArgs(["--limit", "tickMs=500", "--limit=maxConnections=256"]);
  assertEquals(limited.limits, { tickMs: 500, maxConnections: 256 });
  assertEquals(parseDaemonArgs(daemonArgs(limited)), limited);
  const limits = [
    "nope=1",
    "toString=1",
    "tickMs",
    "tickMs=",
    "tickMs=0",
    "tickMs=-1",
    "tickMs=1.5",
    "tickMs=x",
    "",
    "=1",
  ];
  for (
    const args of [["--nope"], ["word"], ["--session", "x"], ["--socket="], ...limits.map((one) => ["--limit", one])]
  ) {
    assertEquals(assertThrows(() => parseDaemonArgs(args), ConsoleError).kind, "usage");
  }
});

Deno.test("A5 the token is 32 random bytes in hex, and only the same one passes", () => {
  const tokens = new Tokens();
  const token = tokens.issue("admin");
  assert(/^[0-9a-f]{64}$/.test(token));
  const reads = tokens.issue("read");
  assert(token !== reads);
  assertEquals([tokens.scopeOf(token), tokens.scopeOf(reads)], ["admin", "read"]);
  for (const wrong of ["", token.slice(1), token.slice(0, -1), token + "0", "0".repeat(64)]) {
    assertEquals(tokens.scopeOf(wrong), undefined, wrong);
  }
});

Deno.test("F6 idle: the daemon leaves after its idle time without clients and work, not before, and never with 0", () => {
  let now = 0;
  let mins = 2;
  let left = "";
  let pending = true;
  const idle = new IdleExit({
    ephemeral: false,
    idleMins: () => mins,
    steady: () => now,
    isPending: () => pending,
    leave: (reason) => left = reason,
  });
  idle.changed(1);
  now = 10 * 60_000;
  idle.tick();
  assertEquals([left, idle.status().idleInSecs], ["", 120]);
  idle.changed(0);
  now += 60_000;
  idle.tick();
  assertEquals([left, idle.status().idleInSecs], ["", 60]);
  mins = 0;
  now += 3_600_000;
  idle.tick();
  assertEquals([left, idle.status().idleInSecs], ["", undefined]);
  mins = 2;
  idle.tick();
  assertEquals(left, "", "a job is to come");
  pending = false;
  idle.tick();
  assertEquals(left, "idle");
});
