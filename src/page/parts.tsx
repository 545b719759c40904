/** Small parts that several screens of the page show. */
import { type ComponentChildren, h } from "preact";
import { useEffect, useLayoutEffect, useRef, useState } from "preact/hooks";
import type { DetailFact } from "../view/detail_view.ts";
import type { RiskLook } from "../view/states.ts";
import { type WorkLook } from "../view/work_looks.ts";
import { ReadingGuard } from "../view/reading.ts";

export function RiskChip({ risk: { sign, word, tone } }: { readonly risk: RiskLook }) {
  return <span class={`chip tone-${tone}`}>{sign} {word}</span>;
}

/** Its word is told beside it, or to who hears the page. */
export function signOf({ sign, tone }: { readonly sign: string; readonly tone: string }) {
  return <span class={`sign tone-${tone}`} aria-hidden="true">{sign}</span>;
}

/** What stands above a detail. */
export function paneHead(look: WorkLook, name: string, heading: readonly string[]) {
  return (
    <div class="who">
      <h2>
        {signOf(look)} {name}
      </h2>
      <p>{heading.join(" · ")}</p>
    </div>
  );
}

interface RowProps {
  /** What is pressed (app.tsx). */
  readonly session: string | undefined;
  readonly request?: string;
  readonly kind?: string;
  readonly look: Pick<WorkLook, "sign" | "tone"> & { readonly word?: string };
  readonly name: string;
  /** Who works, and what else is told of it. */
  readonly marks: readonly string[];
  readonly time: string;
  readonly about: string;
  readonly isCode?: boolean;
  readonly isShown: boolean;
}

/** A row of a list. */
export function rowButton(
  { session, request, kind = "", look, name, marks, time, about, isCode = false, isShown }: RowProps,
  more?: ComponentChildren,
) {
  return (
    <button
      type="button"
      class={`row ${kind}`}
      aria-current={isShown ? "true" : undefined}
      data-session={session}
      data-request={request}
    >
      <span class="line">
        {signOf(look)}
        <span class="unseen">{look.word}</span>
        <b class="name">{name}</b>
        {marks.map((mark) => <span key={mark} class="agent">{mark}</span>)}
        <span class="age">{time}</span>
      </span>
      {about !== "" && <span class={`about ${isCode ? "is-code" : ""}`}>{about}</span>}
      {more}
    </button>
  );
}

/** Rows under their titles. */
export function groupsOf<Item extends { readonly id: string }>(
  groups: readonly { readonly key: string; readonly title: string; readonly items: readonly Item[] }[],
  row: (item: Item) => ComponentChildren,
) {
  return groups.map(({ key, title, items }) => (
    <section key={key} class={`group group-${key}`} aria-labelledby={`group-${key}`}>
      <h2 id={`group-${key}`}>{title}</h2>
      <ul>{items.map(row)}</ul>
    </section>
  ));
}

interface FactListProps {
  readonly facts: readonly DetailFact[];
  /** Drawn beside the fact of that name. */
  readonly contextPercent?: number | undefined;
  readonly children?: ComponentChildren;
}

export function FactList({ facts, contextPercent, children }: FactListProps) {
  return (
    <dl class="facts">
      {facts.map(({ label, text }) => (
        <div key={label} class={`fact fact-${label}`}>
          <dt>{label}</dt>
          <dd>
            {text}
            {label === "context" && contextPercent !== undefined && (
              <meter min={0} max={100} high={80} value={contextPercent} aria-label="How full its context is" />
            )}
          </dd>
        </div>
      ))}
      {children}
    </dl>
  );
}

/** A button. @param onPress gets when it was pressed, by the event's own clock */
export function press(
  kind: string,
  what: ComponentChildren,
  onPress: (at: number) => void,
  isOff = false,
  /** The key that does the same. */
  does?: string,
) {
  return (
    <button
      key={does}
      type="button"
      class={kind}
      disabled={isOff}
      data-does={does}
      onClick={({ timeStamp }) => onPress(timeStamp)}
    >
      {what}
    </button>
  );
}

/** One of several that are chosen among. */
export function optionOf(name: string, isChosen: boolean, choose: () => void, what: string) {
  return (
    <label key={what} class="option">
      <input type="radio" name={name} checked={isChosen} onChange={choose} />
      <b>{what}</b>
    </label>
  );
}

interface SheetProps {
  readonly onClose: () => void;
  readonly title: string;
  /** It is read from its top; else its first field has the focus. */
  readonly isText?: boolean;
  /** Beside the button that closes it. */
  readonly action?: ComponentChildren;
  readonly children: ComponentChildren;
}

/** A dialog: from below on a phone, in the middle elsewhere. Escape and a tap beside it close it. */
export function Sheet({ onClose, title, isText = false, action, children }: SheetProps) {
  const dialog = useRef<HTMLDialogElement>(null);
  const heading = useRef<HTMLHeadingElement>(null);
  useEffect(() => {
    dialog.current?.showModal();
    if (isText) heading.current?.focus();
  }, []);
  return (
    <dialog
      ref={dialog}
      class="sheet"
      aria-labelledby="sheet-title"
      onClose={onClose}
      onClick={({ target, currentTarget }) => target === currentTarget && onClose()}
    >
      <div class="sheet-in">
        <h2 ref={heading} id="sheet-title" tabIndex={isText ? -1 : undefined}>{title}</h2>
        {children}
        <div class="answers">
          {press("no", "Back", onClose)}
          {action}
        </div>
      </div>
    </dialog>
  );
}

/** Whether a tap at a time can have been meant for `what`, which is drawn with this component. */
export function useMeant(what: string): (at: number) => boolean {
  const [guard] = useState(() => new ReadingGuard());
  useLayoutEffect(() => guard.show(what, performance.now()), [what]);
  return (at) => guard.isMeant(what, at);
}
