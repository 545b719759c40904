/** The look before masking spares the search only where the search would change nothing. */
import { assert, assertEquals } from "@std/assert";
import fc from "fast-check";
import { maskEach, maskSecrets } from "../../src/domain/mask.ts";
import { rounds } from "../support/harness_wait.ts";

const SEED = 20_261_120;

const words = (text: string) => text.split(" ");
const PREFIXES = words(
  "sk- ghp_ github_pat_ xoxb- AIza AKIA ASIA glpat- npm_ rk_live_ sk_test_ hf_ hvs. dckr_pat_ xapp- ya29. SG. pypi- " +
    "dop_v1_ AGE-SECRET-KEY- eyJ 12345678: https://me:",
);
const COMMANDS = [
  ...["-u me:", "-sSu ", "--user ", "--proxy-user=me:", "sshpass -p ", "redis-cli -a ", "mysql -p", "docker login -p "],
  ...[
    "Bearer ",
    "Basic ",
    "Cookie: a=",
    '"set-cookie":"b=',
    "-----BEGIN PRIVATE KEY-----",
    "-----END PRIVATE KEY-----",
  ],
];
const NAMES = words(
  "secret secrets2 passwd password passphrase token tokens credential apikey api_key accessKey PRIVATE_KEY pass dbPass " +
    "DB_PWD pwd authorization Proxy-Authorization monkey compass token_type password_file",
);
const SIGNS = words('= : => := == " \' \\ \\" \\\\" [ ] { } ; , | & ( ) / . - _ -- ://  @');
const VALUES = [
  ...["hunter2000", "0123456789abcdef0123456789abcdef0123", "correct horse", "ABCDEFGHIJKLMNOPQRST", "a.b/c+d==", "80"],
  ...["***", "é", "日本", "İ", "\u212a", "ſ", " ", "\n", "\t"],
];

const cased = (words: readonly string[]) =>
  fc.tuple(fc.constantFrom(...words), fc.constantFrom("as it is", "as it is", "upper", "lower")).map(([word, how]) =>
    how === "upper" ? word.toUpperCase() : how === "lower" ? word.toLowerCase() : word
  );
const value = fc.constantFrom(...VALUES);
const assignment = fc.tuple(
  fc.constantFrom("", "--", "my_", "x-", '{\\"', 'env["'),
  cased(NAMES),
  fc.constantFrom("=", ": ", " = ", " ", '":"', '\\":\\"', '"] = ', "='"),
  value,
  fc.constantFrom("", '"', "' ", '\\"', ";"),
).map((parts) => parts.join(""));
const part = fc.oneof(
  assignment,
  fc.tuple(cased([...PREFIXES, ...COMMANDS]), value, fc.constantFrom("", "@h", "/x")).map((parts) => parts.join("")),
  cased([...PREFIXES, ...COMMANDS, ...NAMES, ...SIGNS, ...VALUES]),
  cased([...PREFIXES, ...COMMANDS, ...NAMES, ...SIGNS, ...VALUES]),
  fc.string({ maxLength: 8 }),
);
const texts = fc.array(part, { minLength: 1, maxLength: 8 }).map((parts) => parts.join(""));

Deno.test("A3 a text that is not searched for secrets holds none", () => {
  let masked = 0;
  let spared = 0;
  const numRuns = rounds(4_000, 400_000);
  fc.assert(
    fc.property(texts, (text) => {
      const out = maskSecrets(text);
      assertEquals(out, maskEach(text));
      if (out !== text) masked++;
      else spared++;
    }),
    { numRuns, seed: SEED },
  );
  assert(Math.min(masked, spared) > numRuns / 10, `${masked} texts held a secret and ${spared} did not`);
});
