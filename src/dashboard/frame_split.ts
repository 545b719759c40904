/** A list and its detail on one screen: beside each other, or the one above the other; or the list alone. Pure. */
import { titledRule } from "./frame_edges.ts";
import type { Tab } from "./header.ts";
import type { FrameLayout } from "./layout.ts";
import type { ListPart } from "./list_lines.ts";
import { exactly, fillRow, span } from "./rows.ts";
import { RULE } from "./styles.ts";
import type { TextRow } from "./terminal_port.ts";

/** What the mouse can hit. */
export interface FrameHit {
  readonly row: number;
  readonly from: number;
  readonly to: number;
  readonly hits: { readonly id: string } | { readonly tab: Tab["view"] };
}

/** What stands between head and foot. */
export interface Body {
  readonly rows: readonly TextRow[];
  readonly hits: readonly FrameHit[];
  readonly part?: ListPart;
  /** Stands in the line above. */
  readonly title?: TextRow;
  /** What part of a page is on the screen, at the end of that line. */
  readonly shownPart?: string;
  /** List and detail stand side by side. */
  readonly isSplit: boolean;
}

export interface SplitParts {
  readonly layout: FrameLayout;
  /** Of the whole screen. */
  readonly columns: number;
  /** The rows of the list, and what else stands below them. */
  readonly list: readonly TextRow[];
  readonly part: ListPart;
  /** Absent where it has no room. */
  readonly detail?: { readonly title: TextRow; readonly rows: readonly TextRow[] } | undefined;
  readonly shownPart?: string | undefined;
}

export function splitBody({ layout, columns, list: drawn, part, detail: shown, shownPart }: SplitParts): Body {
  const { kind, list, detail } = layout;
  const hits = part.lines.flatMap(({ id }, row): readonly FrameHit[] =>
    id === undefined ? [] : [{ row, from: 0, to: list.columns, hits: { id } }]
  );
  const left = exactly(drawn, list.rows);
  if (detail === undefined || shown === undefined) return { rows: left, hits, part, isSplit: false };
  const right = exactly(shown.rows, detail.rows);
  if (kind === "side") {
    const rows = left.map((row, at) => [...fillRow(row, list.columns), span(" │ ", RULE), ...(right[at] ?? [])]);
    return { rows, hits, part, title: shown.title, isSplit: true, ...(shownPart === undefined ? {} : { shownPart }) };
  }
  const between: TextRow = titledRule(shown.title, columns, shownPart);
  return { rows: [...left, between, ...right.map((row) => [span(" "), ...row])], hits, part, isSplit: false };
}
