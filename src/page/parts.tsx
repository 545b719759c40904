/** Small parts that several screens of the page show. */
import type { ComponentChildren } from "preact";
import { useEffect, useLayoutEffect, useRef, useState } from "preact/hooks";
import type { RiskLook } from "../view/states.ts";
import { ReadingGuard } from "../view/reading.ts";

export function RiskChip({ risk: { sign, word, tone } }: { readonly risk: RiskLook }) {
  return <span class={`chip tone-${tone}`}>{sign} {word}</span>;
}

/** A row to which j and k go: they show its detail, and leave no place for Back. */
export function markable(mark: () => void): (row: HTMLElement | null) => () => void {
  return (row) => {
    row?.addEventListener("rowmark", mark);
    return () => row?.removeEventListener("rowmark", mark);
  };
}

interface SheetProps {
  readonly onClose: () => void;
  readonly title: string;
  readonly children: ComponentChildren;
}

/** A dialog: from below on a phone, in the middle elsewhere. Escape and a tap beside it close it. */
export function Sheet({ onClose, title, children }: SheetProps) {
  const dialog = useRef<HTMLDialogElement>(null);
  useEffect(() => dialog.current?.showModal(), []);
  return (
    <dialog
      ref={dialog}
      class="sheet"
      aria-labelledby="sheet-title"
      onClose={onClose}
      onClick={({ target, currentTarget }) => target === currentTarget && onClose()}
    >
      <div class="sheet-in">
        <h2 id="sheet-title">{title}</h2>
        {children}
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
