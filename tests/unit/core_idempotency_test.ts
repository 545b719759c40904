/** What an idempotency key stands for: a method with its parameters, of which a hash is kept. */
import { assert, assertEquals, assertThrows } from "@std/assert";
import { Idempotency, onceOf } from "../../src/core/idempotency.ts";
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
