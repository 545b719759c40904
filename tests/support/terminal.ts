/** The program at a real terminal: a tmux server of the test's own, whose keys are pressed and whose screen is read. */
import type { ProgramOptions, TestHome } from "./harness.ts";
import { run } from "./harness_process.ts";
import { eventually, pause } from "./harness_wait.ts";

const STEP_MS = 20_000;
/** Between two presses of one key. */
const AGAIN_MS = 300;
/** Between two looks at the screen, ms: each is a process. */
const LOOK_MS = 40;

export interface TerminalOptions extends ProgramOptions {
  readonly columns?: number;
  readonly rows?: number;
}

export class TestTerminal implements AsyncDisposable {
  readonly #folder: string;

  private constructor(folder: string) {
    this.#folder = folder;
  }

  /** Runs one command of the program in the terminal; its exit code is shown as `[exit N]`. */
  static async open(home: TestHome, args: readonly string[], options: TerminalOptions = {}): Promise<TestTerminal> {
    const { columns = 80, rows = 24, ...program } = options;
    const { argv, env } = home.command(args, program);
    const folder = Deno.makeTempDirSync({ dir: "/tmp", prefix: "act-" });
    const terminal = new TestTerminal(folder);
    const words = [
      "env",
      "-i",
      ...Object.entries({ TERM: "xterm-256color", ...env }).map(([k, v]) => `${k}=${v}`),
      ...argv,
    ];
    // The shell outlives a Ctrl-C, and what is typed behind the program's end.
    const quoted = words.map((word) => `'${word.replaceAll("'", `'\\''`)}'`).join(" ");
    const line = `trap : INT; ${quoted}; echo "[exit $?]"; sleep 600`;
    await terminal.#tmux("new-session", "-d", "-x", `${columns}`, "-y", `${rows}`, "-c", home.root, line);
    return terminal;
  }

  /** Presses keys, as tmux names them: `y`, `Enter`, `C-c`. */
  async press(...keys: readonly string[]): Promise<void> {
    await this.#tmux("send-keys", ...keys);
  }

  /** Types text as it is. */
  async type(text: string): Promise<void> {
    await this.#tmux("send-keys", "-l", text);
  }

  /** Presses a key again and again until the screen shows it: who reads it may be busy, and throw it away. */
  async pressUntil(key: string, what: string | RegExp): Promise<string> {
    const isThere = (screen: string) => typeof what === "string" ? screen.includes(what) : what.test(screen);
    return await eventually(
      async () => {
        await this.press(key);
        await pause(AGAIN_MS);
        const screen = await this.screen();
        return isThere(screen) ? screen : undefined;
      },
      STEP_MS,
      `${what} on the screen after ${key}`,
    );
  }

  /** What was printed, with what has scrolled away. */
  async screen(): Promise<string> {
    return (await this.#tmux("capture-pane", "-p", "-J", "-S", "-")).trimEnd();
  }

  /** Waits until the screen shows it. */
  async shows(what: string | RegExp): Promise<string> {
    let last = "";
    try {
      return await eventually(
        async () => {
          last = await this.screen();
          return (typeof what === "string" ? last.includes(what) : what.test(last)) ? last : undefined;
        },
        STEP_MS,
        `${what} on the screen`,
        LOOK_MS,
      );
    } catch (error) {
      throw new Error(`${error}; on the screen:\n${last}`);
    }
  }

  /** Waits for the end of the command. */
  async exit(): Promise<{ readonly code: number; readonly screen: string }> {
    const screen = await this.shows(/\[exit \d+\]/);
    return { code: Number(/\[exit (\d+)\]/.exec(screen)?.[1]), screen };
  }

  /** Whether the terminal is as a shell needs it: lines with echo. */
  async isCooked(): Promise<boolean> {
    const tty = (await this.#tmux("display-message", "-p", "#{pane_tty}")).trim();
    const { stdout } = await run(["stty", "-a", "-F", tty], { env: { PATH: "/usr/bin:/bin" } });
    return ["icanon", "echo", "isig"].every((mode) => stdout.split(/[\s;]+/).includes(mode));
  }

  /** The pid of the program that reads the terminal. */
  async pid(home: TestHome, word: string): Promise<number> {
    const pane = (await this.#tmux("display-message", "-p", "#{pane_pid}")).trim();
    const { stdout } = await run(["ps", "-o", "pid=,args=", "--ppid", pane], { env: { PATH: "/usr/bin:/bin" } });
    const line = stdout.split("\n").find((one) => one.includes(word));
    if (line === undefined) throw new Error(`no process with ${word} below ${pane} (${home.root}):\n${stdout}`);
    return Number(line.trim().split(/\s+/)[0]);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#tmux("kill-server").catch(() => {});
    await Deno.remove(this.#folder, { recursive: true });
  }

  async #tmux(...args: readonly string[]): Promise<string> {
    const argv = ["tmux", "-S", `${this.#folder}/tmux`, "-f", "/dev/null", ...args];
    const { code, stdout, stderr } = await run(argv, {
      env: { PATH: Deno.env.get("PATH") ?? "/usr/bin:/bin", LANG: "C.UTF-8", TERM: "xterm-256color" },
    });
    if (code !== 0) throw new Error(`tmux ${args[0]} failed: ${stderr}`);
    return stdout;
  }
}
