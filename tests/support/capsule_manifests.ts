/** Manifests of capsules that are taken, and such that are refused, for whoever judges them. */
import { MANIFEST } from "./capsule_folder.ts";

/** With every member. */
export const WHOLE = {
  ...MANIFEST,
  commands: [{ name: "standup", description: "what was done", args: "[DAYS]" }],
  subscribes: ["session", "approval"],
  intercepts: ["approval"],
  priority: -3,
  capabilities: {
    net: ["hooks.slack.com:443", "10.0.0.1:80", "[::1]:8080"],
    read: ["/etc/hosts", "~/notes"],
    write: ["~/out"],
    env: ["SLACK_TOKEN"],
    kv: 65_536,
    secrets: ["slack-url"],
    exec: ["sessions"],
  },
  settings: { channel: { type: "string", default: "", description: "where to" } },
};

/** By the capability. */
export const REFUSED_CAPABILITIES: readonly (readonly [string, readonly unknown[]])[] = [
  ["net", [
    "example.com",
    "*.example.com:443",
    "*:443",
    "example.com:0",
    "example.com:65536",
    "http://a:80",
    "A.com:1",
    "a:1,b:2",
    "[::ffff:127.0.0.1]:80",
    "[::ffff:a00:1]:80",
    "[0:0:0:0:0:ffff:7f00:1]:80",
    "[1::2::3]:80",
  ]],
  ["read", [
    "notes",
    "../x",
    "/a/../b",
    "/a/./b",
    "//a",
    "/",
    "~",
    "/a/",
    "/a,b",
    "/proc/self/environ",
    "/dev",
    "/a\nb",
    "/a\u202eb",
  ]],
  ["write", ["notes", "~root/x", "/sys/x"]],
  ["env", [
    "DENO_DIR",
    "LD_PRELOAD",
    "NODE_OPTIONS",
    "HTTPS_PROXY",
    "all_proxy",
    "A B",
    "A=B",
    "",
    "AGENT_CONSOLE_HOME",
  ]],
  ["secrets", ["../token", "a/b", ".hidden", "", "journal.key", "journal.key.part", "witness.secret"]],
  ["exec", ["/sessions", "a b", "", "approve", "deny", "cancel", "standup"]],
];

/** Members of a manifest, each of which has it refused. */
export const REFUSED_MEMBERS: readonly Readonly<Record<string, unknown>>[] = [
  ...["../main.ts", "/main.ts", "a/../b.ts", "./main.ts", "main.sh", ".main.ts", 1].map((main) => ({ main })),
  ...["Demo", "a b", "../x", "", "a".repeat(33), "__proto__"].map((name) => ({ name })),
  ...["1", "1.0", "v1.0.0", ""].map((version) => ({ version })),
  ...[0, 2, 1.5, "1", null].map((apiVersion) => ({ apiVersion })),
  ...["a\u001b[2Jb", "a\u202eb", "a\nb", "x".repeat(201), null].map((description) => ({ description })),
  ...[["everything"], ["turn", "turn"], "turn"].map((subscribes) => ({ subscribes })),
  { intercepts: ["turn"] },
  { priority: 101 },
  { priority: 0.5 },
  { other: 1 },
  { $schema: 1 },
  { commands: [{ name: "a" }] },
  { commands: [{ name: "A", description: "b" }] },
  { commands: [{ name: "a", description: "b", more: 1 }] },
  { capabilities: { network: [] } },
  { capabilities: { kv: 1_048_577 } },
  { capabilities: { kv: -1 } },
  { capabilities: { net: ["a:1", "a:1"] } },
  { capabilities: { net: Array.from({ length: 33 }, (_, at) => `a:${at + 1}`) } },
  { settings: { Channel: { type: "string", default: "" } } },
  { settings: { channel: { type: "list", default: "" } } },
  { settings: { channel: { type: "string" } } },
  ...[["number", "x"], ["string", 1], ["boolean", "true"]].map(([type, value]) => ({
    settings: { channel: { type, default: value } },
  })),
  { settings: Object.fromEntries(Array.from({ length: 33 }, (_, at) => [`a${at}`, { type: "number", default: at }])) },
];
