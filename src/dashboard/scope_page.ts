/** Yes, and from now on: how far, how long, and in words what passes unasked by that. */
import { type Approval, type ApprovalScope, riskNamed } from "../domain/approval.ts";
import { escapeControls } from "../domain/sanitize.ts";
import type { WholeApproval } from "../view/approval_items.ts";
import { callText } from "../view/approval_words.ts";
import { isRead } from "../view/reading.ts";
import { tildePath } from "../view/names.ts";
import { END_CHOICES, SCOPE_CHOICES, usualScope } from "../view/rule_choices.ts";
import { wrapHanging } from "../view/text_fit.ts";
import type { Effect } from "./effect.ts";
import type { KeyHint } from "./foot.ts";
import { type DashboardPage, type PageKey, type PagePress, Scroll } from "./page.ts";
import { cutRow, span, widthOf } from "./rows.ts";
import { BOLD, DIM, MARKED, TONE_STYLES } from "./styles.ts";
import type { TerminalSize, TextRow } from "./terminal_port.ts";

/** Lower panes have no room for labels and blank rows. */
const AIRY = 12;

export class ScopePage implements DashboardPage {
  readonly place = "detail";
  readonly approval: Approval;
  readonly title: TextRow;
  readonly #home: string | undefined;
  readonly #since: number;
  readonly #allowed: readonly ApprovalScope[];
  readonly #preview = new Map<ApprovalScope, readonly string[]>();
  readonly #scroll = new Scroll();
  #scope = 0;
  #end = 0;
  /** When it was asked once more: it destroys. */
  #sureSince: number | undefined;

  constructor(approval: WholeApproval, { now, home }: { readonly now: number; readonly home: string | undefined }) {
    this.approval = approval;
    this.title = [span("yes, and from now on", BOLD)];
    this.#home = home;
    this.#since = now;
    this.#allowed = approval.scopes ?? SCOPE_CHOICES.map(([, scope]) => scope);
    const usual = usualScope(this.#allowed, approval.risk);
    this.#scope = SCOPE_CHOICES.findIndex(([, scope]) => scope === usual);
  }

  get hints(): readonly KeyHint[] {
    if (this.#sureSince !== undefined) return [["y", "allow it"], ["Esc", "back"]];
    const first: KeyHint = this.#scroll.isSeen ? ["Enter", "yes"] : ["Space", "goes on"];
    return [first, ["Esc", "back"], ["← →", "how far"], ["↑ ↓", "how long"]];
  }

  get shownPart(): string {
    return this.#scroll.place;
  }

  get #chosen(): ApprovalScope {
    return SCOPE_CHOICES[this.#scope]?.[1] ?? "once";
  }

  /** What is still to be looked up for what is chosen; it is asked for once. */
  takeWanted(): Effect | undefined {
    const scope = this.#chosen;
    if (scope === "once" || this.#preview.has(scope)) return undefined;
    this.#preview.set(scope, []);
    return { kind: "preview", approval: this.approval, scope };
  }

  previewed(scope: ApprovalScope, lines: readonly string[]): void {
    this.#preview.set(scope, lines);
  }

  scroll(by: 1 | -1): void {
    this.#scroll.by(by);
  }

  rows({ columns, rows }: TerminalSize): readonly TextRow[] {
    const isAiry = rows >= AIRY;
    const scopes = this.#choiceRows(SCOPE_CHOICES.map(([, scope]) => scope), this.#scope, columns);
    const ends = this.#chosen === "once"
      ? []
      : this.#choiceRows(END_CHOICES.map(([, word]) => word), this.#end, columns);
    const label = (text: string): readonly TextRow[] => isAiry ? [[span(text, DIM)]] : [];
    const judged: readonly TextRow[] = [
      ...label("how far"),
      ...scopes,
      ...(ends.length === 0 ? [] : [...label("for how long"), ...ends]),
      ...(isAiry ? [[]] : []),
      ...this.#words().flatMap((line) => wrapHanging(line, columns).map((text): TextRow => [span(text)])),
    ];
    const all = [
      ...judged,
      ...(isAiry ? [[]] : []),
      ...(this.#preview.get(this.#chosen) ?? []).flatMap((line) =>
        wrapHanging(line, columns, line.startsWith(" ") ? 4 : 0).map((text): TextRow => [span(text, DIM)])
      ),
      ...(this.#sureSince === undefined ? [] : [
        [] as TextRow,
        [span("It destroys something: y allows it, any other key goes back", TONE_STYLES.danger)],
      ]),
    ];
    return this.#scroll.of(all, { columns, rows }, judged.length).map((row) => cutRow(row, columns));
  }

  /** The choices beside each other, as many as a row has room for; each begins with its key. */
  #choiceRows(words: readonly string[], chosen: number, columns: number): readonly TextRow[] {
    const isOut = (word: string) => SCOPE_CHOICES.some(([, scope]) => scope === word && !this.#allowed.includes(scope));
    const lines: TextRow[] = [];
    words.forEach((word, at) => {
      const part: TextRow = at === chosen
        ? [span(`▸ ${word}`, MARKED)]
        : isOut(word)
        ? [span(`  ${word}`, DIM)]
        : [span("  "), span(word.slice(0, 1), BOLD), span(word.slice(1))];
      const joined = [...lines.at(-1) ?? [], span("  "), ...part];
      if (at > 0 && widthOf(joined) <= columns) lines[lines.length - 1] = joined;
      else lines.push(part);
    });
    return lines;
  }

  /** What a yes lets pass, in words. */
  #words(): readonly string[] {
    const { approval } = this;
    const scope = this.#chosen;
    const call = escapeControls(callText(approval));
    if (scope === "once") {
      const only = this.#allowed.length > 1 ? "" : " Such a call is asked each time.";
      return [`This call alone: ${call}.${only}`];
    }
    const where = scope === "session"
      ? "in this session"
      : scope === "workspace"
      ? `in ${approval.cwd === undefined ? "this folder" : tildePath(approval.cwd, this.#home)} and below it`
      : "in every folder";
    const [, word, secs] = END_CHOICES[this.#end] ?? END_CHOICES[2]!;
    const end = secs === undefined ? "until you revoke it" : `for ${word}`;
    return [`From now on exactly this runs unasked, ${where}, ${end}:`, `  ${call}`];
  }

  key({ key, alone, began }: PagePress, now: number): PageKey {
    if (this.#sureSince !== undefined) {
      if (key === "y" && alone && isRead(this.#sureSince, began)) return { effect: this.#answer() };
      if (key === "y") return "taken"; // nobody has read it
      this.#sureSince = undefined;
      return "taken";
    }
    if (key === "Escape" || key === "q") return "back";
    const scope = SCOPE_CHOICES.findIndex(([letter]) => letter === key);
    const end = END_CHOICES.findIndex(([letter]) => letter === key);
    if (scope >= 0) this.#choose(scope);
    else if (end >= 0) this.#end = end;
    else if (key === "Left" || key === "h") this.#step(-1);
    else if (key === "Right" || key === "Tab") this.#step(1);
    else if (key === "Up") this.#end = Math.max(0, this.#end - 1);
    else if (key === "Down") this.#end = Math.min(END_CHOICES.length - 1, this.#end + 1);
    else if (this.#scroll.key(key)) return "taken";
    else if (key === "Enter" && alone && this.#scroll.isSeen && isRead(this.#since, began)) {
      if (riskNamed(this.approval.risk) !== "destroys") return { effect: this.#answer() };
      this.#sureSince = now;
    }
    return "taken";
  }

  #choose(at: number): void {
    const scope = SCOPE_CHOICES[at]?.[1];
    if (scope !== undefined && this.#allowed.includes(scope)) this.#scope = at;
  }

  /** To the next one that may be chosen. */
  #step(by: 1 | -1): void {
    for (let at = this.#scope + by; at >= 0 && at < SCOPE_CHOICES.length; at += by) {
      const scope = SCOPE_CHOICES[at]?.[1];
      if (scope !== undefined && this.#allowed.includes(scope)) return void (this.#scope = at);
    }
  }

  #answer(): Effect {
    const scope = this.#chosen;
    const secs = scope === "once" ? undefined : END_CHOICES[this.#end]?.[2];
    return {
      kind: "decide",
      approvals: [this.approval],
      answer: { decision: "approve", scope, ...(secs === undefined ? {} : { expiresInSecs: secs }) },
    };
  }
}
