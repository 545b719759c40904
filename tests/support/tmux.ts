/** A real terminal for the real program: a tmux server of the test's own, with one window, ended with the test. */
import type { TestHome } from "./harness.ts";
import { eventually, pause } from "./harness_wait.ts";

/** Between two calls that type, ms: keys that follow faster are no person's (dashboard/key_hold.ts). */
const APART_MS = 80;
/** Between two looks at the screen, ms: each is a process. */
const LOOK_MS = 40;

let servers = 0;

export interface ScreenSize {
  readonly columns: number;
  readonly rows: number;
}

export class TmuxScreen {
  readonly #home: TestHome;
  readonly #server: string;
  /** When keys were typed last. */
  #typed = -Infinity;

  private constructor(home: TestHome) {
    this.#home = home;
    this.#server = `ac-test-${Deno.pid}-${++servers}`;
  }

  /** Opens a window in which a shell waits. */
  static async open(home: TestHome, { columns, rows }: ScreenSize = { columns: 80, rows: 24 }): Promise<TmuxScreen> {
    const screen = new TmuxScreen(home);
    await screen.#tmux(
      "new-session",
      "-d",
      "-x",
      `${columns}`,
      "-y",
      `${rows}`,
      "PS1='$ ' exec bash --norc --noprofile",
    );
    await screen.shows(/^\$/m);
    return screen;
  }

  /** Types a command line of the program; {@link pid} is its process, and behind its end stands `exit CODE`. */
  async runs(...args: string[]): Promise<void> {
    const { argv, env } = this.#home.command(args);
    await this.types(`sh ${this.script(argv, env)}; echo exit $?`, "Enter");
  }

  /** A shell script that becomes `argv`, which {@link pid} is then; gives its path. */
  script(argv: readonly string[], env: Readonly<Record<string, string>>): string {
    const words = [...Object.entries(env).map(([name, value]) => `${name}=${value}`), ...argv].map(quoted).join(" ");
    const path = `${this.#home.root}/run.sh`;
    Deno.writeTextFileSync(path, `echo $$ > ${quoted(this.#pidFile)}; exec env -i TERM="$TERM" ${words}\n`);
    return path;
  }

  /** Of the program that was started last. */
  get pid(): number {
    return Number(Deno.readTextFileSync(this.#pidFile));
  }

  get #pidFile(): string {
    return `${this.#home.root}/run.pid`;
  }

  /** Keys by tmux's names for them: `y`, `Enter`, `C-c`. */
  async types(...keys: string[]): Promise<void> {
    const since = performance.now() - this.#typed;
    if (since < APART_MS) await pause(APART_MS - since);
    await this.#tmux("send-keys", ...keys);
    this.#typed = performance.now(); // behind the call: on a busy machine it delivers its keys late
  }

  async text(): Promise<string> {
    return await this.#tmux("capture-pane", "-p");
  }

  async shows(what: RegExp, ms = 20_000): Promise<string> {
    let last = "";
    try {
      return await eventually(
        async () => {
          last = await this.text();
          return what.test(last) ? last : undefined;
        },
        ms,
        `${what} on the screen`,
        LOOK_MS,
      );
    } catch (error) {
      throw new Error(`${error}; on the screen:\n${last}`);
    }
  }

  async resizes({ columns, rows }: ScreenSize): Promise<void> {
    await this.#tmux("resize-window", "-x", `${columns}`, "-y", `${rows}`);
  }

  /** A variable of tmux's formats, as `alternate_on`. */
  async fact(name: string): Promise<string> {
    return (await this.#tmux("display-message", "-p", `#{${name}}`)).trim();
  }

  /** All that is written to the terminal from now on, byte for byte, into a file; gives its path. */
  async records(): Promise<string> {
    const path = `${this.#home.root}/written`;
    Deno.writeTextFileSync(path, "");
    await this.#tmux("pipe-pane", `cat >> ${quoted(path)}`);
    return path;
  }

  /** A text as the terminal pastes it: in brackets where the program asked for them. */
  async pastes(text: string): Promise<void> {
    await this.#tmux("set-buffer", text);
    await this.#tmux("paste-buffer", "-p");
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#tmux("kill-server").catch(() => {}); // its shell has ended, and it with it
  }

  async #tmux(...args: string[]): Promise<string> {
    const { code, stdout, stderr } = await new Deno.Command("tmux", {
      args: ["-L", this.#server, "-f", "/dev/null", ...args],
      clearEnv: true,
      env: { PATH: Deno.env.get("PATH") ?? "/usr/bin:/bin", LANG: "C.UTF-8", TMUX_TMPDIR: this.#home.root },
      cwd: this.#home.root,
    }).output();
    if (code !== 0) throw new Error(`tmux ${args.join(" ")}: ${new TextDecoder().decode(stderr)}`);
    return new TextDecoder().decode(stdout);
  }
}

/** Where this machine has no tmux there is no terminal to test in: a test says so by being left out. */
export const HAS_TMUX: boolean = await new Deno.Command("tmux", { args: ["-V"], stdout: "null", stderr: "null" })
  .output()
  .then(({ code }) => code === 0, () => false);

function quoted(word: string): string {
  return `'${word.replaceAll("'", `'\\''`)}'`;
}
