/** What an idempotency key stands for: a method with its parameters, of which a hash is kept. */
import { assert, assertEquals, assertThrows } from "@std/assert";
import { Idempotency, onceOf, REPORT } from "../../src/core/idempotency.ts";
import { ConsoleError } from "../../src/protocol/errors.ts";

const submit = (params: Record<string, unknown>) => onceOf("turn.submit", { idempotencyKey: "k", ...params });

Deno.test("P6 a key stands for one method with the same parameters; with others it is a conflict that says what to do", () => {
  const keys = new Idempotency<number>(10);
  const first = submit({ agent: "mine", text: "say hello" });
  keys.set("k", { change: first.change, result: 1 });
  assertEquals(keys.result(submit({ agent: "mine", text: "say hello" })), 1);
  for (
    const other of [
      submit({ agent: "mine", text: "say bye" }),
      submit({ agent: "mine", text: "say hello", priority: 1 }),
      submit({ agent: "mine" }),
      { ...first, change: first.change.replace("turn.submit", "turn.cancel") },
    ]
  ) {
    const error = assertThrows(() => keys.result(other), ConsoleError);
    assertEquals([error.kind, typeof error.hint], ["conflict", "string"]);
  }
  // A version that kept no change, and a call without a key.
  keys.set("old", { change: undefined, result: 2 });
  assertEquals(keys.result({ ...first, key: "old" }), 2);
  assertEquals([onceOf("turn.submit", {}), keys.result(onceOf("turn.submit", {}))], [
    { key: undefined, change: "turn.submit" },
    undefined,
  ]);
});

Deno.test("A3 P6 what is kept of the parameters is short, and nothing of a secret, not even its hash", () => {
  const long = submit({ text: "word ".repeat(50_000) }).change;
  assert(long.length < 64, long);
  const secret = (word: string) => submit({ text: `log in with password=${word}` }).change;
  assertEquals(secret("hunter2hunter2"), secret("another2another2"));
});

Deno.test("A3 P6 a text that ends in the beginning of a secret hides no parameter behind it, and a secret's name masks its value", () => {
  const beginnings = [
    "-----BEGIN RSA PRIVATE KEY-----",
    "-----BEGIN OPENSSH PRIVATE KEY-----\nabc",
    "export SECRET='",
    'password="',
    "Cookie: ",
    "https://u:",
  ];
  for (const text of beginnings) {
    const [one, other] = ["s1", "s2"].map((sessionId) => submit({ text, sessionId }).change);
    assert(one !== other, text);
  }
  const answers = (one: Record<string, string>) =>
    onceOf("approval.decide", { idempotencyKey: "k", ...{ answers: one } });
  assertEquals(answers({ api_key: "hunter2hunter2" }), answers({ api_key: "another2another2" }));
  assert(answers({ api_key: "x", b: "1" }).change !== answers({ api_key: "x", b: "2" }).change);
});

Deno.test("P6 the order of members counts for nothing, that of a list does; what is absent is as undefined", () => {
  const change = (params: Record<string, unknown>) => submit(params).change;
  assertEquals(change({ answers: { x: "1", y: "2" }, id: "a" }), change({ id: "a", answers: { y: "2", x: "1" } }));
  assertEquals(change({ id: "a", message: undefined }), change({ id: "a" }));
  assert(change({ tags: ["x", "y"] }) !== change({ tags: ["y", "x"] }));
  assert(change({ tags: ["x,y"] }) !== change({ tags: ["x", "y"] }));
  assert(change({ minutes: null }) !== change({ minutes: 0 }));
});

Deno.test("C8 P6 a key that an earlier version kept gets the earlier answer, where it stands for the same method", () => {
  const keys = new Idempotency<number>(10);
  const close = onceOf("session.close", { idempotencyKey: "k", ...{ sessionId: "s1" } });
  for (const kept of ["session.close s1", "session.close 0123456789abcdef0123456789abcdef", "session.close"]) {
    keys.set("k", { change: kept, result: 1 });
    assertEquals(keys.result(close), 1, kept);
  }
  for (const kept of ["session.delete s1", "session.closed", onceOf("session.close", { idempotencyKey: "k" }).change]) {
    keys.set("k", { change: kept, result: 1 });
    assertThrows(() => keys.result(close), ConsoleError, "another change");
  }
});

Deno.test("A1 P6 keys of reports, which need no token, push out no others and are in the way of none", () => {
  const keys = new Idempotency<number>(3);
  const first = submit({ text: "say hello" });
  keys.set("k", { change: first.change, result: 1 });
  for (let i = 0; i < 10; i++) keys.set(i === 0 ? "k" : `r${i}`, { change: REPORT, result: 2 });
  assertEquals(keys.result(first), 1);
  assertEquals([keys.result({ key: "r9", change: REPORT }), keys.result({ key: "r1", change: REPORT })], [
    2,
    undefined,
  ]);
  assertEquals(keys.entries().length, 4);
});
