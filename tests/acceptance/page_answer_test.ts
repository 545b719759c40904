/** The page answers: by touch on a phone, by keys alone, questions with choices, rules, and never what nobody has read. */
import { assert, assertEquals, assertMatch } from "@std/assert";
import type { Page } from "playwright-core";
import { PHONE } from "../support/page_lab.ts";
import { ends, pageTest, press, READ_MS, row } from "../support/page_steps.ts";

pageTest("V3 a phone finds out who waits, reads all of it, and answers; Back leaves the detail", async (lab) => {
  const page = await lab.look({ viewport: PHONE, touch: true });
  const long = `echo ${"x".repeat(4000)} && deno task publish`;
  const id = await lab.asks("web", long, { description: "The release is due." });
  await row(page, "web").tap();
  // All of it is loaded before a yes is taken: what a row keeps is shorter.
  await page.locator(".call", { hasText: "x".repeat(3900) }).waitFor();
  assertMatch(await page.locator(".request").innerText(), /The release is due\./);
  for (const button of await page.locator(".answers button").all()) {
    const box = await button.boundingBox();
    assert(box !== null && box.height >= 44, `${await button.innerText()} is ${box?.height} px high`);
    assert(box.y > PHONE.height / 2, "an answer is out of a thumb's reach");
  }
  await page.goBack();
  await row(page, "web").waitFor();
  await row(page, "web").tap();
  // What stands below the screen nobody has read.
  await page.getByText("It goes on below: read it to its end, then yes.").waitFor();
  assertEquals(await page.locator(".answers .yes").isDisabled(), true);
  await page.locator(".text-end").scrollIntoViewIfNeeded();
  await page.locator(".answers .yes:enabled").waitFor();
  assertEquals(await page.getByText("It goes on below").count(), 0);
  await press(page, "Yes");
  await ends(lab, id, "approved");
  // The list is what comes next.
  await page.locator('[data-pane="list"]').waitFor();
  await page.locator(".toast", { hasText: /^approved once \(Bash: echo x/ }).waitFor();
});

pageTest("V3 what has only just appeared takes no tap and no key", async (lab) => {
  const first = await lab.asks("web", "git status --short");
  const page = await lab.look();
  await page.locator(".answers .yes").waitFor();
  await page.waitForTimeout(READ_MS);
  const second = await lab.asks("web", "deno task deploy");
  // The one that was read goes; the other takes its place under the same button, and is hit by the same finger.
  await page.evaluate(() => {
    const { document } = globalThis as unknown as { document: { querySelector(of: string): { click(): void } | null } };
    const press = () => document.querySelector(".answers .yes")?.click();
    press();
    const begun = performance.now();
    const again = setInterval(() => {
      // A page that is held up calls late: then what has appeared could have been read.
      if (performance.now() - begun >= 350) return clearInterval(again);
      press();
      dispatchEvent(
        new (globalThis as unknown as { KeyboardEvent: typeof Event }).KeyboardEvent("keydown", { key: "a" } as never),
      );
    }, 40);
  });
  await ends(lab, first, "approved");
  await page.locator(".call", { hasText: "deno task deploy" }).waitFor();
  await page.waitForTimeout(READ_MS);
  assertEquals((await lab.approval(second))["status"], "pending");
  await page.keyboard.press("a");
  await ends(lab, second, "approved");
});

/** Presses the button of that name in the instant in which it appears, as no call from outside of the page can be sure to. */
async function pressesOnSight(page: Page, name: string): Promise<void> {
  await page.evaluate((name) => {
    interface Found {
      readonly textContent: string;
      click(): void;
    }
    const { document, MutationObserver } = globalThis as unknown as {
      document: { body: { dataset: Record<string, string> }; querySelectorAll(of: string): Iterable<Found> };
      MutationObserver: new (seen: () => void) => {
        observe(of: unknown, what: Readonly<Record<string, boolean>>): void;
        disconnect(): void;
      };
    };
    const watch = new MutationObserver(() => {
      const button = [...document.querySelectorAll("button")].find((one) => one.textContent.trim() === name);
      if (button === undefined) return;
      watch.disconnect();
      button.click();
      document.body.dataset["pressed"] = "";
    });
    watch.observe(document.body, { childList: true, subtree: true, characterData: true });
  }, name);
}

pageTest("V3 what destroys is asked once more, and an answer in another window ends it here", async (lab) => {
  const page = await lab.look();
  const id = await lab.asks("web", "git push --force origin main");
  await pressesOnSight(page, "Yes, allow it");
  await press(page, "Yes …");
  await page.getByRole("alert").getByText("It destroys").waitFor();
  // The second button comes under the same finger.
  await page.locator("body[data-pressed]").waitFor();
  assertEquals((await lab.approval(id))["status"], "pending");
  await press(page, "Leave it");
  await page.getByRole("button", { name: "Yes …" }).waitFor();
  await press(page, "Yes …");
  await press(page, "Yes, allow it");
  await ends(lab, id, "approved");
  const other = await lab.asks("web", "git push --force origin next");
  await page.locator(".call", { hasText: "origin next" }).waitFor();
  const { code } = await lab.home.cli(["deny", other]);
  assertEquals(code, 0);
  await page.locator(".toast", { hasText: ": denied, in another window" }).waitFor();
  await page.locator(".request").waitFor({ state: "detached" });
});

pageTest("V3 a key that is held down confirms nothing, and a rule that was changed is confirmed anew", async (lab) => {
  const page = await lab.look();
  const id = await lab.asks("web", "git push --force origin main");
  const status = async () => (await lab.approval(id))["status"];
  const hold = async (key: string) => {
    await page.keyboard.down(key);
    await page.waitForTimeout(READ_MS);
    for (let i = 0; i < 3; i++) await page.keyboard.down(key); // those are repeats
    await page.waitForTimeout(100);
    await page.keyboard.up(key);
  };
  await page.getByRole("button", { name: "Yes …" }).waitFor();
  await page.waitForTimeout(READ_MS);
  await hold("a");
  await page.getByRole("alert").getByText("It destroys. Allow it?").waitFor();
  assertEquals(await status(), "pending");
  await press(page, "Leave it");
  await press(page, "Yes, for …");
  await page.getByRole("radio", { name: "In this session" }).check();
  await page.waitForTimeout(READ_MS);
  await page.getByRole("button", { name: "Yes, in this session, for 1 h" }).focus();
  await hold("Enter");
  await page.getByRole("alert").getByText("Press once more").waitFor();
  assertEquals(await status(), "pending");
  // What was asked once more is not what would be allowed now.
  await page.getByRole("radio", { name: "8 h" }).check();
  assertEquals(await page.getByRole("alert").getByText("Press once more").count(), 0);
  await press(page, "Yes, in this session, for 8 h");
  await page.getByRole("alert").getByText("Press once more").waitFor();
  assertEquals(await status(), "pending");
  await press(page, "Yes, allow it");
  await ends(lab, id, "approved");
});

pageTest("V3 a yes for longer says what it lets pass and makes that rule; a no carries its message", async (lab) => {
  const page = await lab.look();
  const id = await lab.asks("web", "deno test");
  await press(page, "Yes, for …");
  await page.getByRole("radio", { name: "In this folder" }).check();
  await page.getByRole("radio", { name: "8 h" }).check();
  const preview = await page.locator(".preview").innerText();
  assertMatch(
    preview,
    /^From now on exactly this call of claude \(Bash\) runs unasked in sessions in .*\/home\/u\/web and below it, for 8 h\. [^.]*asked as before\.$/,
  );
  await press(page, "Yes, in this folder, for 8 h");
  await ends(lab, id, "approved");
  const { rules } = await lab.call("approval.rules") as unknown as {
    rules: { pattern: string; expiresAt: string; scope: string }[];
  };
  const own = rules.find(({ pattern }) => pattern === "deno test");
  assertEquals(own?.scope, "workspace");
  assert(Math.abs(Date.parse(own?.expiresAt ?? "") - Date.now() - 8 * 3_600_000) < 60_000, `it ends ${own?.expiresAt}`);
  const next = await lab.asks("web", "npm publish");
  await page.locator(".call", { hasText: "npm publish" }).waitFor();
  await page.waitForTimeout(READ_MS);
  await page.keyboard.press("D");
  await page.getByLabel("What the agent is told").fill("not on a Friday");
  await press(page, "No, and say so");
  await ends(lab, next, "denied");
  assertEquals(((await lab.approval(next))["denied"] as { message?: string }).message, "not on a Friday");
});

pageTest("V3 questions: one choice by its number, several, and one's own words", async (lab) => {
  const page = await lab.look();
  const ask = (questions: unknown) =>
    lab.report({
      agent: "claude",
      env: { CLAUDE_CODE_ENTRYPOINT: "cli" },
      event: {
        session_id: "app",
        cwd: "/home/u/app",
        hook_event_name: "PermissionRequest",
        tool_name: "AskUserQuestion",
        tool_input: { questions },
      },
    });
  const options = ["Cookies", "Tokens", "Neither"].map((label) => ({ label, description: `by ${label}` }));
  const one = await ask([{ question: "Which login?", header: "", options }]) ?? "";
  await page.getByText("Which login?").first().waitFor();
  await page.waitForTimeout(READ_MS);
  await page.keyboard.press("2");
  await ends(lab, one, "approved");
  const several = await ask([
    { question: "Which tests?", header: "", options, multiSelect: true },
    { question: "What name?", header: "", options },
  ]) ?? "";
  await page.getByRole("checkbox", { name: "Cookies" }).check();
  await press(page, "Answer");
  await page.locator(".toast", { hasText: "some of its questions have no answer yet" }).waitFor();
  await page.getByRole("checkbox", { name: "Neither" }).check();
  await page.getByLabel("Your own words: What name?").fill("session_store");
  await press(page, "Answer");
  await ends(lab, several, "approved");
});

pageTest("V3 keyboard alone: move, read, answer, filter, help, views", async (lab) => {
  const ids = [
    await lab.asks("api", "make one"),
    await lab.asks("web", "make two"),
    await lab.asks("zoo", "make three"),
  ];
  const page = await lab.look();
  await row(page, "make one").waitFor();
  await page.keyboard.press("j");
  await page.keyboard.press("j");
  await page.locator(".call", { hasText: "make three" }).waitFor();
  await page.keyboard.press("k");
  await page.locator(".call", { hasText: "make two" }).waitFor();
  await page.waitForTimeout(READ_MS);
  await page.keyboard.press("d");
  await ends(lab, ids[1] ?? "", "denied");
  await page.keyboard.press("/");
  await page.keyboard.type("make thr");
  await page.locator(".call", { hasText: "make three" }).waitFor();
  await page.keyboard.press("Escape");
  await page.keyboard.press("?");
  assertMatch(await page.getByRole("dialog").innerText(), /yes, once/);
  // It is read from its top, and goes on by keys.
  const { y, height } = await page.getByRole("dialog").boundingBox() ?? { y: 0, height: 0 };
  assert(await page.getByRole("dialog").evaluate((sheet) => sheet.scrollHeight > sheet.clientHeight), "all of it fits");
  const title = await page.getByRole("heading", { name: "Keys" }).boundingBox();
  assert(title !== null && title.y >= y && title.y < y + height, "it opens at its end");
  await page.keyboard.press("Escape");
  await page.getByRole("dialog").waitFor({ state: "detached" });
  await page.locator(".answers .yes:enabled").waitFor();
  await page.waitForTimeout(READ_MS);
  await page.keyboard.press("A");
  await page.getByRole("dialog").waitFor();
  await page.keyboard.press("Escape");
  await page.getByRole("dialog").waitFor({ state: "detached" });
  // Every control is reached by Tab, and shows that it has the focus.
  const seen = new Set<string>();
  for (let i = 0; i < 30; i++) {
    await page.keyboard.press("Tab");
    seen.add(
      await page.evaluate(() => {
        const { activeElement } =
          (globalThis as unknown as { document: { activeElement: { textContent: string } } }).document;
        return activeElement.textContent.trim();
      }),
    );
  }
  for (const name of ["Sessions", "Activity", "No, because …", "Yes, for …"]) {
    assert(seen.has(name), `Tab never reached ${name}`);
  }
});
