/**
 * The page in a real browser, before a real daemon with its gateway on a free port of the loopback address. Daemon and pages
 * end with the lab, and the browser where it is the lab's own.
 */
import { type Browser, type BrowserContextOptions, chromium, type Page } from "playwright-core";
import { makePage } from "../../install/page.ts";
import { exists } from "./exists.ts";
import { freePort } from "./gateway.ts";
import { TestHome } from "./harness.ts";
import type { Json, RawClient } from "./wire.ts";

/** Debian's smallest, without its launcher, which a signal would end alone: a page needs no window. */
export const CHROMIUM = "/usr/lib/chromium/chromium-headless-shell";
export const HAS_CHROMIUM = exists(CHROMIUM);
/** Debian's whole one, again without its launcher: the smallest shows no notifications. */
export const WHOLE_CHROMIUM = "/usr/lib/chromium/chromium";
/** For whoever asks why a test was not run. */
export const NO_CHROMIUM = HAS_CHROMIUM ? "" : ` (ignored: no ${CHROMIUM}; apt-get install chromium-headless-shell)`;

export const PHONE = { width: 390, height: 844 };
export const WIDE = { width: 1280, height: 800 };
/** A step may wait for an agent that starts. */
const STEP_MS = 30_000;
const BUILD_MS = 60_000;

type ContextOptions = "colorScheme" | "viewport" | "reducedMotion" | "permissions" | "serviceWorkers";

export interface LookOptions extends Pick<BrowserContextOptions, ContextOptions> {
  /** Run in the page before anything of it. */
  readonly scripts?: readonly (() => void)[];
  readonly scope?: "read" | "approve" | "admin";
  /** Behind the token in the fragment of the link. */
  readonly fragment?: string;
  readonly scale?: number;
  readonly touch?: boolean;
}

export async function launchBrowser(executablePath = CHROMIUM): Promise<Browser> {
  // Root needs the argument; the page is ours alone.
  return await chromium.launch({ executablePath, args: ["--no-sandbox"], timeout: BUILD_MS });
}

/** Once for a file of tests: the sources stay as they are. */
let made: Promise<string> | undefined;

export class PageLab {
  readonly #waits: RawClient[] = [];

  readonly #ownsBrowser: boolean;

  private constructor(readonly home: TestHome, readonly port: number, readonly browser: Browser, ownsBrowser: boolean) {
    this.#ownsBrowser = ownsBrowser;
  }

  /**
   * @param before runs when the home is there and the daemon is not yet
   * @param shared a browser that outlives the lab, which has windows of its own in it
   */
  static async open(before: (home: TestHome) => void = () => {}, shared?: Browser): Promise<PageLab> {
    await (made ??= makePage(BUILD_MS)); // for a daemon that runs from its sources; all other forms carry it
    const port = freePort();
    const home = await TestHome.create({ config: JSON.stringify({ gateway: { enabled: true, port } }) });
    try {
      before(home);
      await home.start();
      return new PageLab(home, port, shared ?? await launchBrowser(), shared === undefined);
    } catch (error) {
      await home[Symbol.asyncDispose]();
      throw error;
    }
  }

  get url(): string {
    return `http://127.0.0.1:${this.port}/`;
  }

  token(scope: string): string {
    const line = Deno.readTextFileSync(this.home.path("gateway.tokens")).split("\n").find((one) =>
      one.startsWith(scope)
    );
    return line?.split(" ")[1] ?? "";
  }

  /** The page with a token, as `gateway open` opens it; its errors are failures of the test. */
  async look(
    { scope = "approve", fragment = "", scale = 1, touch = false, scripts = [], ...options }: LookOptions = {},
  ): Promise<Page> {
    const context = await this.browser.newContext({
      viewport: WIDE,
      reducedMotion: "no-preference",
      deviceScaleFactor: scale,
      hasTouch: touch,
      ...options,
    });
    for (const script of scripts) await context.addInitScript(script);
    const page = await context.newPage();
    page.setDefaultTimeout(STEP_MS);
    await page.goto(`${this.url}#token=${this.token(scope)}${fragment}`);
    return page;
  }

  /** Reports one event; a request stays open as long as the lab does. Gives its id. */
  async report(params: Json): Promise<string | undefined> {
    const client = await this.#client();
    const { approval } = await client.request("session.report", params);
    const id = (approval as { readonly id: string } | undefined)?.id;
    if (id !== undefined) void client.call("approval.wait", { id }, 600_000).catch(() => {});
    return id;
  }

  /** A session of an agent asks to run a command. */
  async asks(session: string, command: string, more: Json = {}): Promise<string> {
    const id = await this.report({
      agent: "claude",
      env: { CLAUDE_CODE_ENTRYPOINT: "cli" },
      event: {
        session_id: session,
        cwd: `/home/u/${session}`,
        hook_event_name: "PermissionRequest",
        tool_name: "Bash",
        tool_input: { command, ...more },
      },
    });
    if (id === undefined) throw new Error(`no request was opened for ${command}`);
    return id;
  }

  /** As the person's own client. */
  async call(method: string, params: Json = {}): Promise<Json> {
    return await (await this.#client()).request(method, params);
  }

  async approval(id: string): Promise<Json> {
    const { approvals } = await this.call("approval.list", { status: "all" });
    return (approvals as Json[]).find((one) => one["id"] === id) ?? {};
  }

  /** All further reports come by a new connection, as after a restart of the daemon. */
  async reconnect(): Promise<void> {
    for (const client of this.#waits.splice(0)) await client.close();
  }

  async #client(): Promise<RawClient> {
    const [known] = this.#waits;
    if (known !== undefined && !known.ended) return known;
    const client = await this.home.connect({ token: true });
    this.#waits.unshift(client);
    return client;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    try {
      if (this.#ownsBrowser) await this.browser.close();
      else for (const context of this.browser.contexts()) await context.close();
      for (const client of this.#waits) await client.close();
    } finally {
      await this.home[Symbol.asyncDispose]();
    }
  }
}
