/** A user with an empty folder and a clone, who installs the program: nothing of XDG is set, and no home is named. */
import { copySources } from "./copy_sources.ts";
import { REPOSITORY, type TestHome } from "./harness.ts";
import { denoDirOfItsOwn } from "./harness_guard.ts";
import { type Outcome, run, Running } from "./harness_process.ts";

/** What an agent tells its hook of a prompt. */
export const EVENT = JSON.stringify({
  session_id: "s1",
  hook_event_name: "UserPromptSubmit",
  cwd: "/tmp",
  prompt: "build it",
});
/** Each command that builds takes seconds, on a busy machine many. */
const COMMAND_MS = 90_000;
/** No service manager: those of the machine are none of a test's business. */
const NO_MANAGER = "#!/bin/sh\necho 'Failed to connect to bus: a test' >&2\nexit 1\n";

export interface UserOptions {
  readonly env?: Readonly<Record<string, string>>;
  readonly stdin?: string;
  readonly cwd?: string;
}

export class InstallingUser {
  readonly home: TestHome;
  /** With a space, so that forgotten quotes show. */
  clone: string;

  constructor(home: TestHome) {
    this.home = home;
    this.clone = `${home.root}/cl one`;
    copySources(this.clone);
    denoDirOfItsOwn(`${home.root}/modules`, this.clone);
    for (const folder of ["fake", ".cache"]) Deno.mkdirSync(`${home.root}/${folder}`);
    Deno.writeTextFileSync(`${home.root}/fake/systemctl`, NO_MANAGER, { mode: 0o755 });
  }

  get root(): string {
    return `${this.home.root}/.local/share/agent-console`;
  }
  get binLink(): string {
    return `${this.home.root}/.local/bin/agent-console`;
  }
  /** The names of the versions that are there. */
  get versions(): string[] {
    const names = Array.from(Deno.readDirSync(this.root), ({ name }) => name);
    return names.filter((name) => /^\d+\.\d+\.\d+-[0-9a-f]{8}$/.test(name)).sort();
  }
  get current(): string {
    return Deno.readLinkSync(`${this.root}/current`);
  }
  get build(): string {
    return this.current.slice(-8);
  }

  env(more: Readonly<Record<string, string>> = {}): Record<string, string> {
    const { root } = this.home;
    return { HOME: root, PATH: `${root}/fake:/usr/bin:/bin`, DENO_DIR: `${root}/modules`, LANG: "C.UTF-8", ...more };
  }

  /** A command of the clone's program, as `deno task install` runs it. */
  argvOfClone(args: readonly string[]): string[] {
    return [Deno.execPath(), "run", "-A", `${this.clone}/main.ts`, ...args];
  }
  async fromClone(...args: readonly string[]): Promise<Outcome> {
    return await this.run(this.argvOfClone(args));
  }
  /** A command of the installed program. */
  async installed(...args: readonly string[]): Promise<Outcome> {
    return await this.run([this.binLink, ...args]);
  }
  async run(argv: readonly string[], { env, stdin, cwd = this.home.root }: UserOptions = {}): Promise<Outcome> {
    const given = stdin === undefined ? {} : { stdin };
    return await run(argv, { env: this.env(env), cwd, timeoutMs: COMMAND_MS, ...given });
  }
  spawn(argv: readonly string[]): Running {
    return new Running(argv, { env: this.env(), cwd: this.home.root });
  }

  /** A change of the sources that the built program shows: comments are not in it. */
  change(word: string): void {
    const file = `${this.clone}/src/cli/tree/program.ts`;
    const text = Deno.readTextFileSync(`${REPOSITORY}/src/cli/tree/program.ts`);
    const changed = text.replace('"do not ask"', `"do not ask: ${word}"`);
    if (changed === text) throw new Error(`${file} has no text to change`);
    Deno.writeTextFileSync(file, changed);
  }

  /** All files of this user by path, with mode and content; less what the runtime keeps for itself, and the test's own. */
  tree(...without: readonly string[]): Map<string, string> {
    const { root } = this.home;
    const left = ["modules", ".cache/deno", ".local/share/agent-console/cache", ...without].map((name) =>
      `${root}/${name}`
    );
    const found = new Map<string, string>();
    const walk = (folder: string) => {
      for (const { name } of Deno.readDirSync(folder)) {
        const path = `${folder}/${name}`;
        if (left.includes(path) || path.startsWith(`${this.clone}/`)) continue;
        const { isDirectory, isSymlink, mode, size, mtime } = Deno.lstatSync(path);
        // The runtime has 95 MB.
        const file = () => size > 10_000_000 ? `${size} bytes of ${mtime?.getTime()}` : Deno.readTextFileSync(path);
        const content = isDirectory ? "folder" : isSymlink ? Deno.readLinkSync(path) : file();
        found.set(path.slice(root.length + 1), `${(mode ?? 0).toString(8)} ${content}`);
        if (isDirectory) walk(path);
      }
    };
    walk(root);
    return found;
  }
}
