/** X1: docs/capsule.schema.json is what the program reads manifests by, as far as a schema can say it. */
import { assert, assertEquals } from "@std/assert";
import { Ajv2020 } from "ajv/dist/2020.js";
import { checkManifest } from "../../src/capsule/read_manifest.ts";
import { CapsuleFlaw } from "../../src/capsule/read_strict.ts";
import { MANIFEST } from "../support/capsule_folder.ts";
import { REFUSED_CAPABILITIES, REFUSED_MEMBERS, WHOLE } from "../support/capsule_manifests.ts";
import { CAPSULE_SCHEMA, capsuleSchema } from "../support/capsule_schema.ts";
import { formatted, urlOf } from "../support/docs.ts";

const judge = new Ajv2020({ strict: false }).compile(JSON.parse(Deno.readTextFileSync(urlOf(CAPSULE_SCHEMA))));

function isTaken(manifest: unknown): boolean {
  try {
    checkManifest(manifest);
    return true;
  } catch (error) {
    if (error instanceof CapsuleFlaw) return false;
    throw error;
  }
}

/** Of addresses the program knows more than a pattern can say. */
const ONLY_BY_PROGRAM = [
  "[::ffff:127.0.0.1]:80",
  "[::ffff:a00:1]:80",
  "[0:0:0:0:0:ffff:7f00:1]:80",
  "[1::2::3]:80",
];

Deno.test("X1 the schema of manifests is current", async () => {
  const now = await Deno.readTextFile(urlOf(CAPSULE_SCHEMA));
  assertEquals(now, await formatted(capsuleSchema(), "json"), "run: deno task docs");
});

Deno.test("X1 a validator of JSON schemas judges manifests by the schema as the program does", () => {
  const settings = { a: { type: "number", default: 1 }, b: { type: "boolean", default: false } };
  for (const taken of [MANIFEST, WHOLE, { ...MANIFEST, settings }, { ...MANIFEST, capabilities: { env: ["ACE"] } }]) {
    assert(isTaken(taken) && judge(taken), JSON.stringify([taken, judge.errors]));
  }
  for (const member of REFUSED_MEMBERS) {
    const manifest = { ...MANIFEST, ...member };
    assertEquals([isTaken(manifest), judge(manifest)], [false, false], JSON.stringify(member));
  }
  for (const missing of Object.keys(MANIFEST)) {
    const manifest = Object.fromEntries(Object.entries(MANIFEST).filter(([key]) => key !== missing));
    assertEquals([isTaken(manifest), judge(manifest)], [false, false], missing);
  }
  for (const [kind, values] of REFUSED_CAPABILITIES) {
    for (const value of values) {
      const manifest = { ...MANIFEST, capabilities: { [kind]: [value] } };
      const isBeyond = ONLY_BY_PROGRAM.includes(String(value));
      assertEquals([isTaken(manifest), judge(manifest)], [false, isBeyond], JSON.stringify(manifest.capabilities));
    }
  }
  assert(judge({ ...MANIFEST, $schema: "./capsule.schema.json" }), "which the reader leaves out");
});
