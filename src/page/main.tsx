/** The page in the browser: takes its token out of the address, connects, draws what it hears, and tells who waits. */
import { h, render } from "preact";
import { VERSION } from "../protocol/version.ts";
import { forgetToken, keptToken, takeLinkToken } from "./access.ts";
import { App, viewOf } from "./app.tsx";
import { keepConnected } from "./connection.ts";
import { hear, readDaemon } from "./heard.ts";
import { PageStore } from "./page_store.ts";
import { sendAgain } from "./prompts.ts";
import { registerWorker, showCount } from "./told.ts";
import { Redraw } from "./redraw.ts";
import { scopeNamed } from "./scope.ts";
import { TokenForm } from "./token_form.tsx";

const NO_TOKEN = "This link has no valid token: a part of it may be missing.";
const link = takeLinkToken();
let token = link?.token ?? keptToken();
const store = new PageStore();
if (link !== undefined && token === undefined) store.refused = NO_TOKEN;
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

const REFUSED = {
  gateway: "The token of this page is not valid, or not any more.",
  other: "The token of this page is not valid any more, or another program has taken the gateway's port.",
};

function open(given: string): void {
  token = given;
  ended.abort();
  ended = new AbortController();
  store.set({ link: { kind: "connecting" }, refused: undefined });
  void keepConnected(given, {
    onHello: (wire, { scope, version }) => {
      store.set({ wire, scope: scopeNamed(scope), isOutdated: version !== VERSION });
      readDaemon(store);
    },
    onSnapshot: (...told) => store.snapshot(...told),
    onLive: () => {
      store.set({ link: { kind: "live" } });
      sendAgain(store);
    },
    onEvent: (event) => hear(store, event),
    onLost: (why) => {
      const at = store.link.kind === "lost" ? store.link.at : Date.now();
      store.set({ wire: undefined, link: { kind: "lost", at, why } });
    },
    onRefused: (by) => {
      forgetToken();
      token = undefined;
      store.set({ refused: REFUSED[by] });
    },
  }, ended.signal);
}

store.redraw = new Redraw({ draw, tell: () => showCount(viewOf(store, Date.now())) });
// A link that is opened in a tab that has the page already.
addEventListener("hashchange", () => {
  const given = takeLinkToken();
  if (given?.token !== undefined) open(given.token);
  else if (given !== undefined && token === undefined) store.set({ refused: NO_TOKEN });
});
draw();
if (token !== undefined) open(token);
void registerWorker();
