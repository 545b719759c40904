import { parse as parseToml } from "@std/toml/parse";
import { assert, assertEquals, assertMatch, assertObjectMatch, assertThrows } from "@std/assert";
import { loadConfig, type Loaded, type LoadOptions } from "../../src/config/load.ts";
import { configView, diffConfig } from "../../src/config/values.ts";
import { type Origin, originText, parseOrigin } from "../../src/config/origin.ts";
import { SCHEMA } from "../../src/daemon/features.ts";
import { homePaths } from "../../src/platform/home_paths.ts";
import type { FileStat } from "../../src/platform/system.ts";
import { ConsoleError } from "../../src/protocol/errors.ts";

const UID = 1000;
const paths = homePaths("/h");

interface Given extends Partial<Omit<LoadOptions, "files" | "paths">> {
  readonly jsonc?: string | Uint8Array;
  readonly toml?: string;
  readonly stat?: Partial<FileStat>;
}

function load({ jsonc, toml, stat, ...rest }: Given = {}): Loaded {
  const held = new Map<string, Uint8Array>();
  for (const [path, text] of [[paths.configJsonc, jsonc], [paths.configToml, toml]] as const) {
    if (text !== undefined) held.set(path, typeof text === "string" ? new TextEncoder().encode(text) : text);
  }
  const files = {
    read: (path: string) => held.get(path)!,
    stat: (path: string): FileStat | undefined => {
      const size = held.get(path)?.length;
      if (size === undefined) return undefined;
      return { kind: "file", size, mode: 0o600, uid: UID, inode: 1, device: 1, mtimeMs: 0, ...stat };
    },
  };
  return loadConfig({ schema: SCHEMA, paths, files, env: {}, cwd: "/cwd", uid: UID, parseToml, ...rest });
}

function refused(given: Given, kind: ConsoleError["kind"] = "config_invalid"): string {
  const error = assertThrows(() => load(given), ConsoleError);
  assertEquals(error.kind, kind);
  return error.message;
}

Deno.test("without a file every key has its default", () => {
  const { config, origins, warnings, file } = load();
  assertObjectMatch({ ...config }, {
    daemon: {
      auto_start: true,
      idle_timeout_mins: 0,
      ipc_socket_path: null,
      pid_file_path: null,
      log_level: "info",
      safety_mode: "manual",
      stale_after_mins: 30,
    },
    approvals: { hook_wait_secs: null, pre_tool_use: false, rules: [] },
    journal: { fsync: "interval", segment_mib: 64 },
    feeds: { claude_sessions: false, codex_app_server: false, gemini_chats: false, opencode_server: false },
  });
  assertEquals(new Set(Object.values(origins).map(originText)), new Set(["default"]));
  assertEquals([warnings, file], [[], null]);
  assert(Object.isFrozen(config) && Object.isFrozen(config.daemon));
  assertEquals(load({ jsonc: "" }).config, config);
  assertEquals(load({ jsonc: "\ufeff// nothing\n" }).config, config);
  assertEquals(load({ toml: "" }).config, config);
});

Deno.test("flag over environment over file over default, each value with its origin", () => {
  const jsonc = `{
  // comments and trailing commas are fine
  "daemon": {
    "log_level": "warn", "ipc_socket_path": "/file.sock", "pid_file_path": "/file.pid",
    "stale_after_mins": 1.5,
  },
}`;
  const { config, origins, file } = load({
    jsonc,
    env: { AGENT_CONSOLE_LOG_LEVEL: "debug", AGENT_CONSOLE_SOCKET: "env.sock", AGENT_CONSOLE_NO_START: "1" },
    flags: { "daemon.ipc_socket_path": { value: "../flag.sock", flag: "--socket" } },
  });
  assertEquals(config.daemon, {
    auto_start: false,
    start_after_stop: false,
    idle_timeout_mins: 0,
    ipc_socket_path: "/flag.sock",
    pid_file_path: "/file.pid",
    log_level: "debug",
    safety_mode: "manual",
    max_turns: 8,
    stale_after_mins: 1.5,
  });
  assertEquals(originText(origins["daemon.ipc_socket_path"]!), "--socket");
  assertEquals(originText(origins["daemon.log_level"]!), "AGENT_CONSOLE_LOG_LEVEL");
  assertEquals(originText(origins["daemon.auto_start"]!), "AGENT_CONSOLE_NO_START");
  assertEquals(originText(origins["daemon.pid_file_path"]!), "/h/config.jsonc:4:59");
  assertEquals(originText(origins["daemon.stale_after_mins"]!), "/h/config.jsonc:5:5");
  assertEquals(originText(origins["daemon.idle_timeout_mins"]!), "default");
  assertEquals(file, "/h/config.jsonc");
});

Deno.test("an empty variable counts as absent, and AGENT_CONSOLE_NO_START=0 starts", () => {
  for (const value of ["", "0", "false"]) {
    assertEquals(load({ env: { AGENT_CONSOLE_NO_START: value } }).config.daemon.auto_start, true);
  }
  assertEquals(originText(load({ env: { AGENT_CONSOLE_SOCKET: "" } }).origins["daemon.ipc_socket_path"]!), "default");
});

Deno.test("config.toml takes the same keys, with lines and columns found again", () => {
  const toml = `# mine
[daemon]
auto_start = false
  "log_level" = "error"

[journal]
segment_mib = 8
`;
  const { config, origins } = load({ toml });
  assertEquals([config.daemon.auto_start, config.daemon.log_level, config.journal.segment_mib], [false, "error", 8]);
  assertEquals(originText(origins["daemon.auto_start"]!), "/h/config.toml:3:1");
  assertEquals(originText(origins["daemon.log_level"]!), "/h/config.toml:4:3");
  assertEquals(
    originText(load({ toml: "daemon.log_level = 'warn'" }).origins["daemon.log_level"]!),
    "/h/config.toml:1:1",
  );
  assertEquals(load({ toml: "daemon = { log_level = 'warn' }" }).config.daemon.log_level, "warn");
});

Deno.test("a wrong value is refused with file, line, column and key", () => {
  assertEquals(
    refused({ jsonc: `{\n  "daemon": {\n    "idle_timeout_mins": "x"\n  }\n}` }),
    '/h/config.jsonc:3:5 daemon.idle_timeout_mins is "x", expected a number of minutes ≥ 0',
  );
  assertEquals(
    refused({ toml: "[journal]\nsegment_mib = 0\n" }),
    "/h/config.toml:2:1 journal.segment_mib is 0, expected a whole number of MiB from 1 to 1024",
  );
  assertEquals(
    refused({ toml: "[daemon]\nlog_level = 1979-05-27\n" }),
    "/h/config.toml:2:1 daemon.log_level is a date, expected debug, info, warn or error",
  );
  assertEquals(
    refused({ jsonc: '{"daemon": []}' }),
    "/h/config.jsonc:1:2 daemon is an array, expected an object",
  );
  assertMatch(
    refused({ jsonc: '{"daemon": {"log_level": {"a": 1}}}' }),
    /:1:13 daemon\.log_level is an object, expected /,
  );
  assertMatch(refused({ jsonc: '{"daemon": {"ipc_socket_path": "rel"}}' }), /is "rel", expected an absolute path/);
  assertMatch(refused({ jsonc: '{"daemon": {"ipc_socket_path": "/a,b"}}' }), /without commas/);
  assertEquals(
    refused({ env: { AGENT_CONSOLE_LOG_LEVEL: "loud" } }),
    'AGENT_CONSOLE_LOG_LEVEL: daemon.log_level is "loud", expected debug, info, warn or error',
  );
  assertMatch(
    refused({ flags: { "daemon.idle_timeout_mins": { value: -1, flag: "--idle" } } }),
    /^--idle: daemon\.idle_timeout_mins is -1, expected a number of minutes ≥ 0$/,
  );
});

Deno.test("several wrong values are told at once", () => {
  const message = refused({ jsonc: '{"daemon": {"auto_start": 1,\n"log_level": 2}}' });
  assertMatch(
    message,
    /config\.jsonc:1:13 daemon\.auto_start is 1, expected true or false\n {2}\/h\/config\.jsonc:2:1 /,
  );
});

Deno.test("wrong syntax is refused with its place", () => {
  assertMatch(
    refused({ jsonc: '{\n  "daemon": {,}\n}' }),
    /^\/h\/config\.jsonc:2:14 is not JSON \(/,
  );
  assertMatch(refused({ jsonc: "[]" }), /config\.jsonc:1:1 is an array, expected an object$/);
  assertMatch(refused({ jsonc: "[".repeat(100_000) }), /config\.jsonc:1:\d+ is /);
  assertMatch(refused({ toml: "[daemon]\nx = = 1" }), /^\/h\/config\.toml:2:1 is not TOML \(/);
  assertMatch(refused({ jsonc: new Uint8Array([0x7b, 0xff, 0x7d]) }), /config\.jsonc:1:1 is not UTF-8/);
  assertMatch(refused({ jsonc: " ".repeat(1_048_577) }), /is 1048577 bytes, more than 1 MiB/);
});

Deno.test("unknown keys and keys of later versions warn; a doubled key counts as it stands last", () => {
  const { config, warnings, typos } = load({
    jsonc: `{ "daemon": { "log_levle": "warn", "auto_start": false, "auto_start": true },
  "capsules": { "keep_days": 1 },
  "scheduler": { "jobs": 1 }, "deamon": {}, "zzzzzz": 1, "__proto__": { "x": 1 }, "constructor": 1 }`,
  });
  assertEquals(config.daemon.auto_start, true);
  assertEquals(warnings.map((warning) => warning.replace("/h/config.jsonc:", "")), [
    "1:15 daemon.log_levle is not a known key, did you mean daemon.log_level?",
    "1:57 daemon.auto_start is given twice, the last one counts",
    "2:17 capsules.keep_days is not a known key",
    "3:18 scheduler.jobs is not used by this version",
    "3:31 deamon is not a known key, did you mean daemon?",
    "3:45 zzzzzz is not a known key",
    "3:58 __proto__ is not a known key",
    "3:83 constructor is not a known key",
  ]);
  assertEquals(typos, warnings.filter((warning) => warning.includes("not a known key")));
  assertEquals(load({ toml: "[daemon]\nlog_levl = 'warn'" }).warnings, [
    "/h/config.toml:2:1 daemon.log_levl is not a known key, did you mean daemon.log_level?",
  ]);
});

Deno.test("a file that others could have written is refused, and two files are", () => {
  assertMatch(
    refused({ jsonc: "{}", stat: { mode: 0o666 } }, "unsafe_path"),
    /\/h\/config\.jsonc has mode 0666, which lets others write to it/,
  );
  assertMatch(refused({ jsonc: "{}", stat: { uid: 65534 } }, "unsafe_path"), /belongs to uid 65534/);
  assertMatch(
    refused({ toml: "", stat: { kind: "symlink" } }, "unsafe_path"),
    /config\.toml is a symlink, not a file/,
  );
  assertMatch(refused({ jsonc: "{}", toml: "" }), /both \/h\/config\.jsonc and \/h\/config\.toml are there$/);
});

Deno.test("A3 what looks like a credential is masked in errors and in the view", () => {
  const canary = "sk-ant-canary0123456789";
  assert(!refused({ jsonc: `{"daemon": {"log_level": "${canary}"}}` }).includes(canary));
  const loaded = load({ jsonc: `{"daemon": {"pid_file_path": "/${canary}/x"}}` });
  assert(!JSON.stringify(configView(loaded)).includes(canary));
});

Deno.test("A4 control characters in a key or a value are shown escaped", () => {
  const { warnings } = load({ jsonc: '{"a\\u001b]52;\\u202e\\nb": 1}' });
  assertEquals(warnings, ['/h/config.jsonc:1:2 "a\\x1b]52;\\u202e\\nb" is not a known key']);
  // deno-lint-ignore no-control-regex
  assert(!/[\u0000-\u001f]/.test(refused({ jsonc: '{"daemon": {"log_level": "\\u001b[31m\\n"}}' })));
});

Deno.test("configView: every value with its origin", () => {
  const { file, values } = configView(load({ jsonc: '{"journal": {"fsync": "never"}}' }));
  assertEquals(file, "/h/config.jsonc");
  assertEquals(values["journal.fsync"], { value: "never", origin: "/h/config.jsonc:1:14" });
  assertEquals(values["daemon.auto_start"], { value: true, origin: "default" });
  // One of a section that is keyed by name is there where a name is given.
  const all = SCHEMA.settings.map(({ key }) => key).filter((key) => !key.includes("<"));
  assertEquals(Object.keys(values), all);
});

Deno.test("diffConfig: what a reload applies and what needs a restart", () => {
  const old = load().config;
  const now = load({
    jsonc: '{"daemon": {"log_level": "warn", "ipc_socket_path": "/s"}, "journal": {"segment_mib": 1}}',
  }).config;
  assertEquals(diffConfig(SCHEMA, old, now), {
    applied: ["daemon.log_level"],
    needsRestart: ["daemon.ipc_socket_path", "journal.segment_mib"],
  });
  assertEquals(diffConfig(SCHEMA, old, load().config), { applied: [], needsRestart: [] });
});

Deno.test("an origin read from its word is the same origin", () => {
  const origins: readonly Origin[] = [
    { kind: "default" },
    { kind: "file", place: "/h/config.jsonc:4:59" },
    { kind: "file", place: "/h/config.toml" },
    { kind: "variable", name: "AGENT_CONSOLE_SOCKET" },
    { kind: "flag", flag: "--socket" },
  ];
  assertEquals(origins.map((origin) => parseOrigin(originText(origin))), origins);
});
