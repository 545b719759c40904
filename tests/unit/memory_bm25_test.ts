/** The search of the memory against the plain formula, and on a table of queries. */
import { assert, assertEquals } from "@std/assert";
import fc from "fast-check";
import { Slices } from "../../src/lib/slices.ts";
import { Bm25 } from "../../src/memory/bm25.ts";
import { wordsOf } from "../../src/memory/words.ts";

const slices = () => new Slices({ steady: () => 0, pause: () => Promise.resolve() });

/** BM25 as it stands in books, of words that are equal to the query's: k1 = 1.2, b = 0.75. */
function plain(texts: readonly (readonly string[])[], query: readonly string[], text: readonly string[]): number {
  const usual = texts.flat().length / texts.length;
  let score = 0;
  for (const word of new Set(query)) {
    const having = texts.filter((one) => one.includes(word)).length;
    const times = text.filter((one) => one === word).length;
    if (times === 0) continue;
    const idf = Math.log((texts.length - having + 0.5) / (having + 0.5) + 1);
    score += idf * times * 2.2 / (times + 1.2 * (0.25 + 0.75 * text.length / usual));
  }
  return score;
}

Deno.test("scores are those of the plain formula, whatever was added and removed before", async () => {
  // None begins another one, or differs from it by a letter.
  const words = fc.array(fc.constantFrom("apple", "berries", "cherry", "dates", "elder", "figs"), { maxLength: 12 });
  await fc.assert(
    fc.asyncProperty(fc.array(fc.tuple(words, fc.boolean()), { maxLength: 12 }), words, async (all, query) => {
      const index = new Bm25();
      for (const [at, [text]] of all.entries()) index.add(at, text);
      for (const [at, [text, stays]] of all.entries()) if (!stays) index.remove(at, text);
      const left = all.flatMap(([text, stays]) => stays ? [text] : []);
      const scores = await index.scores(query, slices());
      for (const [at, [text, stays]] of all.entries()) {
        const expected = stays ? plain(left, query, text) : 0;
        assert(Math.abs((scores.get(at) ?? 0) - expected) < 1e-9);
        assertEquals(scores.has(at), expected > 0);
      }
    }),
    { numRuns: 200 },
  );
});

const NOTES: Readonly<Record<string, string>> = {
  pnpm: "This repository uses pnpm, never npm: the lockfile is pnpm-lock.yaml",
  deploy: "Deploys go out on Tuesdays only; ask Marta before you deploy to production",
  flaky: "tests/e2e/checkout.spec.ts is flaky because of the payment stub, retry it once",
  effect: "useEffect in Cart.tsx must not depend on the totals object, it loops forever",
  cache: "Redis cache keys have the version in front; bump CACHE_VERSION after schema changes",
  kube: "kubectl context for staging is gke_shop_europe-west1; Kubernetes 1.31",
  keys: "Übersetzungen liegen in locales/de.json, die Schlüssel sind englisch",
  japanese: "支払いのテストは本番環境で実行しないこと",
  releases: "GitHub releases are made by the release workflow, tags begin with v",
  logs: "Logs of the worker are in Loki, label app=worker; Grafana folder Shop",
};

Deno.test("a note is found by words as people type them", async () => {
  const index = new Bm25();
  const names = Object.keys(NOTES);
  for (const [at, name] of names.entries()) index.add(at, wordsOf(NOTES[name] ?? ""));
  const first = async (query: string) => {
    const scores = [...await index.scores(wordsOf(query), slices())].sort(([, a], [, b]) => b - a);
    return names[scores[0]?.[0] ?? -1];
  };
  for (
    const [query, name] of [
      ["package lockfile", "pnpm"],
      ["when can I DEPLOY", "deploy"],
      ["deploying", "deploy"],
      ["tuesd", "deploy"],
      ["checkout test", "flaky"],
      ["effect", "effect"],
      ["useeffect", "effect"],
      ["CACHE_VERSION", "cache"],
      ["kubernets", "kube"],
      ["ubersetzungen", "keys"],
      ["Schlüssel", "keys"],
      ["本番環境", "japanese"],
      ["github", "releases"],
      ["grafna", "logs"],
      ["Graaffna", undefined],
      ["go", "deploy"],
      ["", undefined],
    ] as const
  ) assertEquals(await first(query), name, query);
});

Deno.test("a long word, a long query and many notes are searched in slices", async () => {
  const index = new Bm25();
  for (let at = 0; at < 2000; at++) index.add(at, wordsOf(`note ${at} of word${at} ${"x".repeat(5000)}${at}`));
  let [now, pauses] = [0, 0];
  const turns = { steady: () => now++, pause: () => (pauses++, Promise.resolve()) };
  const query = wordsOf(Array.from({ length: 300 }, (_, at) => `word${1000 + at}`).join(" "));
  const scores = await index.scores(query, new Slices(turns));
  assert(scores.size >= 32 && scores.size < 60, String(scores.size));
  assert(pauses > 4, String(pauses));
  assertEquals(wordsOf(`${"x".repeat(5000)} y`), ["x".repeat(64), "y"]);
});
