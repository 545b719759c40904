/** Commands of capsules on the page: who may answer runs them, their words are text, and a token that only reads has none. */
import { assert, assertEquals, assertMatch } from "@std/assert";
import { PHONE } from "../support/page_lab.ts";
import { assertNothingSerious, complaintsOf, pageTest, press } from "../support/page_steps.ts";
import { grantTeam } from "../support/team_capsule.ts";

pageTest(
  "X1 capsule commands on the page: a line finds one, its words are harmless text, and no request is answered",
  async (lab) => {
    await grantTeam(lab.home);
    const page = await lab.look({ viewport: PHONE });
    const complaints = complaintsOf(page, lab.url);
    await page.keyboard.press(":");
    const line = page.getByRole("textbox", { name: "Command" });
    await page.getByRole("button", { name: "standup [DAYS] what each did today (capsule team)" }).waitFor();
    await assertNothingSerious(page, "commands");
    assertEquals(await page.getByRole("button", { name: /^(approve|deny)\b/ }).count(), 0);
    await line.fill("approve x yes");
    assertEquals(await page.getByRole("button", { name: "Run" }).isDisabled(), true);
    await line.fill("stand");
    await press(page, "standup [DAYS] what each did today (capsule team)");
    assertEquals(await line.inputValue(), "standup ");
    await line.press("End");
    await line.pressSequentially("<i>3</i>");
    await line.press("Enter");
    const said = page.locator(".said");
    await said.waitFor();
    assertEquals(
      await said.innerText(),
      "/standup <i>3</i> · the capsule team says:\nweb: tests pass \\x1b[2J<b>&\nwords|<i>3</i>",
    );
    await line.fill("roll-call");
    await press(page, "Run");
    await said.waitFor();
    assertMatch(await said.innerText(), /\nrow 4000$/);
    const box = await said.boundingBox();
    assert(box !== null && box.height <= PHONE.height / 2 + 1, "it is scrolled in its place");
    await assertNothingSerious(page, "an answer");
    assert(!await page.evaluate("document.documentElement.scrollWidth > innerWidth"), "scrolls sideways");
    await line.fill("broken");
    await press(page, "Run");
    await page.locator(".said.is-bad", { hasText: "capsule team: it has no data" }).waitFor();
    await page.keyboard.press("Escape");
    await said.waitFor({ state: "detached" });
    assertEquals(complaints, []);

    const reads = await lab.look({ scope: "read" });
    await reads.getByRole("button", { name: "Command" }).click();
    await reads.getByRole("button", { name: /^status/ }).waitFor();
    assertEquals(await reads.getByRole("button", { name: /capsule team/ }).count(), 0);
  },
);
