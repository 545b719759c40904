/** A question as it is read: what looks as if it took an answer takes one. */
import { assertEquals } from "@std/assert";
import type { VNode } from "preact";
import type { Approval } from "../../src/domain/approval.ts";
import { approvalItems } from "../../src/view/approval_items.ts";
import { RequestCard } from "../../src/page/request_card.tsx";
import { TextEnd } from "../../src/page/text_end.tsx";
import { answering, APPROVAL } from "./stub_store.ts";
import { stubBrowser } from "./stubs.ts";

const QUESTION = {
  ...APPROVAL,
  for: "question",
  choices: [{ question: "Which database?", header: "", options: ["SQLite", "Postgres"], multiple: false }],
} as unknown as Approval;

type Props = Readonly<Record<string, unknown>>;

/** All elements below `node`; other components of it have no state. */
function elements(node: unknown): readonly { readonly type: string; readonly props: Props }[] {
  if (Array.isArray(node)) return node.flatMap(elements);
  if (typeof node !== "object" || node === null) return [];
  const { type, props } = node as VNode<Props>;
  if ((type as unknown) === TextEnd) return []; // it only looks where it stands
  if (typeof type === "function") return elements((type as (props: Props) => unknown)(props));
  return [{ type, props }, ...elements(props["children"])];
}

function shown(scope: "read" | "approve") {
  stubBrowser();
  const store = answering(QUESTION);
  store.set({ scope });
  const [item] = approvalItems([QUESTION], { sessions: [], now: 0, home: undefined });
  const all = elements(RequestCard({ store, item: item!, approval: QUESTION, now: 0, more: 0 }));
  const count = (type: string) => all.filter((one) => one.type === type).length;
  const [fieldset] = all.filter((one) => one.type === "fieldset");
  return { isOff: fieldset?.props["disabled"], options: count("input"), fields: count("textarea"), keys: count("kbd") };
}

Deno.test("G7 a page that may only read shows a question's options and takes none", () => {
  assertEquals(shown("approve"), { isOff: false, options: 2, fields: 1, keys: 2 });
  assertEquals(shown("read"), { isOff: true, options: 2, fields: 0, keys: 0 });
});

Deno.test("X1 what an interceptor says of a request stands on the page", () => {
  stubBrowser();
  const approval: Approval = { ...APPROVAL, notes: [{ by: "guard", text: "outside the folder", says: "ask" }] };
  const [item] = approvalItems([approval], { sessions: [], now: 0, home: undefined });
  const card = RequestCard({ store: answering(approval), item: item!, approval, now: 0, more: 0 });
  const said = elements(card).filter(({ type }) => type === "em").map(({ props }) => props["children"]);
  assertEquals(said, ["guard asks: outside the folder"]);
});
