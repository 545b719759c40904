/** X1: the manifest of a capsule, and each reason for which one is refused. */
import { assertEquals, assertThrows } from "@std/assert";
import { CapsuleFlaw, checkManifest, readManifest } from "../../src/capsule/read_manifest.ts";
import { MANIFEST } from "../support/capsule_folder.ts";
import { REFUSED_CAPABILITIES, WHOLE } from "../support/capsule_manifests.ts";

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
  assertEquals(readManifest(JSON.stringify(WHOLE)), WHOLE as unknown as ReturnType<typeof readManifest>);
  assertEquals(checkManifest(WHOLE), WHOLE as unknown as ReturnType<typeof checkManifest>);
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

Deno.test("X1 a capability that is no literal, leaves its place or changes the runtime is refused", () => {
  for (const [kind, values] of REFUSED_CAPABILITIES) {
    for (const value of values) {
      const reason = assertThrows(() => readManifest(capabilities(kind, [value])), CapsuleFlaw);
      assertEquals(reason.message.includes(`"capabilities.${kind}.0" is `), true, reason.message);
    }
  }
  for (const name of ["journal.key", "witness.secret"]) {
    assertThrows(() => readManifest(capabilities("secrets", [name])), CapsuleFlaw, "are the program's own");
  }
  assertEquals(readManifest(capabilities("secrets", ["journal.keys"])).capabilities.secrets, ["journal.keys"]);
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

Deno.test("X1 a manifest may name its schema for editors, which is no part of it", () => {
  const { $schema, ...rest } = readManifest(written({ $schema: "./schema.json" })) as Readonly<Record<string, unknown>>;
  assertEquals([$schema, rest["name"]], [undefined, "demo"]);
  assertEquals(reasonOf(written({ $schema: 1 })).replace(/:\d+:\d+/, ""), 'capsule.jsonc "$schema" is not known');
  assertThrows(() => checkManifest({ ...MANIFEST, $schema: "x" }), CapsuleFlaw, '"$schema" is not known');
});
