/** The page as it is looked at: nothing that axe calls serious in any screen, and no text from outside does any harm. */
import { assert, assertEquals } from "@std/assert";
import { makePage } from "../../install/page.ts";
import { REPOSITORY } from "../support/harness.ts";
import { PHONE, WIDE } from "../support/page_lab.ts";
import { assertNothingSerious, complaintsOf, pageTest, press, row } from "../support/page_steps.ts";

/** Minified, bytes: what a phone has to read before it shows anything. */
const SCRIPT_BYTES = 106_500;

/** The default run looks at each colour scheme in one size, and at fewer screens in the dark; the long one at all in both. */
const isLong = Deno.env.get("AC_LONG") === "1";

for (const [colorScheme, size] of [["light", PHONE], ["dark", WIDE]] as const) {
  pageTest(`V3 axe finds nothing serious in any screen, ${colorScheme}`, async (lab) => {
    await lab.asks("web", "git push --force origin main", { description: "The branch was rebased." });
    await lab.report({
      agent: "claude",
      env: { CLAUDE_CODE_ENTRYPOINT: "cli" },
      event: { session_id: "app", cwd: "/home/u/app", hook_event_name: "StopFailure", error: "rate_limit" },
    });
    for (const viewport of isLong ? [PHONE, WIDE] : [size]) {
      const page = await lab.look({ viewport, colorScheme });
      const at = `${viewport.width} ${colorScheme}`;
      await row(page, "--force").waitFor();
      await assertNothingSerious(page, `${at} list`);
      await row(page, "--force").click();
      await page.getByRole("button", { name: "Yes …" }).waitFor();
      await assertNothingSerious(page, `${at} detail`);
      await press(page, "Yes, for …");
      await assertNothingSerious(page, `${at} scopes`);
      if (isLong || colorScheme === "light") { // the others have these colours too
        await page.keyboard.press("Escape");
        await press(page, "Yes …");
        await assertNothingSerious(page, `${at} once more`);
        await page.goto(`${lab.url}#view=inbox`);
        await assertNothingSerious(page, `${at} inbox`);
        await page.goto(`${lab.url}#view=activity`);
        await assertNothingSerious(page, `${at} activity`);
      }
      const isTooWide = await page.evaluate("document.documentElement.scrollWidth > innerWidth");
      assert(!isTooWide, `${at} scrolls sideways`);
    }
    const page = await (await lab.browser.newContext({ colorScheme })).newPage();
    await page.goto(lab.url);
    await assertNothingSerious(page, `${colorScheme} token`);
  });
}

pageTest("A4 titles, prompts and commands from outside are harmless text on the page", async (lab) => {
  const evil = [
    "\x1b[2J\x1b]52;c;ZXZpbA==\x07",
    "\u009b31m",
    "\u202e\u2066gnp.exe",
    "<script>alert(1)</script><img src=x onerror=alert(2)>",
    "😀👩‍👩‍👧 日本語テスト",
    "x".repeat(10_000),
  ].join(" ");
  const page = await lab.look();
  const complaints = complaintsOf(page, lab.url);
  await lab.report({
    agent: "claude",
    env: { CLAUDE_CODE_ENTRYPOINT: "cli" },
    event: {
      session_id: "web",
      cwd: `/home/u/${evil.slice(0, 200)}`,
      hook_event_name: "UserPromptSubmit",
      prompt: evil,
    },
  });
  await lab.call("session.update", { sessionId: "web", title: evil.slice(0, 900) });
  await lab.asks("web", `echo ${evil}`, { description: evil });
  await row(page, "alert(1)").first().click();
  for (const viewport of [WIDE, PHONE]) {
    await page.setViewportSize(viewport);
    await page.locator(".call", { hasText: "x".repeat(9000) }).waitFor();
    const text = await page.evaluate("document.body.innerText + document.title") as string;
    // deno-lint-ignore no-control-regex
    assertEquals(/[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u200b-\u200f\u202a-\u202e\u2066-\u2069]/.exec(text), null);
    assertEquals(await page.locator("#page script, #page img").count(), 0);
    assert(!await page.evaluate("document.documentElement.scrollWidth > innerWidth"), "a long word widens the page");
    const answer = await page.locator(".answers .yes").boundingBox();
    assert(answer !== null && answer.y + answer.height <= viewport.height, "a long request pushes the answers off");
  }
  for (const view of ["inbox", "activity"]) {
    await page.goto(`${lab.url}#view=${view}`);
    await page.getByText("alert(1)").first().waitFor();
  }
  assertEquals(complaints, []);
});

Deno.test("V3 the page's script is small, and has no map and nothing inline", async () => {
  const script: string = (await import(`file://${REPOSITORY}/${await makePage(60_000)}`)).default;
  const size = new TextEncoder().encode(script).length;
  assert(size > 10_000 && size <= SCRIPT_BYTES, `page.js has ${size} bytes`);
  assert(!script.includes("sourceMappingURL"));
  const html = await Deno.readTextFile(`${REPOSITORY}/src/page/index.html`);
  assert(html.includes("<title>"));
  assertEquals([...html.matchAll(/<script(?![^>]* src=)|<style| style=| on\w+=|https?:/g)].map(([found]) => found), []);
});
