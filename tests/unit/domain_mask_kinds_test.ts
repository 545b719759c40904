/** Every kind of token of the table is masked, wherever it stands, and docs/security.md says how many there are. */
import { assert, assertEquals, assertMatch } from "@std/assert";
import fc from "fast-check";
import { maskSecrets } from "../../src/domain/mask.ts";
import { maskCommand } from "../../src/domain/mask_command.ts";
import { LISTED_KINDS, OWN_KINDS, type TokenKind, tokenPattern } from "../../src/domain/mask_kinds.ts";

const SEED = 20_261_128;
const KINDS = [...LISTED_KINDS, ...OWN_KINDS];
/** What stands before a token whose kind looks behind itself. */
const BEFORE: Readonly<Record<string, string>> = {
  "gitlab-session-cookie": "_gitlab_session=",
  "microsoft-teams-webhook": "https://x.webhook.office.com/webhookb2/a/IncomingWebhook/",
  "slack-webhook-url": "https://hooks.slack.com/services/",
};

function samplesOf(kind: TokenKind): string[] {
  const [, prefix, alphabet, least] = kind;
  const plain = prefix.replaceAll(/\(\?<?[=!](?:[^()]|\([^()]*\))*\)/g, "").replaceAll("(?i:", "(?:");
  const whole = new RegExp(`^(?:${tokenPattern(kind)})$`);
  const body = fc.stringMatching(new RegExp(`^[${alphabet}]{${least}}$`));
  return fc.sample(fc.tuple(fc.stringMatching(new RegExp(`^${plain}$`)), body), { numRuns: 60, seed: SEED })
    .map((parts) => parts.join(""))
    .filter((text) => BEFORE[kind[0]] !== undefined || whole.test(text))
    .filter((text) => /^\w.*[\w=]$/.test(text) && /\d/.test(text) && /[A-Za-z]/.test(text));
}

for (const kind of KINDS) {
  Deno.test(`A3 a token of the kind ${kind[0]} is masked`, () => {
    const samples = samplesOf(kind);
    assert(samples.length > 0, tokenPattern(kind));
    const before = BEFORE[kind[0]] ?? "";
    let inCommands = 0;
    for (const text of samples) {
      assertEquals(maskSecrets(`the key ${before}${text} is old`), `the key ${before}*** is old`, text);
      const json = maskSecrets(JSON.stringify({ text: `${before}${text}`, n: 1 }));
      assertEquals(JSON.parse(json), { text: `${before}***`, n: 1 });
      const command = maskCommand(`tool login ${before}${text} --force`);
      if (command === `tool login ${before}*** --force`) inCommands++;
      else assertMatch(text, /[/|+]/, `shown only where it has signs that may mean something: ${command}`);
    }
    if (!samples.every((text) => /[/|]/.test(text))) assert(inCommands > 0);
  });
}

Deno.test("A3 the kinds have names of their own, and the docs say how many the list gave", async () => {
  assertEquals(new Set(KINDS.map(([id]) => id)).size, KINDS.length);
  const docs = (await Deno.readTextFile(new URL("../../docs/security.md", import.meta.url))).replaceAll(/\s+/g, " ");
  assert(docs.includes(`${LISTED_KINDS.length} kinds of tokens`), `${LISTED_KINDS.length}`);
});
