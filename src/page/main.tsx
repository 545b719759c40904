/** The page in the browser: takes its token out of the address, connects, draws what it hears, and tells who waits. */
import { render } from "preact";
import { sessionNames } from "../view/names.ts";
import { answeredElsewhere } from "../view/approval_words.ts";
import { escapeControls } from "../domain/sanitize.ts";
import type { Approval } from "../domain/approval.ts";
import { VERSION } from "../protocol/version.ts";
import { forgetToken, takeToken } from "./access.ts";
import { App } from "./app.tsx";
import { keepConnected } from "./connection.ts";
import { type PageEvent } from "./page_wire.ts";
import { PageStore } from "./page_store.ts";
import { notify, registerWorker, unnotify, waitsText } from "./told.ts";
import { TokenForm } from "./token_form.tsx";

let token = takeToken();
const store = new PageStore();
const root = document.getElementById("page")!;
let ended = new AbortController();

function draw(): void {
  render(
    token === undefined
      ? <TokenForm why={store.refused ?? "This page needs a token."} onToken={open} />
      : <App store={store} />,
    root,
  );
}

function open(given: string): void {
  token = given;
  ended.abort();
  ended = new AbortController();
  store.set({ link: { kind: "connecting" }, refused: undefined });
  void keepConnected(given, {
    onHello: (wire, { scope, version }) => {
      store.set({ wire, scope, isOutdated: version !== VERSION });
      readDaemon();
    },
    onSnapshot: (seq, sessions, approvals) => {
      store.snapshot(seq, sessions, approvals);
      store.texts.clear();
    },
    onLive: () => store.set({ link: { kind: "live" } }),
    onEvent: hear,
    onLost: (why) => {
      const at = store.link.kind === "lost" ? store.link.at : Date.now();
      store.set({ wire: undefined, link: { kind: "lost", at, why } });
    },
    onRefused: () => {
      forgetToken();
      token = undefined;
      store.set({ refused: "The token of this page is not valid, or not any more." });
    },
  }, ended.signal);
}

function readDaemon(): void {
  store.wire?.call("status", {}).then(({ safetyMode, state, socketPath }) => {
    store.set({ daemon: { safetyMode, state, socketPath } });
  }, () => {});
}

function hear(event: PageEvent): void {
  const approval = event.type.startsWith("approval.") ? event.data["approval"] as Approval | undefined : undefined;
  const wasOpen = approval !== undefined && store.live.approval(approval.id)?.status === "pending";
  store.event(event);
  if (event.type.startsWith("daemon.")) readDaemon();
  if (approval === undefined) return;
  const { id, status } = approval;
  if (status === "pending" && !wasOpen) {
    const text = waitsText(nameOf(approval), approval);
    store.set({ announced: text });
    void notify(id, text);
  }
  if (status === "pending" || !wasOpen) return;
  store.texts.delete(id);
  store.picks.delete(id);
  void unnotify(id);
  // What stood on the screen is answered by somebody else.
  if (store.asked?.id === id && !store.answering.has(id)) {
    store.say(escapeControls(answeredElsewhere(approval, nameOf(approval))));
  }
}

function nameOf({ sessionId, agent }: Approval): string {
  return sessionNames(store.live.openSessions).get(sessionId) ?? escapeControls(agent);
}

store.onChange = draw;
// A link that is opened in a tab that has the page already.
addEventListener("hashchange", () => {
  if (!location.hash.includes("token=")) return;
  const given = takeToken();
  if (given !== undefined) open(given);
});
draw();
if (token !== undefined) open(token);
void registerWorker();
