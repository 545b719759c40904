/** What an answer takes to clear in all windows, wherever it was given: the command line, a key of the dashboard, the page. */
import type { Page } from "playwright-core";
import { output } from "../../src/cli/output.ts";
import { clientContext } from "../../src/client/endpoint.ts";
import type { TerminalHandlers } from "../../src/dashboard/terminal_port.ts";
import { DashboardWindow } from "../../src/dashboard/window.ts";
import { thisProgram } from "../../src/platform/program.ts";
import { REPOSITORY } from "../support/harness.ts";
import { eventually, pause } from "../support/harness_wait.ts";
import { HAS_CHROMIUM, NO_CHROMIUM, PageLab } from "../support/page_lab.ts";
import { quantile } from "./measure.ts";
import { type Row, Skipped } from "./result.ts";

const ROUNDS = 30;
const GOAL_MS = 50;
/** Longer than a window takes no key for what has just appeared, ms. */
const READ_MS = 900;
const SIZE = { columns: 120, rows: 40 };

/** ms since the epoch when a window last showed the text, by the clock that the browser has too. */
interface Watched {
  shows(text: string): Promise<boolean>;
  clearedAt(text: string): Promise<number | undefined>;
}

export async function answerClears(): Promise<readonly Row[]> {
  if (!HAS_CHROMIUM) throw new Skipped(NO_CHROMIUM.trim());
  await using lab = await PageLab.open();
  const page = await lab.look();
  await page.locator(".is-live").waitFor();
  const dashboard = new WatchedDashboard(lab);
  const windows = { dashboard, page: await WatchedPage.of(page) };
  const ways = {
    "a call, as the command line makes it": (id: string) => lab.call("approval.decide", { id, decision: "approve" }),
    "a key of the dashboard": () => Promise.resolve(dashboard.press("y")),
    "a button of the page": () => page.evaluate("document.querySelector('.answers .yes').click()"),
  };
  try {
    const rows: Row[] = [];
    for (const [way, answer] of Object.entries(ways)) rows.push(...await measured(lab, way, answer, windows));
    return rows;
  } finally {
    await dashboard.end();
  }
}

let asked = 0;

async function measured(
  lab: PageLab,
  way: string,
  answer: (id: string) => Promise<unknown>,
  windows: { readonly dashboard: WatchedDashboard; readonly page: Watched },
): Promise<readonly Row[]> {
  const times = new Map(Object.keys(windows).map((name) => [name, [] as number[]]));
  for (let round = 0; round < ROUNDS; round++) {
    const text = `make target-${++asked}`;
    const id = await lab.asks("web", text);
    for (const [name, one] of Object.entries(windows)) {
      await eventually(() => one.shows(text), 5000, `${text} in the ${name}`);
    }
    // The first key after an answer elsewhere answers nothing.
    windows.dashboard.press("j");
    await pause(READ_MS);
    const began = now();
    await answer(id);
    for (const [name, one] of Object.entries(windows)) {
      const at = await eventually(() => one.clearedAt(text), 5000, `the end of ${text} in the ${name}`);
      times.get(name)?.push(at - began);
    }
  }
  return [...times].map(([name, all]): Row => {
    const [median, worst] = [quantile(all, 0.5), quantile(all, 0.95)];
    return {
      id: "CLEARS",
      what: `answered by ${way}: gone from the ${name}`,
      counterpart: "–",
      goal: `95 of 100 ≤ ${GOAL_MS} ms`,
      measured: `median ${median.toFixed(0)} ms, 95 of 100 ≤ ${worst.toFixed(0)} ms (${all.length} rounds)`,
      ok: worst <= GOAL_MS,
    };
  });
}

function now(): number {
  return performance.timeOrigin + performance.now();
}

/** The real window, at a terminal that keeps what is drawn. */
class WatchedDashboard implements Watched {
  #handlers: TerminalHandlers | undefined;
  #text = "";
  readonly #cleared = new Map<string, number>();
  readonly #window: DashboardWindow;
  readonly #following: Promise<void>;

  constructor(lab: PageLab) {
    const program = thisProgram(`file://${REPOSITORY}/main.ts`);
    const run = {
      context: clientContext({ program, home: lab.home.dir, start: false }),
      out: output(false),
      signal: new AbortController().signal,
      takeSignals: () => {},
    };
    this.#window = new DashboardWindow(run, (handlers) => {
      this.#handlers = handlers;
      const nothing = () => {};
      return {
        size: SIZE,
        draw: (rows) => this.#draw(rows.map((row) => row.map(({ text }) => text).join("")).join("\n")),
        bell: nothing,
        setTitle: nothing,
        copy: nothing,
        suspend: nothing,
        close: nothing,
      };
    }, { home: "/home/u" });
    this.#following = this.#window.follow();
  }

  #draw(text: string): void {
    const before = /make target-\d+/.exec(this.#text)?.[0];
    if (before !== undefined && !isAsked(text, before)) this.#cleared.set(before, now());
    this.#text = text;
  }

  press(key: string): void {
    this.#handlers?.onKey({ key, alone: true });
  }

  shows(text: string): Promise<boolean> {
    return Promise.resolve(isAsked(this.#text, text));
  }

  clearedAt(text: string): Promise<number | undefined> {
    return Promise.resolve(isAsked(this.#text, text) ? undefined : this.#cleared.get(text));
  }

  async end(): Promise<void> {
    this.#window.end(0);
    await this.#following;
  }
}

/** What was asked may stand in a history still: then nobody waits. */
function isAsked(screen: string, text: string): boolean {
  return screen.includes(text) && /NEEDS YOU/.test(screen);
}

class WatchedPage implements Watched {
  readonly #page: Page;

  private constructor(page: Page) {
    this.#page = page;
  }

  /** Notes when the answers to a request go. */
  static async of(page: Page): Promise<WatchedPage> {
    await page.evaluate(`{
      globalThis.answersGone = [];
      let there = false;
      new MutationObserver(() => {
        const is = document.querySelector(".answers .yes") !== null;
        if (there && !is) answersGone.push(performance.timeOrigin + performance.now());
        there = is;
      }).observe(document.body, { childList: true, subtree: true });
    }`);
    return new WatchedPage(page);
  }

  async shows(text: string): Promise<boolean> {
    return await this.#page.evaluate(
      `document.querySelector(".answers .yes") !== null && document.body.innerText.includes(${JSON.stringify(text)})`,
    );
  }

  async clearedAt(): Promise<number | undefined> {
    const at = await this.#page.evaluate(
      `document.querySelector(".answers .yes") === null ? answersGone.splice(0).at(-1) ?? null : null`,
    );
    return at as number | null ?? undefined;
  }
}
