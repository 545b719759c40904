/** A test of the page: it has a lab of its own in the browser of its file, and is not run, with its reason in its name, where there is no browser. */
import { AxeBuilder } from "@axe-core/playwright";
import { assertEquals } from "@std/assert";
import type { Browser, Page } from "playwright-core";
import { exists } from "./exists.ts";
import type { TestHome } from "./harness.ts";
import { CHROMIUM, HAS_CHROMIUM, launchBrowser, NO_CHROMIUM, PageLab, WHOLE_CHROMIUM } from "./page_lab.ts";

/** The browsers of this file of tests by their paths; {@link closeBrowsers} ends them behind its last test. */
const browsers = new Map<string, Browser>();

async function browserAt(path: string): Promise<Browser> {
  const known = browsers.get(path);
  if (known?.isConnected()) return known;
  const launched = await launchBrowser(path);
  browsers.set(path, launched);
  return launched;
}

async function closeBrowsers(): Promise<void> {
  for (const browser of browsers.values()) await browser.close();
}

Deno.test.afterAll(closeBrowsers);

/** @param before runs when the home is there and the daemon is not yet */
export function pageTest(
  name: string,
  test: (lab: PageLab) => Promise<void>,
  before?: (home: TestHome) => void,
): void {
  testIn(CHROMIUM, name + NO_CHROMIUM, HAS_CHROMIUM, test, before);
}

/** In the whole browser, which also shows notifications. */
export function wholeBrowserTest(name: string, test: (lab: PageLab) => Promise<void>): void {
  const isThere = exists(WHOLE_CHROMIUM);
  const why = isThere ? "" : ` (ignored: no ${WHOLE_CHROMIUM}; apt-get install chromium)`;
  testIn(WHOLE_CHROMIUM, name + why, isThere, test);
}

function testIn(
  browser: string,
  name: string,
  isThere: boolean,
  test: (lab: PageLab) => Promise<void>,
  before?: (home: TestHome) => void,
): void {
  Deno.test({
    name,
    ignore: !isThere,
    // The library that drives the browser keeps pipes and timers of its own until the process ends.
    sanitizeOps: false,
    sanitizeResources: false,
    fn: async () => {
      await using lab = await PageLab.open(before, await browserAt(browser));
      await test(lab);
    },
  });
}

/** What a page has complained of, or fetched from elsewhere, since this was called. */
export function complaintsOf(page: Page, origin: string): readonly string[] {
  const found: string[] = [];
  page.on("pageerror", (error) => void found.push(String(error)));
  page.on("console", (message) => void (message.type() === "error" && found.push(message.text())));
  page.on("request", (request) => {
    const url = request.url();
    const isOurs = url.startsWith(origin) || url.startsWith(origin.replace("http", "ws")) || url.startsWith("data:");
    if (!isOurs) found.push(`requested ${url}`);
  });
  page.on("dialog", (dialog) => {
    found.push(`opened a dialog: ${dialog.message()}`);
    void dialog.dismiss();
  });
  return found;
}

/** Longer than what has only just appeared takes no tap and no key. */
export const READ_MS = 600;

export function row(page: Page, text: string) {
  return page.locator(".row", { hasText: text });
}

/** Waits until a button takes taps, and taps it. */
export async function press(page: Page, name: string): Promise<void> {
  const button = page.getByRole("button", { name, exact: true });
  await button.waitFor();
  await page.waitForTimeout(READ_MS);
  await button.click();
}

/** The status of a request, waited for. */
export async function ends(lab: PageLab, id: string, status: string): Promise<void> {
  const end = performance.now() + 15_000;
  let now: unknown;
  do {
    now = (await lab.approval(id))["status"];
    if (now === status) return;
    await new Promise((resolve) => setTimeout(resolve, 50));
  } while (performance.now() < end);
  assertEquals(now, status);
}

/** Waits for the title of the tab. Not by waitForFunction: the page's policy refuses a text that is run as code. */
export async function hasTitle(page: Page, title: string): Promise<void> {
  const end = performance.now() + 15_000;
  while (await page.title() !== title && performance.now() < end) await page.waitForTimeout(20);
  assertEquals(await page.title(), title);
}

/** @param where what is looked at, for the message */
export async function assertNothingSerious(page: Page, where: string): Promise<void> {
  await page.waitForTimeout(READ_MS); // what is half faded in has half the contrast
  const { violations } = await new AxeBuilder({ page }).analyze();
  const serious = violations.filter(({ impact }) => impact === "serious" || impact === "critical");
  assertEquals(serious.map(({ id, nodes }) => `${where}: ${id} ${nodes[0]?.html} ${nodes[0]?.failureSummary}`), []);
}
