import { assert, assertEquals } from "@std/assert";
import fc from "fast-check";
import { maskSecrets } from "../../src/domain/mask.ts";
import { clip, escapeControls, headAndTail, oneLine, visibleJson } from "../../src/domain/sanitize.ts";
import { codePoint } from "../support/code_point.ts";
import { rounds } from "../support/harness_wait.ts";

Deno.test("a clipped text fits, ends well and keeps its beginning", () => {
  fc.assert(fc.property(fc.string({ unit: codePoint }), fc.integer({ min: 1, max: 20 }), (text, cap) => {
    const out = clip(text, cap);
    assert(out.length <= cap && out.isWellFormed());
    assert(headAndTail(text, cap).length <= Math.max(cap, 1));
    if (text.length <= cap) assertEquals(out, text);
  }));
  assertEquals(clip("ab😀cd", 4), "ab…");
  assertEquals(headAndTail("0123456789", 5), "01…89");
});

Deno.test("A4 controls, escapes, bidi and zero-width characters are shown, never obeyed", () => {
  assertEquals(escapeControls("a\x1b[31m\n\t\u202eb\u200b"), "a\\x1b[31m\\n\\t\\u202eb\\u200b");
  assertEquals(
    escapeControls("a\u00adb\u115fc\u180ed\u3164e\u2800f\ufe0f"),
    "a\\xadb\\u115fc\\u180ed\\u3164e\\u2800f\\ufe0f",
  );
  for (const text of ["✔️ done", "⚠️", "1️⃣", "naïve ﬁ 日本語"]) assertEquals(escapeControls(text), text);
  fc.assert(fc.property(fc.string({ unit: codePoint }), (text) => {
    // deno-lint-ignore no-control-regex
    assert(!/[\u0000-\u001f\u007f-\u009f\u202a-\u202e\u2066-\u2069]/.test(escapeControls(text)));
  }));
  assertEquals(oneLine(" a\n\n b\t"), "a b");
});

Deno.test("A4 format characters, blanks and what is no character are shown, whatever their code point; emoji stay", () => {
  const ranges = [[0xfff0, 0xfffb], [0xfffe, 0xffff], [0x13430, 0x1343f], [0x13441, 0x13442], [0xe0000, 0xe0fff]];
  const others = [0x16fe4, 0x1d159, 0x1d173, 0x1bca0, 0x61c, 0x6dd, 0x2d7f, 0x1107f, 0x2028, 0x378, 0x10ffff];
  for (const [from, to] of [...ranges, ...others.map((one) => [one, one])] as [number, number][]) {
    for (let code = from; code <= to; code++) {
      const text = `rm${String.fromCodePoint(code)}x`;
      const hex = code.toString(16).padStart(4, "0");
      assertEquals(escapeControls(text), hex.length > 4 ? `rm\\u{${hex}}x` : `rm\\u${hex}x`);
      assertEquals(JSON.parse(visibleJson(text)), text);
      assert(!visibleJson(text).includes(text), hex);
    }
  }
  for (const text of ["👩🏽 🇩🇪 ❤️ 1️⃣ \u{1f8ff}", "한국어 ภาษาไทย हिन्दी עברית", "\ue0b0", "\ufffd", "e\u0301"]) {
    assertEquals(escapeControls(text), text);
  }
});

Deno.test("A4 marks that pile up over other lines are shown from the fourth on one character; letters of any language stay", () => {
  assertEquals(escapeControls(`a${"\u0301".repeat(5)}b`), `a${"\u0301".repeat(3)}\\u0301\\u0301b`);
  for (const text of ["e\u0302\u0301", "ผู้ใหญ่ที่ปรึกษา", "בְּרֵאשִׁ֖ית", "क्षत्रिय", "1\ufe0f\u20e3"]) {
    assertEquals(escapeControls(text), text);
  }
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

Deno.test("A3 names may go on behind the telling word, end in _KEY or _PASS, and stand in any quotes", () => {
  const cases: [string, string][] = [
    ["AWS_SECRET_ACCESS_KEY=wJalrXUtnFEMI/K7MDENG", "AWS_SECRET_ACCESS_KEY=***"],
    ["export PRIVATE_KEY=abcdef123; STRIPE_KEY=abcdef123", "export PRIVATE_KEY=***; STRIPE_KEY=***"],
    ["AccountName=x;AccountKey=abc/def+123==;Suffix=y", "AccountName=x;AccountKey=***;Suffix=y"],
    ["DATABASE_PASS=hunter2000 go", "DATABASE_PASS=*** go"],
    ["dbPass: hunter2000", "dbPass: ***"],
    ["SECRET_KEY_BASE=abcdef123", "SECRET_KEY_BASE=***"],
    ['password="correct horse battery" next', 'password="***" next'],
    ["--password 'correct horse battery' next", "--password '***' next"],
    ['password="say \\"correct horse\\"" next', 'password="***" next'],
    ['{\\"password\\":\\"correct horse\\",\\"a\\":1}', '{\\"password\\":\\"***\\",\\"a\\":1}'],
    ['process.env["API_KEY"] = "abcdef123"', 'process.env["API_KEY"] = "***"'],
    ['password="correct horse bat', 'password="***'],
    ["curl -u admin:hunter2000 https://x", "curl -u admin:*** https://x"],
    ["curl -uadmin:hunter2000 --user 'me:correct horse' x", "curl -uadmin:*** --user 'me:***' x"],
    ["curl -H 'Authorization: token wJalr1234' x", "curl -H 'Authorization: token ***' x"],
    ['-H "Proxy-Authorization: ApiKey abcdefghijklmnop" x', '-H "Proxy-Authorization: ApiKey ***" x'],
    ['{"authorization":"token wJalr1234"}', '{"authorization":"token ***"}'],
  ];
  for (const [text, masked] of cases) assertEquals([text, maskSecrets(text)], [text, masked]);
});

Deno.test("A3 passwords in addresses, options of programs and cookies are masked, and more vendors' keys", () => {
  const cases: [string, string][] = [
    ["psql postgres://u:se@cret99@host/db x", "psql postgres://u:***@host/db x"],
    ["psql postgres://u:ab/cd99@host", "psql postgres://u:***@host"],
    ["curl -sSu bob:hunter2000 x", "curl -sSu bob:*** x"],
    ["curl --proxy-user bob:hunter2000 x", "curl --proxy-user bob:*** x"],
    ["sshpass -p hunter2000 ssh h", "sshpass -p *** ssh h"],
    ["sshpass -p 'correct horse' ssh h", "sshpass -p '***' ssh h"],
    ["mysql -h db -u root -phunter2000 shop", "mysql -h db -u root -p*** shop"],
    ["redis-cli -h r -a hunter2000 get x", "redis-cli -h r -a *** get x"],
    ["docker login -u me -p hunter2000 r.io", "docker login -u me -p *** r.io"],
    ["curl -H 'Cookie: session=abc; b=c' x", "curl -H 'Cookie: ***' x"],
    ['{"Set-Cookie":"sid=abcdef"}', '{"Set-Cookie":"***"}'],
  ];
  for (const [text, masked] of cases) assertEquals([text, maskSecrets(text)], [text, masked]);
  const body = "0123456789abcdef".repeat(4);
  for (const head of ["hvs.", "dckr_pat_", "xapp-1-", "ya29.", "pypi-AgE", "dop_v1_"]) {
    assertEquals(maskSecrets(`a ${head}${body} b`), "a *** b", head);
  }
  assertEquals(maskSecrets(`a SG.${body}.${body} b`), "a *** b");
  assertEquals(maskSecrets(`a AGE-SECRET-KEY-1${body.toUpperCase()} b`), "a *** b");
});

Deno.test("ordinary words, paths, numbers and hashes are not taken for secrets", () => {
  for (
    const text of [
      "fix the token parsing",
      "token usage: 5, max_tokens=100000, input_tokens: 123456",
      "monkey=banana turkey: dinner keyboard=layout compass=northwest",
      "token-parser: rewritten; secretary: somebody; tokenizer=cl100k_base",
      "sort_key=created_at PUBLIC_KEY=abcdefgh primary_key: user_id",
      "password_file=/run/secrets/db token_type=bearer",
      "src/auth/token.ts:12:5 /etc/secrets/README.md",
      "commit 3f786850e387550fdab836ed7e6dc881de23001b",
      "sha256: 3f786850e387550fdab836ed7e6dc881de23001b",
      "docker run -u 1000:100000 image; sort -u file:name",
      "Authorization: required for merging",
      "http://localhost:8080/users/@me https://h:443/x?mail=a@b.c https://a.org:8080/@scope/pkg",
      "mysql -u root -p shop; mysql --port 3306; ssh -p 2222222 host; docker run -p 8080:8080 image",
      "Cookie: none is set; the cookie: banner",
      "pypi-publish hvs.md SG.md xapp-name",
      "pip install sk-learn-contrib hf_transfer pypi-server-tools-and-more-of-what-it-serves",
      "npm_config_registry=https://r.org npm_config_strict_peer_dependencies",
      "6f1c3f1e-0b4c-4b1d-9a55-2f1b8a1d3c4e sha512-AAAAAAAAAAAAAAAAAAAAAAAAAAAA cache-key-0123456789abcdef0123456789abcdef",
      "API-REFERENCE.md SKILL.md s.length t1.micro sl.json access-sandbox- pat.name key-value pul-request",
      "tests pass: everything is green; --pass",
    ]
  ) assertEquals(maskSecrets(text), text);
});

Deno.test("A3 masking JSON leaves JSON, however deep a secret is quoted", () => {
  const name = fc.constantFrom("password", "API_KEY", "note");
  const value = fc.oneof(fc.string({ minLength: 6 }), fc.constantFrom("correct horse battery", 'a\\"b\\\\c"', "it's"));
  const mark = fc.constantFrom('"', "'", "");
  fc.assert(
    fc.property(name, value, mark, fc.integer({ min: 0, max: 3 }), (name, value, mark, depth) => {
      let json = JSON.stringify({ [name]: value, text: `${name}=${mark}${value}${mark} end`, last: "it's" });
      for (let level = 0; level < depth; level++) json = JSON.stringify({ text: json, [name]: value });
      const masked = maskSecrets(json);
      JSON.parse(masked);
      if (name === "password" && value === "correct horse battery" && mark !== "") {
        assert(!masked.includes("horse"), masked);
      }
    }),
    { numRuns: 2000 },
  );
});

Deno.test("looking for secrets in a long text of anything ends", () => {
  // each of these once cost the square of its length: the test would not end
  for (
    const part of [
      "a",
      "a.",
      "a-",
      "token ",
      "://",
      "x://y:",
      "eyJ-",
      "-----BEGIN ",
      "a-",
      "token=",
      "token='",
      'token="',
      '\\"token\\":\\"',
      "password: ",
      "--token ",
      "-u a:",
      "x://y:@",
      "mysql ",
      "sshpass -p",
      "cookie:a=",
      "-aaaaaaaau",
      "authorization: ",
      "authorization=a ",
      "\\",
      'x_key="\\',
      " =",
      "secret_",
      "sk-ant-",
      "glpat-a",
      "SG.a.",
      "pk.",
      "A3-",
      "0123456789",
    ]
  ) {
    maskSecrets(part.repeat(rounds(200_000, 1_000_000) / part.length));
  }
});

Deno.test("A4 JSON that is printed or logged deceives nobody, and reads as what it was", () => {
  const value = { "a\u202e": ["\u001b[1m", "\u200b", "\ufeff", "\u{e0041}", "é😀", "\n\t", "\ud800"] };
  const shown = visibleJson(value);
  assertEquals(JSON.parse(shown), value);
  assert(/^[^\p{Cc}\u202e\u200b\ufeff\u{e0041}]*$/u.test(shown), shown);
  assert(shown.includes("é😀"), "what people read stays");
});
