/**
 * What taps and keys do. Each that answers says when it was pressed: what has only just appeared takes none, and what was
 * on the screen then is what gets the answer.
 */
import type { Approval } from "../domain/approval.ts";
import { asksTwice, giveAnswer, whyNoYes } from "./answers.ts";
import type { KeyMeaning } from "./keys.ts";
import { NOTHING_ASKED, type PageStore } from "./page_store.ts";
import { answersOf, toggled } from "./picks.ts";
import { goBack } from "./navigate.ts";
import type { ListRow } from "./list_rows.ts";
import type { Route } from "./route.ts";
import { nextRow } from "../view/next_row.ts";
import { VIEWS } from "../view/views.ts";

/** Key of the reading guard: the confirmation counts as newly shown. */
export function askedKey(id: string, isConfirming: boolean): string {
  return isConfirming ? `${id} once more` : id;
}

/** The request that can be answered at `at`; else it says why there is none. */
function answerable(store: PageStore, at: number): Approval | undefined {
  const { asked, guard } = store;
  if (asked === undefined) return undefined;
  const why = !store.isLive
    ? "no connection: nothing can be answered now"
    : !store.mayAnswer
    ? "this token may only read: agent-console gateway open gives one that may answer"
    : !guard.isMeant(askedKey(asked.id, store.isConfirming(asked.id)), at)
    ? "it has only just appeared: press again"
    : undefined;
  if (why !== undefined) store.say(why, true);
  return why === undefined ? asked : undefined;
}

/** @param at ms, of the event's own clock */
export function sayYes(store: PageStore, at: number): void {
  const approval = answerable(store, at);
  if (approval === undefined) return;
  const why = whyNoYes(approval, store);
  if (why !== undefined) return store.say(why, true);
  if ((approval.choices ?? []).length > 0) {
    const answers = answersOf(approval, store.picks.get(approval.id));
    if (typeof answers === "string") return store.say(answers, true);
    return void giveAnswer(store, approval, { decision: "approve", answers });
  }
  const { id } = approval;
  if (asksTwice(approval) && !store.isConfirming(id)) return store.set({ answering: { kind: "confirming", id } });
  void giveAnswer(store, approval, { decision: "approve", scope: "once" });
}

export function sayNo(store: PageStore, at: number): void {
  if (store.asked !== undefined && store.isConfirming(store.asked.id)) return store.set({ answering: NOTHING_ASKED });
  const approval = answerable(store, at);
  if (approval !== undefined) void giveAnswer(store, approval, { decision: "deny" });
}

export function openSheet(store: PageStore, name: "scope" | "deny", at: number): void {
  const approval = answerable(store, at);
  if (approval === undefined) return;
  const why = name === "scope" ? whyNoScope(store, approval) : undefined;
  if (why !== undefined) return store.say(why, true);
  store.set({ answering: { kind: "sheet", name, id: approval.id } });
}

function whyNoScope(store: PageStore, approval: Approval): string | undefined {
  const text = store.texts.get(approval.id);
  const scopes = typeof text === "object" ? text.scopes : undefined;
  if (approval.for !== "permission") return "only once: it is no call";
  if (scopes !== undefined && scopes.every((scope) => scope === "once")) {
    return "only once: such a call is asked each time";
  }
  return whyNoYes(approval, store);
}

/** One question with one answer is answered at once, as in the dashboard; else it is chosen. */
export function choose(store: PageStore, option: number, at: number): void {
  const approval = answerable(store, at);
  const { choices = [], id } = approval ?? {};
  if (approval === undefined || id === undefined || choices.length === 0) return;
  const before = store.picks.get(id);
  const open = Math.max(0, choices.findIndex((_, i) => isOpen(before?.[i])));
  if (option >= (choices[open]?.options.length ?? 0)) return;
  store.picks.set(id, toggled(before, approval, open, option));
  if (choices.length === 1 && !choices[0]?.multiple) sayYes(store, at);
  store.changed();
}

function isOpen(picked: { readonly options: readonly number[]; readonly words: string } | undefined): boolean {
  return picked === undefined || (picked.options.length === 0 && picked.words === "");
}

/** What keys need of the list as it is drawn. */
export interface PageScreen {
  readonly list: () => { readonly rows: readonly ListRow[]; readonly current: string | undefined };
  readonly focusRow: (row: ListRow) => void;
  readonly focusFilter: () => void;
  readonly focusPrompt: () => void;
  /** The button that does it, where one is drawn. */
  readonly press: (does: string) => boolean;
}

export function pressKey(
  store: PageStore,
  meaning: KeyMeaning,
  at: number,
  screen: PageScreen,
): void {
  switch (meaning.kind) {
    case "move":
      return move(store, screen, meaning.by);
    case "choose":
      return store.asked === undefined ? showView(store, meaning.at) : choose(store, meaning.at, at);
    case "yes":
      return sayYes(store, at);
    case "no":
      return sayNo(store, at);
    case "yes_for":
      return openSheet(store, "scope", at);
    case "no_because":
      return openSheet(store, "deny", at);
    case "detail":
      return openCurrent(store, screen);
    case "prompt":
      return screen.focusPrompt();
    case "new_session":
    case "console":
    case "cancel":
    case "run_now":
    case "enable":
      return screen.press(meaning.kind) ? undefined : store.say("not here, or not with this token", true);
    case "filter":
      return screen.focusFilter();
    case "help":
      return store.set({ isHelp: true });
    case "back":
      return back(store);
  }
}

/** On a wide screen the detail goes along, and leaves no place for Back. */
function move(store: PageStore, { list, focusRow }: PageScreen, by: 1 | -1): void {
  const { rows, current } = list();
  const next = nextRow(rows, current, by);
  if (next === undefined) return;
  focusRow(next);
  if (store.isWide) store.go(routeTo(store, next), "replace");
}

function openCurrent(store: PageStore, { list }: PageScreen): void {
  const { rows, current } = list();
  const row = rows.find(({ id }) => id === current);
  if (row !== undefined) store.go(routeTo(store, row));
}

function routeTo({ route }: PageStore, { session, request }: ListRow): Route {
  return { view: route.view, session, request };
}

function showView(store: PageStore, at: number): void {
  const view = VIEWS[at];
  if (view !== undefined) store.go({ view });
}

function back(store: PageStore): void {
  if (store.answering.kind === "confirming") return store.set({ answering: NOTHING_ASKED });
  const { activeElement } = document;
  if (activeElement instanceof HTMLInputElement || activeElement instanceof HTMLTextAreaElement) {
    if (activeElement.type === "search") store.set({ filter: "" });
    return activeElement.blur();
  }
  if (store.filter !== "") return store.set({ filter: "" });
  if (store.route.session !== undefined && !store.isWide) goBack(store.route);
}
