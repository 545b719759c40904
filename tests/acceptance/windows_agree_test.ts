/**
 * All windows show the same at every moment: six recorded sessions play, and after each event `ls`, the dashboard and the
 * page in a real browser are compared. An answer that is given in one of them clears in all.
 */
import { assert, assertEquals } from "@std/assert";
import type { Page } from "playwright-core";
import type { CommandContext } from "../../src/cli/context.ts";
import { filteredList } from "../../src/cli/filtered_list.ts";
import { output } from "../../src/cli/output.ts";
import { clientContext } from "../../src/client/endpoint.ts";
import { follow } from "../../src/client/follow.ts";
import { drawFrame } from "../../src/dashboard/frame.ts";
import { DashboardState } from "../../src/dashboard/state.ts";
import { oneLine } from "../../src/domain/sanitize.ts";
import { SHOWN_STATES, STATE_WORDS } from "../../src/domain/state_words.ts";
import { thisProgram } from "../../src/platform/program.ts";
import { REPOSITORY } from "../support/harness.ts";
import type { PageLab } from "../support/page_lab.ts";
import { rounds } from "../support/harness_wait.ts";
import { pageTest } from "../support/page_steps.ts";
import { SixSessions } from "../support/six_sessions.ts";

const STEPS = rounds(150, 500);
/** Wide and high enough for all rows, so that none is cut. */
const SIZE = { columns: 600, rows: 200 };
const IN_TIME_MS = 20_000;

/** What a window shows of a session: sign, name, agent, what it is about. */
type Shown = readonly string[];

pageTest(
  "V1 after each event of six recorded sessions ls, the dashboard and the page show the same",
  async (lab) => {
    const windows = await Windows.open(lab);
    const six = await SixSessions.create(lab.home, 11);
    let most = 0;
    try {
      for (let i = 0; i < STEPS; i++) {
        const what = `step ${i}: ${await six.step()}`;
        let listed: readonly Shown[];
        let dashboard: readonly Shown[];
        let page: readonly Shown[];
        const end = performance.now() + IN_TIME_MS;
        do {
          listed = await windows.ls(); // the daemon may change a row by itself
          dashboard = windows.dashboard();
          page = await windows.page();
        } while (!(same(page, dashboard) && same(dashboard.filter(isOpen), listed)) && performance.now() < end);
        assertEquals(dashboard.filter(isOpen), listed, `${what}: the dashboard and ls`);
        assertEquals(page, dashboard, `${what}: the page and the dashboard`);
        most = Math.max(most, listed.length);
      }
      assert(most >= 6, `${most} sessions at most were open`);
    } finally {
      await six.close();
      await windows.close();
    }
  },
);

class Windows {
  readonly #state = new DashboardState();
  readonly #run: CommandContext;
  readonly #closing = new AbortController();
  readonly #following: Promise<void>;
  readonly #page: Page;

  private constructor(run: CommandContext, page: Page) {
    this.#run = run;
    this.#page = page;
    this.#following = this.#follow();
  }

  static async open(lab: PageLab): Promise<Windows> {
    const page = await lab.look();
    await page.locator(".is-live").waitFor();
    const program = thisProgram(`file://${REPOSITORY}/main.ts`);
    return new Windows({
      context: clientContext({ program, home: lab.home.dir, start: false }),
      out: output(false),
      signal: new AbortController().signal,
      takeSignals: () => {},
    }, page);
  }

  async close(): Promise<void> {
    this.#closing.abort();
    await this.#following;
  }

  async ls(): Promise<readonly Shown[]> {
    const lines: string[] = [];
    const out = { ...this.#run.out, line: (text: string) => void lines.push(text), note: () => {} };
    await filteredList({ ...this.#run, out }, { format: "{{status}}\t{{name}}\t{{agent}}\t{{about}}" });
    return lines.map((line) => {
      const [status, ...rest] = line.split("\t");
      return [STATE_WORDS[SHOWN_STATES.find((state) => state === status)!].sign, ...rest];
    });
  }

  /** The rows that the frame has drawn, by their text. */
  dashboard(): readonly Shown[] {
    const { rows, hits, shown } = drawFrame(this.#state, SIZE, Date.now(), 0);
    const lines = hits.flatMap(({ row, hits }) => "id" in hits ? [{ row, id: hits.id }] : [])
      .sort((a, b) => a.row - b.row);
    const names = new Map<string, string>();
    return lines.map(({ row, id }) => {
      const text = rows[row]!.map(({ text }) => text).join("");
      const item = shown.find((one) => one.id === id)!;
      const { sign } = STATE_WORDS[item.state];
      names.set(id, item.name);
      // As it stands there; below its session a sub-agent goes without that one's name.
      const name = item.parent !== undefined && text.includes(`${sign} └ ${item.parent.nameBelow}`)
        ? `${names.get(item.parent.id)} › ${item.parent.nameBelow}`
        : item.name;
      for (const part of [sign, item.parent?.nameBelow ?? item.name, item.agent, item.about]) {
        assert(text.includes(part), `the row "${text}" lacks "${part}"`);
      }
      return [sign, name, item.agent, oneLine(item.about)];
    });
  }

  async page(): Promise<readonly Shown[]> {
    const rows = await this.#page.evaluate(READ_ROWS) as readonly Shown[];
    let above = "";
    return rows.map(([sign = "", name = "", agent = "", about = ""]) => {
      const whole = name.startsWith("└ ") ? `${above} › ${name.slice(2)}` : name;
      if (!name.startsWith("└ ")) above = name;
      return [sign, whole, agent, oneLine(about)];
    });
  }

  async #follow(): Promise<void> {
    for await (const one of follow({ context: this.#run.context, answers: true, signal: this.#closing.signal })) {
      this.#state.hear(one, Date.now());
    }
  }
}

/** Runs in the page. */
const READ_ROWS = `[...document.querySelectorAll(".group .row")].map((row) =>
  [".sign", ".name", ".agent", ".about"].map((part) => row.querySelector(part)?.textContent ?? ""))`;

function isOpen([sign]: Shown): boolean {
  return sign !== STATE_WORDS.closed.sign;
}

function same(some: readonly Shown[], others: readonly Shown[]): boolean {
  return JSON.stringify(some) === JSON.stringify(others);
}
