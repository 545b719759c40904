/** A tmux server of a test's own, and a terminal that is attached to it: a second server shows it as a pane. */
import { run } from "./harness_process.ts";
import { eventually } from "./harness_wait.ts";

/** Undefined where the system has no tmux. */
export function tmuxProgram(): string | undefined {
  return ["/usr/bin/tmux", "/usr/local/bin/tmux", "/opt/homebrew/bin/tmux", "/bin/tmux"].find((path) => {
    try {
      return Deno.statSync(path).isFile;
    } catch {
      return false;
    }
  });
}

export class PrivateTmux implements AsyncDisposable {
  readonly #program: string;
  readonly #name: string;
  readonly env = { PATH: "/usr/bin:/bin", HOME: "/nowhere", LC_ALL: "C.UTF-8", TERM: "xterm-256color" };

  constructor(program: string, name = `ac-test-${Deno.pid}-${crypto.randomUUID().slice(0, 8)}`) {
    this.#program = program;
    this.#name = name;
  }

  get socket(): string {
    return `/tmp/tmux-${Deno.uid()}/${this.#name}`;
  }

  /** Where hooks in it say they are. */
  hookEnv(pane: string): { readonly TMUX: string; readonly TMUX_PANE: string } {
    return { TMUX: `${this.socket},1,0`, TMUX_PANE: pane };
  }

  /** Runs one tmux command; its output. @throws where it fails */
  async tmux(...args: readonly string[]): Promise<string> {
    const { code, stdout, stderr } = await this.#run(this.#name, args);
    if (code !== 0) throw new Error(`tmux ${args.join(" ")}: ${stderr}`);
    return stdout.trim();
  }

  /** A terminal of 100×12 attached to the session. @returns what is on its screen */
  async attach(session: string): Promise<() => Promise<string>> {
    const outer = `${this.#name}-outer`;
    const command = `env -u TMUX ${this.#program} -L ${this.#name} attach -t ${session}`;
    const size = ["-x", "100", "-y", "12"];
    await this.#run(outer, ["-f", "/dev/null", "new-session", "-d", ...size, command]);
    await eventually(async () => (await this.tmux("list-clients")) !== "", 20_000, "an attached client");
    return async () => (await this.#run(outer, ["capture-pane", "-p"])).stdout;
  }

  /** Ends the clients and the server that this made, and no other. */
  async [Symbol.asyncDispose](): Promise<void> {
    for (const name of [`${this.#name}-outer`, this.#name]) {
      await this.#run(name, ["kill-server"]);
      await Deno.remove(`/tmp/tmux-${Deno.uid()}/${name}`).catch(() => {});
    }
  }

  #run(name: string, args: readonly string[]) {
    return run([this.#program, "-L", name, ...args], { env: this.env, cwd: "/" });
  }
}
