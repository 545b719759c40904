/** X1: the test of a capsule as its author writes it: what is refused, and what matches what. */
import { assertEquals, assertStringIncludes, assertThrows } from "@std/assert";
import { checkManifest } from "../../src/capsule/read_manifest.ts";
import { CapsuleFlaw } from "../../src/capsule/read_strict.ts";
import { differences } from "../../src/capsule_test/match.ts";
import { merged } from "../../src/capsule_test/recorded.ts";
import { readTest, usualTest } from "../../src/capsule_test/test_text.ts";
import { MANIFEST } from "../support/capsule_folder.ts";

const ASKING = checkManifest({
  ...MANIFEST,
  commands: [
    { name: "plain", description: "a" },
    { name: "may", description: "b", args: "[WORD]" },
    { name: "must", description: "c", args: "<word>" },
  ],
  subscribes: ["approval"],
  capabilities: { kv: 100, secrets: ["url"], env: ["PLACE"], exec: ["sessions"] },
  settings: { channel: { type: "string", default: "" } },
});

const refusal = (test: unknown, manifest = ASKING) =>
  assertThrows(() => readTest(JSON.stringify(test), manifest), CapsuleFlaw).message;
const ofStep = (step: unknown, manifest = ASKING) => refusal({ steps: [step] }, manifest);

Deno.test("X1 the test of a capsule is refused with the place, where it has an unknown key or a step of two kinds", () => {
  assertEquals(refusal({ stpes: [] }), 'capsule.test.jsonc:1:2 "stpes" is not known');
  assertEquals(refusal([]), "capsule.test.jsonc:1:1 the test is no object");
  assertEquals(
    ofStep({ command: "plain", expct: {} }),
    'capsule.test.jsonc:1:30 "steps.0.expct" is not known',
  );
  const kinds = "a step with one of event, recorded, command, intercept, now, wait, restart";
  assertEquals(ofStep({ command: "plain", wait: 3 }).endsWith(`expected ${kinds}`), true);
  assertEquals(ofStep({}).endsWith(`expected ${kinds}`), true);
  assertEquals(ofStep({ now: "tomorrow" }).endsWith("expected a time such as 2026-03-02T09:00:00Z"), true);
});

Deno.test("X1 the test of a capsule is refused where a step has what its kind does not use", () => {
  const unused = {
    command: [{ command: "plain" }, { data: {} }, { ts: "2026-03-02T09:00:00Z" }, { seq: 3 }],
    event: [{ event: "approval.requested" }, { args: [] }],
    all: [{ recorded: "all" }, { data: {} }, { seq: 3 }, { args: [] }],
    intercept: [{ intercept: {} }, { args: [] }, { data: {} }],
    restart: [{ restart: true }, { args: [] }, { data: {} }],
    now: [{ now: "2026-03-02T09:00:00Z" }, { ts: "2026-03-02T09:00:00Z" }],
    wait: [{ wait: 1 }, { seq: 1 }],
  };
  for (const [kind, [step, ...rest]] of Object.entries(unused)) {
    for (const more of rest) {
      const key = Object.keys(more)[0];
      assertStringIncludes(ofStep({ ...step, ...more }), `"steps.0.${key}" is not known`, kind);
    }
  }
  const expecting = (step: Readonly<Record<string, unknown>>, expect: unknown) => ofStep({ ...step, expect });
  const [command, intercept, event] = [{ command: "plain" }, { intercept: {} }, { event: "approval.requested" }];
  for (
    const [step, key] of [[command, "verdict"], [intercept, "text"], [event, "text"], [{ wait: 1 }, "verdict"]] as const
  ) {
    assertStringIncludes(expecting(step, { [key]: "x" }), `"steps.0.expect.${key}" is not known`);
  }
});

Deno.test("X1 the test of a capsule is refused where what it expects can say nothing", () => {
  const expecting = (expect: unknown) => ofStep({ command: "plain", expect });
  assertStringIncludes(expecting({ error: "boom", text: "never said" }), "expected an error or a text");
  assertStringIncludes(
    ofStep({ intercept: {}, expect: { error: "boom", verdict: null } }),
    "expected an error or a verdict",
  );
  for (const $contains of [[], "", [""], ["a", ""], 5, null, {}]) {
    const part = { $contains };
    for (
      const expect of [
        { text: part },
        { error: part },
        { logs: ["a", part] },
        { kv: { a: { b: [part] } } },
        { fetches: [{ url: part }] },
        { fetches: [{ method: part }] },
        { fetches: [{ headers: { a: part } }] },
        { fetches: [{ body: { a: part } }] },
      ]
    ) assertStringIncludes(expecting(expect), '"$contains" stands alone and has a text', JSON.stringify(expect));
  }
  assertStringIncludes(expecting({ text: { $contains: "a", more: 1 } }), '"$contains" stands alone');
  assertStringIncludes(expecting({ logs: [""] }), "expected a part of a line that is not empty");
  assertStringIncludes(
    expecting({ fetches: [{ reply: { error: "refused", status: 200 } }] }),
    "expected an error or a response",
  );
  readTest(JSON.stringify({ steps: [{ command: "plain", expect: { text: { $contains: ["a", "b"] } } }] }), ASKING);
});

Deno.test("X1 the test of a capsule is refused where the manifest does not ask for what it gives", () => {
  const beside = (test: Readonly<Record<string, unknown>>) => refusal({ steps: [], ...test });
  const start = "capsule.test.jsonc: it has";
  assertEquals(beside({ secrets: { other: "x" } }), `${start} secrets other, which the manifest does not ask for`);
  assertEquals(beside({ env: { HOME: "/" } }), `${start} env HOME, which the manifest does not ask for`);
  assertEquals(beside({ exec: { agents: "" } }), `${start} exec agents, which the manifest does not ask for`);
  for (const settings of [{ channel: 1 }, { other: "" }]) {
    assertEquals(
      beside({ settings }),
      `capsule.test.jsonc: the manifest has no setting ${Object.keys(settings)[0]} of that type`,
    );
  }
  const bare = checkManifest(MANIFEST);
  assertEquals(refusal({ kv: { a: 1 }, steps: [] }, bare), "capsule.test.jsonc: the manifest asks for no kv");
  assertEquals(
    ofStep({ event: "session.updated" }),
    "capsule.test.jsonc: step 1 has an event of session, which the manifest does not subscribe to",
  );
  assertEquals(ofStep({ recorded: "approval.eaten" }).includes("of which no event is recorded: all, session."), true);
  assertEquals(
    ofStep({ command: "other" }),
    "capsule.test.jsonc: step 1 runs other, which is no command of the manifest",
  );
  assertEquals(
    ofStep({ intercept: {} }),
    "capsule.test.jsonc: step 1 asks the interceptor, and the manifest intercepts nothing",
  );
});

Deno.test("X1 the test of a capsule that has none plays what is recorded, commands without words, and the interceptor", () => {
  const kinds = ({ steps }: ReturnType<typeof usualTest>) =>
    steps.map((step) => JSON.stringify(Object.values(step)[0]));
  assertEquals(kinds(usualTest(ASKING)), ['"all"', '"plain"', '"may"']);
  assertEquals(kinds(usualTest(checkManifest({ ...MANIFEST, intercepts: ["approval"] }))), ["{}"]);
  assertEquals(kinds(usualTest(checkManifest(MANIFEST))), []);
});

Deno.test("X1 an expected value matches by its members, by parts of a text, and else only what is the same", () => {
  const of = (expected: unknown, actual: unknown) => differences("it", expected, actual).map(({ at }) => at);
  assertEquals(of({ a: { b: [1, { c: 2 }] } }, { a: { b: [1, { c: 2, d: 3 }], e: 4 } }), []);
  assertEquals(of({ a: { b: [1] } }, { a: { b: [1, 2] } }), ["it.a.b"]);
  assertEquals(of({ a: 1, b: 2 }, { a: 2 }), ["it.a", "it.b"]);
  assertEquals(of("day", "days"), ["it"]);
  assertEquals([of({ $contains: "day" }, "days"), of({ $contains: ["d", "x"] }, "days")], [[], ["it"]]);
  assertEquals([of(null, null), of(null, undefined), of(undefined, null), of({ a: 1 }, null)], [[], ["it"], ["it"], [
    "it",
  ]]);
  assertEquals(of({ toString: 1 }, {}), ["it.toString"], "what every object has is not there");
  assertEquals(merged({ a: { b: 1, c: [1, 2] }, d: 3 }, { a: { c: [4] } }), { a: { b: 1, c: [4] }, d: 3 });
});
