/** Files of earlier versions are read as they are. */
import { parse as parseToml } from "@std/toml/parse";
import { assertEquals, assertObjectMatch } from "@std/assert";
import { loadConfig, type Loaded } from "../../src/config/load.ts";
import { originText } from "../../src/config/origin.ts";
import { SCHEMA } from "../../src/daemon/features.ts";
import { homePaths } from "../../src/platform/home_paths.ts";

const paths = homePaths("/h");

function load(file: string, text: string): Loaded {
  const bytes = new TextEncoder().encode(text);
  const stat = { kind: "file", size: bytes.length, mode: 0o600, uid: 1, inode: 1, device: 1, mtimeMs: 0 } as const;
  const files = { read: () => bytes, stat: (path: string) => path === file ? stat : undefined };
  return loadConfig({ schema: SCHEMA, paths, files, env: {}, cwd: "/", uid: 1, parseToml });
}

Deno.test("a file as it was written before sections could nest is read as it is, in both formats", () => {
  const rule = '{ "tool": "Bash", "pattern": "make *", "decision": "allow" }';
  const jsonc = `// agent-console. Comments and trailing commas are allowed; take the // from a line to set its key.
{
  "daemon": {
    // Any command that needs the daemon starts it.
    "auto_start": false,
    "idle_timeout_mins": 5,
    "ipc_socket_path": "/s/daemon.sock",
    "pid_file_path": null,
    "log_level": "warn",
    "safety_mode": "guarded",
    "stale_after_mins": 1.5,
  },
  "approvals": { "hook_wait_secs": 30, "pre_tool_use": true, "rules": [${rule}] },
  "journal": { "fsync": "never", "segment_mib": 8 },
  "feeds": { "claude_sessions": true, "codex_app_server": false, "gemini_chats": true },
}
`;
  const toml = `[daemon]
auto_start = false
idle_timeout_mins = 5
ipc_socket_path = "/s/daemon.sock"
log_level = "warn"
safety_mode = "guarded"
stale_after_mins = 1.5
[approvals]
hook_wait_secs = 30
pre_tool_use = true
[[approvals.rules]]
tool = "Bash"
pattern = "make *"
decision = "allow"
[journal]
fsync = "never"
segment_mib = 8
[feeds]
claude_sessions = true
codex_app_server = false
gemini_chats = true
`;
  for (const [file, text, place] of [[paths.configJsonc, jsonc, "15:66"], [paths.configToml, toml, "21:1"]] as const) {
    const { config, warnings, origins } = load(file, text);
    assertObjectMatch(JSON.parse(JSON.stringify(config)), {
      daemon: {
        auto_start: false,
        idle_timeout_mins: 5,
        ipc_socket_path: "/s/daemon.sock",
        pid_file_path: null,
        log_level: "warn",
        safety_mode: "guarded",
        stale_after_mins: 1.5,
      },
      approvals: { hook_wait_secs: 30, pre_tool_use: true, rules: [JSON.parse(rule)] },
      journal: { fsync: "never", segment_mib: 8 },
      feeds: { claude_sessions: true, codex_app_server: false, gemini_chats: true },
    });
    assertEquals([warnings, originText(origins["feeds.gemini_chats"]!)], [[], `${file}:${place}`]);
  }
});
