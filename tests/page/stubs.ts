/** What the page's modules use of a browser, as far as it has to be there before they run: no screen, and sockets that a test moves. */

/** An element that is inside of those whose selectors it knows. */
export class FakeElement {
  readonly #inside: readonly string[];

  constructor(...inside: readonly string[]) {
    this.#inside = inside;
  }

  closest(selectors: string): FakeElement | null {
    return selectors.split(/,\s*(?![^()]*\))/).some((one) => this.#inside.includes(one)) ? this : null;
  }
}

/** A WebSocket that a test opens, answers and closes. */
export class FakeSocket extends EventTarget {
  static readonly OPEN = 1;
  /** All that were made, the newest last. */
  static made: FakeSocket[] = [];
  readyState = 0;
  onmessage: ((event: { readonly data: string }) => void) | undefined;
  onclose: (() => void) | undefined;
  readonly sent: { readonly id: number; readonly method: string; readonly params: Record<string, unknown> }[] = [];

  constructor(readonly url: string, readonly protocols: readonly string[]) {
    super();
    FakeSocket.made.push(this);
  }

  open(): void {
    if (this.readyState === 3) return;
    this.readyState = 1;
    this.dispatchEvent(new Event("open"));
  }

  send(text: string): void {
    this.sent.push(JSON.parse(text));
  }

  /** Answers the oldest call of that method that was not answered. */
  answer(method: string, reply: { readonly result: unknown } | { readonly error: unknown }): void {
    const at = this.sent.findIndex((call) => call.method === method);
    const [call] = this.sent.splice(at, at < 0 ? 0 : 1);
    if (call === undefined) throw new Error(`${method} was not called`);
    this.#hear({ jsonrpc: "2.0", id: call.id, ...reply });
  }

  event(type: string, seq?: number, data: Record<string, unknown> = {}): void {
    this.#hear({ jsonrpc: "2.0", method: "event", params: { type, data, ...(seq === undefined ? {} : { seq }) } });
  }

  #hear(message: unknown): void {
    this.onmessage?.({ data: JSON.stringify(message) });
  }

  close(): void {
    if (this.readyState === 3) return;
    this.readyState = 3;
    this.dispatchEvent(new Event("close"));
    this.onclose?.();
  }
}

/** The document and the window: what they are told, a test may look at. */
export const SEEN = { routes: [] as string[], clicks: 0 };

/** @param wide whether list and detail stand side by side */
export function stubBrowser({ wide = true } = {}): void {
  FakeSocket.made = [];
  SEEN.routes = [];
  const location = { protocol: "http:", host: "127.0.0.1:1", pathname: "/", hash: "" };
  const to = (_state: unknown, _title: string, url: string) => {
    SEEN.routes.push(url);
    location.hash = url.replace(/^[^#]*/, "");
  };
  Object.assign(globalThis, {
    Element: FakeElement,
    HTMLInputElement: class extends FakeElement {},
    HTMLTextAreaElement: class extends FakeElement {},
    WebSocket: FakeSocket,
    PopStateEvent: class extends Event {},
    document: Object.assign(new EventTarget(), {
      visibilityState: "visible",
      hidden: false,
      title: "",
      body: new FakeElement(),
      activeElement: null,
      querySelector: () => null,
    }),
    matchMedia: () => Object.assign(new EventTarget(), { matches: wide }),
    history: { state: null, pushState: to, replaceState: to, back: () => SEEN.routes.push("back") },
  });
  Object.defineProperty(globalThis, "location", { value: location, configurable: true });
}

/** Lets what was resolved go on. */
export async function settle(): Promise<void> {
  for (let i = 0; i < 20; i++) await Promise.resolve();
}
