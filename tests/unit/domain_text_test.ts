import { assert, assertEquals } from "@std/assert";
import fc from "fast-check";
import { clip, headAndTail, maskSecrets, oneLine, visible } from "../../src/domain/text.ts";

Deno.test("a clipped text fits, ends well and keeps its beginning", () => {
  fc.assert(fc.property(fc.string({ unit: "binary" }), fc.integer({ min: 1, max: 20 }), (text, cap) => {
    const out = clip(text, cap);
    assert(out.length <= cap && out.isWellFormed());
    assert(headAndTail(text, cap).length <= Math.max(cap, 1));
    if (text.length <= cap) assertEquals(out, text);
  }));
  assertEquals(clip("ab😀cd", 4), "ab…");
  assertEquals(headAndTail("0123456789", 5), "01…89");
});

Deno.test("A4 controls, escapes, bidi and zero-width characters are shown, never obeyed", () => {
  assertEquals(visible("a\x1b[31m\n\t\u202eb\u200b"), "a\\x1b[31m\\n\\t\\u202eb\\u200b");
  fc.assert(fc.property(fc.string({ unit: "binary" }), (text) => {
    // deno-lint-ignore no-control-regex
    assert(!/[\u0000-\u001f\u007f-\u009f\u202a-\u202e\u2066-\u2069]/.test(visible(text)));
  }));
  assertEquals(oneLine(" a\n\n b\t"), "a b");
});

Deno.test("A3 what looks like a credential is masked, the words around it stay", () => {
  const cases: [string, string][] = [
    ["curl -H 'Authorization: Bearer abcdefghijk'", "curl -H 'Authorization: Bearer ***'"],
    ["MY_API_KEY=abcdef123 go", "MY_API_KEY=*** go"],
    ['{"password": "hunter2222"}', '{"password": "***"}'],
    ["tool --auth-token abcdef123", "tool --auth-token ***"],
    ["https://me:secret@host/x", "https://me:***@host/x"],
    ["use sk-ant-REDACTED now", "use *** now"],
    ["ghp_0123456789abcdefghij", "***"],
    ["the token is in the file", "the token is in the file"],
  ];
  for (const [text, masked] of cases) assertEquals(maskSecrets(text), masked);
});

Deno.test("looking for secrets in a megabyte of anything ends", () => {
  // each of these once cost the square of its length: the test would not end
  for (const part of ["a", "a.", "a-", "token ", "://", "x://y:", "eyJ-", "-----BEGIN "]) {
    maskSecrets(part.repeat(1_000_000 / part.length));
  }
});
