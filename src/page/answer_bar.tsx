/** The buttons that answer one request, within reach of a thumb, and the two sheets behind them. */
import { Fragment, h } from "preact";
import { useEffect, useLayoutEffect, useState } from "preact/hooks";
import { type Approval, APPROVAL_SCOPES, type ApprovalScope } from "../domain/approval.ts";
import type { ApprovalItem } from "../view/approval_items.ts";
import { asksTwice, giveAnswer, GOES_ON_BELOW, ruleWords, SCOPE_WORDS, whyNoYes, yesWords } from "./answers.ts";
import { usualScope } from "../view/rule_choices.ts";
import { askedKey, openSheet, sayNo, sayYes } from "./page_actions.ts";
import { NOTHING_ASKED, type PageStore } from "./page_store.ts";
import { optionOf, press, Sheet, useMeant } from "./parts.tsx";

interface AnswerBarProps {
  readonly store: PageStore;
  readonly approval: Approval;
  readonly item: ApprovalItem;
}

export function AnswerBar({ store, approval, item }: AnswerBarProps) {
  const { id, choices = [], for: kind } = approval;
  const { answering } = store;
  const isConfirming = store.isConfirming(id);
  const sheet = answering.kind === "sheet" && answering.id === id ? answering.name : undefined;
  const key = askedKey(id, isConfirming);
  useLayoutEffect(() => store.guard.show(key, performance.now()), [key]);
  // Its sheets and its second question end with it.
  useEffect(() => () => {
    if (store.answering.kind !== "none" && store.answering.id === id) store.answering = NOTHING_ASKED;
  }, []);
  if (store.isReadOnly) {
    return <p class="answers note">This page may only read. In a terminal: agent-console gateway open</p>;
  }
  const isOff = !store.isLive || store.given.has(id);
  if (isConfirming) {
    return (
      <div class="answers is-confirming" role="group" aria-label="Once more" key={key}>
        <p role="alert">It destroys. Allow it?</p>
        {press("no", "Leave it", (at) => sayNo(store, at))}
        {press("yes danger", "Yes, allow it", (at) => sayYes(store, at), isOff)}
      </div>
    );
  }
  const hasScopes = kind === "permission" && !item.scopes?.every((scope) => scope === "once");
  const why = whyNoYes(approval, store);
  const noYes = why !== undefined;
  return (
    <div class="answers" role="group" aria-label="Answer" key={key}>
      {why === GOES_ON_BELOW && <p class="unread">It goes on below: read it to its end, then yes.</p>}
      {press("less", "No, because …", (at) => openSheet(store, "deny", at), isOff)}
      {hasScopes && press("less", "Yes, for …", (at) => openSheet(store, "scope", at), isOff || noYes)}
      {press(
        "no",
        <>
          No <kbd aria-hidden="true">d</kbd>
        </>,
        (at) => sayNo(store, at),
        isOff,
      )}
      {press(
        "yes",
        <>
          {choices.length > 0 ? "Answer" : asksTwice(approval) ? "Yes …" : "Yes"} <kbd aria-hidden="true">a</kbd>
        </>,
        (at) => sayYes(store, at),
        isOff || noYes,
      )}
      {sheet === "scope" && <ScopeSheet store={store} approval={approval} item={item} />}
      {sheet === "deny" && <DenySheet store={store} approval={approval} />}
    </div>
  );
}

const ENDS: readonly (readonly [text: string, hours: number | undefined])[] = [
  ["1 h", 1],
  ["8 h", 8],
  ["no end", undefined],
];

/** How far a yes reaches, and until when; below it, in words, what would pass. The button says both. */
function ScopeSheet({ store, approval, item }: AnswerBarProps) {
  const scopes = APPROVAL_SCOPES.filter((scope) => item.scopes?.includes(scope) ?? true);
  const danger = asksTwice(approval);
  const [scope, setScope] = useState<ApprovalScope>(usualScope(scopes, approval.risk));
  const [hours, setHours] = useState<number | undefined>(1);
  const [isSure, setSure] = useState(false);
  const close = () => store.set({ answering: NOTHING_ASKED });
  const isMeant = useMeant(`scope ${scope} ${hours} ${isSure}`);
  // What was confirmed was the rule as it read then.
  const pick = (change: () => void) => {
    change();
    setSure(false);
  };
  const send = (at: number) => {
    if (!isMeant(at)) return;
    if (danger && !isSure) return setSure(true);
    const expires = scope === "once" || hours === undefined ? {} : { expiresInSecs: hours * 3600 };
    void giveAnswer(store, approval, { decision: "approve", scope, ...expires });
  };
  return (
    <Sheet
      onClose={close}
      title="Yes, for how long?"
      action={press(
        `yes ${danger ? "danger" : ""}`,
        isSure ? "Yes, allow it" : yesWords(scope, hours),
        send,
        !store.isLive,
      )}
    >
      <pre class="call">{item.call.join("\n")}</pre>
      <fieldset class="pick">
        <legend>How far</legend>
        {scopes.map((one) => optionOf("scope", scope === one, () => pick(() => setScope(one)), SCOPE_WORDS[one]))}
      </fieldset>
      {scope !== "once" && (
        <fieldset class="pick is-row">
          <legend>Until</legend>
          {ENDS.map(([text, value]) => optionOf("end", hours === value, () => pick(() => setHours(value)), text))}
        </fieldset>
      )}
      <p class="preview">{ruleWords(approval, scope, { folder: item.folder, hours })}</p>
      {isSure && <p class="warning" role="alert">It destroys. Press once more to allow it.</p>}
    </Sheet>
  );
}

function DenySheet({ store, approval }: Omit<AnswerBarProps, "item">) {
  const [message, setMessage] = useState("");
  const close = () => store.set({ answering: NOTHING_ASKED });
  const isMeant = useMeant("deny");
  const text = message.trim();
  const send = (at: number) => {
    if (!isMeant(at)) return;
    void giveAnswer(store, approval, { decision: "deny", ...(text === "" ? {} : { message: text }) });
  };
  return (
    <Sheet
      onClose={close}
      title="No, because …"
      action={press("send", text === "" ? "No" : "No, and say so", send, !store.isLive)}
    >
      <textarea
        rows={4}
        aria-label="What the agent is told"
        placeholder="What it should do instead"
        maxLength={2000}
        value={message}
        onInput={({ currentTarget }) => setMessage(currentTarget.value)}
        onKeyDown={(event) => {
          if (event.key === "Enter" && !event.repeat && (event.ctrlKey || event.metaKey)) send(event.timeStamp);
        }}
      />
      <p class="preview">The agent reads it and goes on.</p>
    </Sheet>
  );
}
