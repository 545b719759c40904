/** H3: settings that the agent skips are refused before anything is written, and said in the status. */
import { assert, assertEquals, assertRejects, assertStringIncludes, assertThrows } from "@std/assert";
import { HOOK_SPECS } from "../../src/agents/registry.ts";
import type { JsonHooks } from "../../src/agents/shared/hook_spec.ts";
import { sha256Hex } from "../../src/platform/hash.ts";
import type { FileStat } from "../../src/platform/system.ts";
import { ConsoleError } from "../../src/protocol/errors.ts";
import { addEntries, removeEntries, statusOf } from "../../src/settings/hook_entries.ts";
import { hooksStatus, install } from "../../src/settings/install.ts";
import { MemoryFiles } from "../support/memory_files.ts";

const PROGRAM = ["/opt/agent-console", "--home", "/h"];
const agent = (name: string) => HOOK_SPECS.find((one) => one.name === name) as JsonHooks;
const pre = (entry: unknown) => ({ hooks: { PreToolUse: [entry] } });
const handler = (members: object) => pre({ hooks: [{ type: "command", command: "x", ...members }] });

/** Seen of Claude Code 2.1.329: `claude doctor` calls each invalid as a whole. */
const SKIPPED: readonly (readonly [unknown, string])[] = [
  ["{ // mine\n}", "comments"],
  ['{ /* mine */ "model": "opus" }', "comments"],
  ['{ "model": "opus", }', "trailing commas"],
  [{ model: 5 }, "model that is 5"],
  [{ model: null }, "model that is null"],
  [{ $schema: true }, "$schema"],
  [{ verbose: "yes" }, "verbose that is a text, expected true or false"],
  [{ cleanupPeriodDays: "5" }, "cleanupPeriodDays"],
  [{ env: "A=1" }, "env"],
  [{ env: [] }, "env"],
  [{ permissions: { allow: "Bash" } }, "permissions.allow that is a text, expected a list"],
  [{ permissions: [] }, "permissions that is a list"],
  [{ permissions: { additionalDirectories: [5] } }, "permissions.additionalDirectories"],
  [{ statusLine: "x" }, "statusLine"],
  [{ statusLine: { type: "command" } }, "statusLine without command"],
  [{ statusLine: { type: "command", command: "x", padding: "1" } }, "statusLine.padding"],
  [{ sandbox: { network: { allowedDomains: "x" } } }, "sandbox.network.allowedDomains"],
  [{ availableModels: [5] }, "availableModels"],
  [pre({ matcher: "Bash", command: "true" }), 'hooks.PreToolUse[0] without a list "hooks"'],
  [pre("true"), "hooks.PreToolUse[0] that is a text"],
  [pre({ matcher: 5, hooks: [] }), "hooks.PreToolUse[0].matcher"],
  [pre({ hooks: ["true"] }), "hooks.PreToolUse[0].hooks[0] that is a text"],
  [handler({ timeout: "5" }), "timeout that is a text, expected a number"],
  [handler({ args: "a" }), "args"],
  [handler({ command: undefined }), "hooks[0] without command"],
];

/** What it reads all the same: it leaves out the part, or says nothing of it. */
const READ: readonly unknown[] = [
  '\ufeff{ "model": "opus" }',
  '{\r\n  "model": "opus"\r\n}\r\n',
  "",
  " \n",
  { unknown: 5, theme: 5, env: { A: 1, B: null } },
  { hooks: { Unknown: [] } },
  { hooks: { Stop: [{ hooks: [{ type: "weird" }] }, { matcher: 5, hooks: [] }] } },
  { hooks: { Stop: [{ matcher: "x" }] } },
  { permissions: { allow: ["Bash(", 5], deny: [], defaultMode: "plan" } },
  { attribution: false, statusLine: { type: "command", command: "x", padding: 0 } },
  pre({ hooks: [{ type: "prompt", prompt: "x" }, { type: "command", command: "x", frob: 1 }] }),
];

const text = (value: unknown) => typeof value === "string" ? value : JSON.stringify(value);

Deno.test("H3 claude: a file that it skips is refused with the reason and what to do, and its status says so", () => {
  for (const [value, why] of SKIPPED) {
    const settings = text(value);
    const error = assertThrows(() => addEntries(agent("claude"), settings, PROGRAM), ConsoleError, why);
    assertStringIncludes(error.hint ?? "", "Claude Code reads nothing of this file");
    const status = statusOf(agent("claude"), settings, PROGRAM);
    assertEquals(status.state, "absent", settings);
    assertStringIncludes(status.problem ?? "", why);
  }
});

Deno.test("H3 claude: a file that it reads gets our hooks, and one that is spoilt later is no longer called installed", () => {
  for (const value of READ) {
    const settings = text(value);
    const now = addEntries(agent("claude"), settings, PROGRAM);
    assertEquals(statusOf(agent("claude"), now, PROGRAM).state, "installed", settings);
    const spoilt = now.replace("{", "{ // mine\n");
    assertEquals(statusOf(agent("claude"), spoilt, PROGRAM).state, "unreadable", settings);
    assert(!removeEntries(agent("claude"), spoilt, PROGRAM).includes("agent-console"), settings);
  }
});

Deno.test("H3 gemini: comments are read; a trailing comma or a byte order mark stops it, and is refused", () => {
  const gemini = agent("gemini");
  assertEquals(statusOf(gemini, addEntries(gemini, '{ // mine\n "a": 1 }', PROGRAM), PROGRAM).state, "installed");
  assertThrows(() => addEntries(gemini, '{ "a": 1, }', PROGRAM), ConsoleError, "trailing commas");
  assertThrows(() => addEntries(gemini, '\ufeff{ "a": 1 }', PROGRAM), ConsoleError, "byte order mark");
});

/** A disk on which nothing can take the file's place. */
class Fixed extends MemoryFiles {
  constructor(readonly file: string, readonly mode: number, readonly error: Error | undefined) {
    super();
  }
  override stat(path: string): FileStat | undefined {
    const found = super.stat(path);
    return found && path === this.file ? { ...found, mode: this.mode } : found;
  }
  override replace(path: string, bytes: Uint8Array, mode?: number): void {
    if (path === this.file && this.error !== undefined) throw this.error;
    super.replace(path, bytes, mode);
  }
}

Deno.test("H3 a file that cannot be written is one clear line, and no backup of it stays", async () => {
  const file = "/u/.claude/settings.json";
  const busy = new Deno.errors.Busy("Resource busy (os error 16): rename");
  const readOnly = new Deno.errors.PermissionDenied("Read-only file system (os error 30): open");
  for (
    const [error, mode, why] of [
      [busy, 0o600, `${file} is a mount of its own`],
      [readOnly, 0o600, `${file} cannot be written: Read-only file system`],
      [undefined, 0o400, `${file} is read-only`],
    ] as const
  ) {
    const files = new Fixed(file, mode, error);
    for (const folder of ["/u", "/u/.claude", "/h"]) files.mkdir(folder, 0o700);
    files.put(file, new TextEncoder().encode("{}"));
    const system = {
      files,
      timers: { sleep: () => Promise.resolve() },
      sha256: sha256Hex,
      uid: 1000,
      realPath: (path: string) => path,
      tryLock: () => ({ release() {} }),
    };
    const target = { home: "/h", agent: agent("claude"), file, program: PROGRAM };
    const thrown = await assertRejects(() => install(system, target), ConsoleError, why);
    assert(thrown.hint !== undefined && !thrown.message.includes("\n"));
    assertEquals(new TextDecoder().decode(files.read(file)), "{}");
    assertEquals(files.list("/h/backups"), []);
    assertEquals(hooksStatus(system, target).state, "absent");
  }
});
