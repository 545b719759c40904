/** X1: the manifest of a capsule, and each reason for which one is refused. */
import { assertEquals, assertThrows } from "@std/assert";
import { CapsuleFlaw, checkManifest, readManifest } from "../../src/capsule/read_manifest.ts";
import { MANIFEST } from "../support/capsule_folder.ts";

const written = (more: Readonly<Record<string, unknown>>) => JSON.stringify({ ...MANIFEST, ...more });
const reasonOf = (text: string) => assertThrows(() => readManifest(text), CapsuleFlaw).message;
const capabilities = (kind: string, value: unknown) => written({ capabilities: { [kind]: value } });

Deno.test("X1 a manifest that asks for nothing gets nothing", () => {
  const { capabilities, commands, subscribes, intercepts, priority, settings } = readManifest(
    `{ // with a comment\n${written({}).slice(1, -1)},\n}`,
  );
  assertEquals(capabilities, { net: [], read: [], write: [], env: [], kv: 0, secrets: [], exec: [] });
  assertEquals([commands, subscribes, intercepts, priority, settings], [[], [], [], 0, {}]);
});

Deno.test("X1 a manifest is taken with all that there is", () => {
  const all = {
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
  assertEquals(readManifest(JSON.stringify(all)), all as unknown as ReturnType<typeof readManifest>);
  assertEquals(checkManifest(all), all as unknown as ReturnType<typeof checkManifest>);
});

Deno.test("X1 a manifest is refused with the place and the reason", () => {
  assertEquals(reasonOf('{\n  "name": "demo",\n  "nmae": 1\n}'), 'capsule.jsonc:3:3 "nmae" is not known');
  assertEquals(
    reasonOf(capabilities("network", [])).replace(/:\d+:\d+/, ""),
    'capsule.jsonc "capabilities.network" is not known',
  );
  assertEquals(reasonOf('{ "name": "demo" }'), 'capsule.jsonc:1:1 "version" is missing');
  assertEquals(reasonOf('{ "name": 1'), "capsule.jsonc:1:12 is not JSON (a comma or } is missing)");
  assertEquals(reasonOf(" // nothing"), "capsule.jsonc is empty");
  assertEquals(reasonOf("[]"), "capsule.jsonc:1:1 the manifest is no object");
  assertEquals(reasonOf('{\n"name": "demo",\n"name": "else" }'), 'capsule.jsonc:3:1 "name" stands there twice');
});

Deno.test("X1 a manifest for another version of the API is refused, too old and too new each in its words", () => {
  const range = "this agent-console";
  assertEquals(
    reasonOf(written({ apiVersion: 0 })),
    `it is written for version 0 of the API, too old for ${range} (1 to 1): its author must bring it up to date`,
  );
  assertEquals(
    reasonOf(written({ apiVersion: 2, whatVersion2Has: true })),
    `it is written for version 2 of the API, newer than ${range} knows (1 to 1): update agent-console`,
  );
});

const REFUSED: readonly (readonly [string, readonly unknown[]])[] = [
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
  ["secrets", ["../token", "a/b", ".hidden", ""]],
  ["exec", ["/sessions", "a b", "", "approve", "deny", "cancel", "standup"]],
];

Deno.test("X1 a capability that is no literal, leaves its place or changes the runtime is refused", () => {
  for (const [kind, values] of REFUSED) {
    for (const value of values) {
      const reason = assertThrows(() => readManifest(capabilities(kind, [value])), CapsuleFlaw);
      assertEquals(reason.message.includes(`"capabilities.${kind}.0" is `), true, reason.message);
    }
  }
  assertThrows(() => readManifest(capabilities("kv", 1_048_577)), CapsuleFlaw, "1048576 bytes at most");
  assertThrows(() => readManifest(capabilities("net", ["a:1", "a:1"])), CapsuleFlaw, "each entry once");
});

Deno.test("X1 other members are refused where they lead out of the folder, deceive or say two things", () => {
  for (const main of ["../main.ts", "/main.ts", "a/../b.ts", "./main.ts", "main.sh", ".main.ts"]) {
    assertThrows(() => readManifest(written({ main })), CapsuleFlaw, '"main" is ');
  }
  for (const name of ["Demo", "a b", "../x", "", "a".repeat(33), "__proto__"]) {
    assertThrows(() => readManifest(written({ name })), CapsuleFlaw, '"name" is ');
  }
  assertThrows(() => readManifest(written({ description: "a\u001b[2Jb" })), CapsuleFlaw, '"description" is ');
  assertThrows(() => readManifest(written({ subscribes: ["everything"] })), CapsuleFlaw, "expected a topic: session");
  assertThrows(() => readManifest(written({ intercepts: ["turn"] })), CapsuleFlaw, "expected approval");
  const twice = { name: "a", description: "b" };
  assertThrows(
    () => readManifest(written({ commands: [twice, { ...twice, args: "c" }] })),
    CapsuleFlaw,
    "each command once",
  );
  const settings = { channel: { type: "number", default: "x" } };
  assertThrows(() => readManifest(written({ settings })), CapsuleFlaw, "a default of the type that it names");
});

Deno.test("X1 a member of an object's own kind is a key like another", () => {
  assertEquals(reasonOf('{ "__proto__": { "name": "demo" } }'), 'capsule.jsonc:1:3 "__proto__" is not known');
});
