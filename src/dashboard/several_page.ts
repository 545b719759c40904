/** Several requests that are answered together: asked once, all of each in sight, what destroys in front. */
import { type Approval, riskNamed } from "../domain/approval.ts";
import { isRead } from "../view/reading.ts";
import type { ApprovalItem } from "../view/approval_items.ts";
import { foldedLines } from "../view/folded.ts";
import { wrap } from "../view/text_fit.ts";
import type { KeyHint } from "./foot.ts";
import { type DashboardPage, type PageKey, type PagePress, Scroll } from "./page.ts";
import { cutRow, span } from "./rows.ts";
import { BOLD, DIM, TONE_STYLES } from "./styles.ts";
import type { TerminalSize, TextRow } from "./terminal_port.ts";

export interface Several {
  readonly approval: Approval;
  readonly item: ApprovalItem;
}

export class SeveralPage implements DashboardPage {
  readonly place = "all";
  readonly title: TextRow;
  readonly #some: readonly Several[];
  readonly #allow: boolean;
  readonly #left: number;
  readonly #since: number;
  readonly #scroll = new Scroll();

  /** @param left so many of those that were marked are not among them: each must be read for itself */
  constructor(some: readonly Several[], allow: boolean, left: number, now: number) {
    this.#some = [...some].sort((a, b) => Number(destroys(b)) - Number(destroys(a)));
    this.#allow = allow;
    this.#left = left;
    this.#since = now;
    this.title = [span(allow ? `Allow these ${some.length}, each once?` : `Deny these ${some.length}?`, BOLD)];
  }

  get hints(): readonly KeyHint[] {
    const scroll: readonly KeyHint[] = this.shownPart === "" ? [] : [["Space", "goes on"]];
    if (!this.#mayAnswer) return [...scroll, ["Esc", "back"]];
    return [["y", this.#allow ? "yes to all" : "no to all"], ["Esc", "back"], ...scroll];
  }

  get shownPart(): string {
    return this.#scroll.place;
  }

  /** Nobody allows what was not on the screen; a no needs no reading. */
  get #mayAnswer(): boolean {
    return !this.#allow || this.#scroll.isSeen;
  }

  /** Those that are still open. */
  without(id: string): SeveralPage | undefined {
    const rest = this.#some.filter(({ approval }) => approval.id !== id);
    if (rest.length === this.#some.length) return this;
    return rest.length === 0 ? undefined : new SeveralPage(rest, this.#allow, this.#left, this.#since);
  }

  scroll(by: 1 | -1): void {
    this.#scroll.by(by);
  }

  rows({ columns, rows }: TerminalSize): readonly TextRow[] {
    const bad = this.#some.filter(destroys).length;
    const all: TextRow[] = [
      ...(bad === 0 || !this.#allow
        ? []
        : [[span(`!! ${bad} of them destroy${bad === 1 ? "s" : ""}`, TONE_STYLES.danger)], []]),
      ...this.#some.flatMap(({ item }): TextRow[] => [
        [
          span(item.name, BOLD),
          span(` · ${item.agent} · `, DIM),
          ...(item.risk === undefined
            ? []
            : [span(`${item.risk.sign} ${item.risk.word}`, TONE_STYLES[item.risk.tone])]),
          span(` · ${item.end}`, DIM),
        ],
        ...foldedLines(item.call).flatMap(({ kind, text }) =>
          wrap(text, Math.max(1, columns - 2)).map((part): TextRow => [
            span(`  ${part}`, kind === "gap" ? TONE_STYLES.attention : {}),
          ])
        ),
      ]),
      ...(this.#left === 0 ? [] : [
        [] as TextRow,
        [span(`${this.#left} more of those marked must be read one by one: v shows all of it`, TONE_STYLES.attention)],
      ]),
    ];
    return this.#scroll.of(all, { columns, rows }).map((row) => cutRow(row, columns));
  }

  key({ key, alone, began }: PagePress): PageKey {
    if (this.#scroll.key(key)) return "taken";
    if (key === "Escape" || key === "q") return "back";
    if (key !== "y" || !alone || !this.#mayAnswer || !isRead(this.#since, began)) return "taken";
    const approvals = this.#some.map(({ approval }) => approval);
    return { effect: { kind: "decide", approvals, answer: { decision: this.#allow ? "approve" : "deny" } } };
  }
}

function destroys({ approval }: Several): boolean {
  return riskNamed(approval.risk) === "destroys";
}
