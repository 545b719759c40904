import { assert, assertEquals } from "@std/assert";
import fc from "fast-check";
import stringWidth from "fast-string-width";
import { bytes } from "../../src/cli/format.ts";
import { shortIds } from "../../src/view/names.ts";
import { fit, fitEnds, wrap, wrapHanging, wrapMessage } from "../../src/view/text_fit.ts";
import { clockTime, duration, localTime } from "../../src/view/times.ts";
import { timeSpan } from "../../src/lib/time_span.ts";

Deno.test("duration: two units at most, never negative", () => {
  const cases: [number, string][] = [[-5, "0s"], [59_999, "59s"], [180_000, "3m"], [7_500_000, "2h05m"], [
    9 * 86_400_000,
    "9d",
  ]];
  for (const [ms, text] of cases) assertEquals(duration(ms), text);
  const spans: readonly (readonly [number, string])[] = [[6, "6s"], [90, "90s"], [1800, "30m"], [28_800, "8h"], [
    0.5,
    "0.5s",
  ]];
  for (const [secs, text] of spans) assertEquals(timeSpan(secs), text);
  assertEquals([bytes(12), bytes(2048), bytes(62 * 1024 * 1024)], ["12 B", "2.0 KiB", "62 MiB"]);
});

Deno.test("fit: exactly as wide as asked, wide characters and emoji included", () => {
  fc.assert(fc.property(fc.string({ unit: "grapheme" }), fc.integer({ min: 1, max: 40 }), (text, width) => {
    fc.pre(!/[\p{C}\p{M}]/u.test(text));
    assertEquals(stringWidth(fit(text, width)), width);
  }));
  assertEquals(fit("日本語テキスト", 7), "日本語…");
});

Deno.test("fit both ends: never wider than asked, and the end of a command stays", () => {
  fc.assert(fc.property(fc.string({ unit: "grapheme" }), fc.integer({ min: 0, max: 40 }), (text, width) => {
    fc.pre(!/[\p{C}\p{M}]/u.test(text));
    const cut = fitEnds(text, width);
    assert(stringWidth(cut) <= width);
    if (stringWidth(text) <= width) assertEquals(cut, text);
  }));
  assertEquals(fitEnds("git push --force origin main && rm -rf build", 24), "git push --for…-rf build");
  assertEquals(fitEnds("削除してから全部を送信する", 14), "削除して…する");
});

Deno.test("wrap: lines as wide as asked at most, which say all of the text, at spaces where they can", () => {
  fc.assert(fc.property(fc.string({ unit: "grapheme" }), fc.integer({ min: 2, max: 40 }), (text, width) => {
    fc.pre(!/[\p{C}\p{M}]/u.test(text));
    const lines = wrap(text, width);
    for (const line of lines) assert(stringWidth(line) <= width, JSON.stringify([text, width, lines]));
    assertEquals(lines.join("").replaceAll(" ", ""), text.replaceAll(" ", ""));
  }));
  assertEquals(wrap("npm ci && npm test -- --watch", 12), ["npm ci &&", "npm test --", "--watch"]);
  assertEquals(wrap("/a/very/long/path", 8), ["/a/very/", "long/pat", "h"]);
});

Deno.test("first hour 4: people's text goes on below its own beginning, at words; only a word that is too long is cut", () => {
  fc.assert(fc.property(fc.string({ unit: "grapheme" }), fc.integer({ min: 2, max: 40 }), (text, width) => {
    fc.pre(!/[\p{C}\p{M}]/u.test(text));
    const lines = wrapHanging(text, width);
    for (const line of lines) assert(stringWidth(line) <= width, JSON.stringify([text, width, lines]));
    assertEquals(lines.join("").replaceAll(" ", ""), text.replaceAll(" ", ""));
  }));
  assertEquals(wrapHanging("  12  one choice of many", 16), ["  12  one choice", "      of many"]);
  assertEquals(wrapHanging("  → run it again", 12), ["  → run it", "    again"]);
  assertEquals(wrapHanging("why: it was needed", 12, 5), ["why: it was", "     needed"]);
  assertEquals(wrapHanging("日本語 のテキスト", 8), ["日本語", "のテキス", "ト"]);
  assertEquals(wrapHanging("in /a/very/long/path", 8), ["in", "/a/very/", "long/pat", "h"]);
  const message = 'note: it is not on your PATH. Add:\n  export PATH="$HOME/.local/bin:$PATH"';
  assertEquals(wrapMessage(message, 20, true), `note: it is not on\n  your PATH. Add:\n${message.split("\n")[1]}`);
  assertEquals(
    wrapMessage("error: which one:\n    1  a choice of many\n", 16),
    "error: which\n  one:\n    1  a choice\n       of many\n",
  );
  assertEquals(wrapHanging("              deep", 16), ["deep"], "no room beside the indent");
});

Deno.test("first hour 4: times of logs are local and say their zone", () => {
  const zone = Deno.env.get("TZ");
  Deno.env.set("TZ", "Asia/Kolkata");
  try {
    assertEquals(localTime("2026-11-20T20:00:07.000Z"), "2026-11-21 01:30:07 +05:30");
    assertEquals(clockTime("2026-11-20T20:00:07.000Z"), "01:30:07");
  } finally {
    if (zone === undefined) Deno.env.delete("TZ");
    else Deno.env.set("TZ", zone);
  }
});

Deno.test("short ids: at least eight characters, and never ambiguous", () => {
  fc.assert(fc.property(fc.uniqueArray(fc.stringMatching(/^[ab]{8,12}$/)), (ids) => {
    const short = shortIds(ids);
    for (const id of ids) {
      const begin = short.get(id) ?? "";
      assert(begin.length >= Math.min(8, id.length));
      // A whole id may be the beginning of a longer one: an exact match wins then.
      assert(begin === id || ids.filter((other) => other.startsWith(begin)).length === 1);
    }
  }));
});
