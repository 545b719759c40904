/** One request as it is read before it is answered: what would run, how risky, where, why, and until when. */
import { Fragment, h } from "preact";
import type { ApprovalItem, WholeApproval } from "../view/approval_items.ts";
import { foldedLines } from "../view/folded.ts";
import { takesOwnWords } from "../view/approval_words.ts";
import { escapeControls } from "../domain/sanitize.ts";
import type { PageStore } from "./page_store.ts";
import { RiskChip } from "./parts.tsx";
import { TextEnd } from "./text_end.tsx";
import { pickedOf, toggled, worded } from "./picks.ts";

interface RequestCardProps {
  readonly store: PageStore;
  readonly item: ApprovalItem;
  readonly approval: WholeApproval;
  readonly now: number;
  /** So many other requests of the session are open. */
  readonly more: number;
}

/** More than this is read as a text, not at a glance; UTF-16 units. */
const LONG = 240;
/** Less than this is little time to answer, ms. */
const SOON_MS = 30_000;

/** What would run, line by line: long runs of nothing are counted. */
function textOf(lines: readonly string[], classOf: (line: string) => string = () => "") {
  return foldedLines(lines).map(({ kind, text }, i) => (
    <span key={i} class={kind === "gap" ? "gap" : classOf(text)}>{`${kind === "rest" ? "↳ " : ""}${text}\n`}</span>
  ));
}

export function RequestCard({ store, item, approval, now, more }: RequestCardProps) {
  const { kind, risk, age, end, call, detail, isPatch, cut, notice, reasoning, notes, folder, offers } = item;
  const [asked, until] = [Date.parse(approval.requestedAt), Date.parse(approval.deadline)];
  const left = Math.max(0, until - now);
  const text = call.join("\n");
  // Of a text of which a part is still to come, the end is none.
  const endMark = approval.missing === undefined && <TextEnd store={store} id={approval.id} />;
  const isAnswering = store.given.has(approval.id);
  return (
    <article class={`card request ${isAnswering ? "is-answering" : ""}`} aria-label={kind} data-request={approval.id}>
      <p class="line kicker">
        <span class="kind">{kind}</span>
        {risk !== undefined && <RiskChip risk={risk} />}
        <span class={`until ${left < SOON_MS ? "is-soon" : ""}`}>{end}</span>
      </p>
      <progress max={Math.max(1, until - asked)} value={left} aria-label="Time that is left to answer" />
      {text !== "" && (
        <pre class={`call ${text.length > LONG ? "is-long" : ""}`}>{textOf(call)}{detail.length === 0 && endMark}</pre>
      )}
      {detail.length > 0 && (
        <div class="text" role="region" aria-label="What it says in whole" tabIndex={0} data-scrolls>
          {textOf(detail, isPatch ? patchClass : undefined)}
          {endMark}
        </div>
      )}
      {cut !== undefined && <p class="warning">{cut}</p>}
      {approval.missing !== undefined && cut === undefined && (
        <p class="warning">
          {store.texts.get(approval.id) === "failed"
            ? "The whole of it could not be loaded."
            : "Loading the whole of it …"}
        </p>
      )}
      <Questions store={store} approval={approval} />
      {text === "" && detail.length === 0 && endMark}
      <ul class="where">
        {folder !== undefined && (
          <li>
            <span>in</span>
            <code>{folder}</code>
          </li>
        )}
        {reasoning.length > 0 && (
          <li>
            <span>why</span>
            <em>{reasoning.join(" ")}</em>
          </li>
        )}
        {notes.map((note) => (
          <li key={note}>
            <em>{note}</em>
          </li>
        ))}
        {offers.map((offer) => (
          <li key={offer}>
            <span>its terminal also offers</span>
            <em>{offer}</em>
          </li>
        ))}
        <li>
          <span>asked</span> {age} ago
        </li>
        {more > 0 && (
          <li>
            <span>and</span> {more} more of this session behind it
          </li>
        )}
        {notice !== undefined && <li>{notice}</li>}
      </ul>
    </article>
  );
}

function patchClass(line: string): string {
  if (/^(?:---|\+\+\+) /.test(line)) return "patch-file";
  return line.startsWith("@@")
    ? "patch-place"
    : line.startsWith("+")
    ? "patch-new"
    : line.startsWith("-")
    ? "patch-old"
    : "";
}

interface QuestionsProps {
  readonly store: PageStore;
  readonly approval: WholeApproval;
}

/** Nothing is sent before the button below is pressed; where there is none the options are only read. */
function Questions({ store, approval }: QuestionsProps) {
  const { choices = [], id } = approval;
  const picks = store.picks.get(id);
  const pick = (next: ReturnType<typeof toggled>) => {
    store.picks.set(id, next);
    store.changed();
  };
  return (
    <>
      {choices.map((choice, at) => {
        const { question, options, descriptions = [], multiple } = choice;
        const { options: chosen, words } = pickedOf(picks, at);
        return (
          <fieldset key={at} class="question" disabled={store.isReadOnly}>
            <legend>
              {escapeControls(question)}
              {multiple && <small>one or more</small>}
            </legend>
            {options.map((option, i) => (
              <label key={i} class="option">
                <input
                  type={multiple ? "checkbox" : "radio"}
                  name={`question-${at}`}
                  checked={chosen.includes(i)}
                  onChange={() => pick(toggled(picks, approval, at, i))}
                />
                <span>
                  <b>{escapeControls(option)}</b>
                  {descriptions[i] !== undefined && descriptions[i] !== "" && (
                    <small>{escapeControls(descriptions[i])}</small>
                  )}
                </span>
                {i < 9 && store.isWide && !store.isReadOnly && choices.length === 1 && (
                  <kbd aria-hidden="true">{i + 1}</kbd>
                )}
              </label>
            ))}
            {takesOwnWords(approval, choice) && !store.isReadOnly && (
              <textarea
                rows={options.length === 0 ? 3 : 1}
                aria-label={`Your own words: ${escapeControls(question)}`}
                placeholder={options.length === 0 ? "Your answer" : "Or in your own words"}
                maxLength={2000}
                value={words}
                onInput={({ currentTarget }) => pick(worded(picks, approval, at, currentTarget.value))}
              />
            )}
          </fieldset>
        );
      })}
    </>
  );
}
