/** The page's notifications: one for each new request while nobody looks, taken back when it is over, harmless text. */
import { assertEquals, assertMatch } from "@std/assert";
import type { Page } from "playwright-core";
import type { LookOptions, PageLab } from "../support/page_lab.ts";
import { ends, hasTitle, pageTest, row, wholeBrowserTest } from "../support/page_steps.ts";

/** Of a notification what a person sees, and what names its request. */
interface Shown {
  readonly tag: string;
  readonly title: string;
  readonly body: string;
}

/** In the page: whether it is looked at. The driver of the browser keeps every page in front, so that a test says it. */
function sayWhetherHidden(): void {
  const page = globalThis as unknown as { isHidden: boolean; Document: { prototype: object } };
  page.isHidden = false;
  Object.defineProperty(page.Document.prototype, "hidden", { get: () => page.isHidden });
  Object.defineProperty(page.Document.prototype, "visibilityState", {
    get: () => page.isHidden ? "hidden" : "visible",
  });
}

async function hide(page: Page, isHidden: boolean): Promise<void> {
  await page.evaluate(`isHidden = ${isHidden}; document.dispatchEvent(new Event("visibilitychange"))`);
}

/** The same for both browsers. */
async function checkNotifications(
  lab: PageLab,
  page: Page,
  shown: () => Promise<readonly Shown[]>,
): Promise<void> {
  const become = async (count: number) => {
    const end = performance.now() + 30_000; // 3.4 s were seen beside eleven other browsers
    while ((await shown()).length !== count && performance.now() < end) await page.waitForTimeout(50);
    return await shown();
  };
  await lab.asks("web", "make seen");
  await row(page, "make seen").waitFor();
  await lab.report({
    agent: "claude",
    env: { CLAUDE_CODE_ENTRYPOINT: "cli" },
    event: { session_id: "api", cwd: "/home/u/api", hook_event_name: "UserPromptSubmit", prompt: "fix it" },
  });
  await lab.call("session.update", { sessionId: "api", title: "api \u202e\x1b[2J\x07" });
  await row(page, "fix it").waitFor();
  assertEquals(await shown(), [], "it notifies who looks at the page");

  await hide(page, true);
  const drawn = await page.locator(".row").count();
  const evil = "echo \x1b]52;c;ZXZpbA==\x07 \u202egnp.exe \u009b31m\nrm all";
  const id = await lab.asks("api", evil);
  const asked = await become(1);
  const [one] = asked;
  assertEquals([asked.length, one?.tag, one?.title], [1, id, "agent-console"]);
  assertMatch(one?.body ?? "", /^api.* waits for you: Bash: echo .*gnp\.exe/);
  // deno-lint-ignore no-control-regex
  assertEquals(/[\u0000-\u001f\u007f-\u009f\u200b-\u200f\u202a-\u202e\u2066-\u2069]/.exec(one?.body ?? ""), null);
  await hasTitle(page, "2 waiting · agent-console");
  assertEquals(await page.locator(".row").count(), drawn, "rows were drawn for nobody");

  // Other news of the same request, and of its session, are no new request.
  await lab.call("session.update", { sessionId: "web", title: "another name" });
  await page.waitForTimeout(500);
  assertEquals(await shown(), asked);
  const { code } = await lab.home.cli(["deny", id]);
  assertEquals(code, 0);
  await ends(lab, id, "denied");
  assertEquals(await become(0), []);

  await hide(page, false);
  await row(page, "make seen").waitFor();
  await lab.asks("zoo", "make later");
  await row(page, "make later").waitFor();
  assertEquals(await shown(), []);
}

const LOOK: LookOptions = { permissions: ["notifications"], scripts: [sayWhetherHidden] };

wholeBrowserTest(
  "V3 a request notifies once while nobody looks, in harmless text, and not after it was answered elsewhere",
  async (lab) => {
    const page = await lab.look(LOOK);
    await page.locator(".is-live").waitFor();
    await page.evaluate("navigator.serviceWorker.ready.then(() => undefined)");
    await checkNotifications(lab, page, () =>
      page.evaluate(
        `navigator.serviceWorker.ready.then((worker) => worker.getNotifications())
          .then((all) => all.map(({ tag, title, body }) => ({ tag, title, body })))`,
      ));
  },
);

/** In the page: the notifications that are open, as the browser would have shown them. */
function keepNotifications(): void {
  const page = globalThis as unknown as { shown: object[]; Notification: unknown };
  page.shown = [];
  page.Notification = class {
    static permission = "granted";
    readonly tag: string;
    constructor(readonly title: string, { tag, body }: { tag: string; body: string }) {
      this.tag = tag;
      page.shown.push(Object.assign(this, { body }));
    }
    close(): void {
      page.shown = page.shown.filter((one) => one !== this);
    }
  };
}

pageTest("V3 where there is no worker the page itself notifies, and takes it back", async (lab) => {
  const page = await lab.look({ scripts: [sayWhetherHidden, keepNotifications], serviceWorkers: "block" });
  await page.locator(".is-live").waitFor();
  await checkNotifications(
    lab,
    page,
    () => page.evaluate("shown.map(({ tag, title, body }) => ({ tag, title, body }))"),
  );
});
