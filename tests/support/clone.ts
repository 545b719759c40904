/** A copy of the sources, which a test may change, with a cache of its own; run in a {@link TestHome}. */
import { copySources } from "./copy_sources.ts";
import { type ProgramOptions, type TestHome } from "./harness.ts";
import { denoDirOfItsOwn } from "./harness_guard.ts";
import { commandLine, type Outcome, run } from "./harness_process.ts";

/** So many times as long as usual may a build take: other tests run beside, and from source each of these tests fails. */
const PATIENCE = 5;
const PREBUILD = "src/client/prebuild.ts";
/** Its deadlines, and for one command, which may wait for a build, ms. */
const DEADLINE = /^(const (?:BUILD|STEP)_MS = )([\d_]+);$/gm;
const COMMAND_MS = 180_000;

export class Clone {
  readonly home: TestHome;
  /** With a space, so that forgotten quotes show. */
  readonly root: string;
  readonly cache: string;

  constructor(home: TestHome) {
    this.home = home;
    this.root = `${home.root}/cl one`;
    this.cache = `${home.root}/cache`;
    copySources(this.root);
    this.#makePatient();
    denoDirOfItsOwn(this.#modules, this.root);
  }

  get #modules(): string {
    return `${this.home.root}/modules`;
  }

  env(more: Readonly<Record<string, string>> = {}): Record<string, string> {
    return this.home.command([], { env: { DENO_DIR: this.#modules, XDG_CACHE_HOME: this.cache, ...more } }).env;
  }

  /** Runs one command of this copy's program to its end. */
  async cli(args: readonly string[], options: Pick<ProgramOptions, "env" | "stdin"> = {}): Promise<Outcome> {
    return await this.run([Deno.execPath(), "run", "-A", `${this.root}/main.ts`, ...args], options);
  }

  async run(argv: readonly string[], { env, stdin }: Pick<ProgramOptions, "env" | "stdin"> = {}): Promise<Outcome> {
    const given = stdin === undefined ? {} : { stdin };
    return await run(argv, { env: this.env(env), cwd: this.home.root, timeoutMs: COMMAND_MS, ...given });
  }

  /** Starts the daemon; gives what it was started from, and what the start said. */
  async start(args: readonly string[] = [], env: Readonly<Record<string, string>> = {}): Promise<[string, string]> {
    const { code, stdout, stderr } = await this.cli(["daemon", "start", ...args], { env });
    if (code !== 0) throw new Error(`the daemon did not start: exit ${code}, ${stdout}${stderr}`);
    const words = commandLine(this.home.needPid());
    return [words[words.indexOf("--home") - 1] ?? "", stderr];
  }

  async stop(): Promise<void> {
    const { code, stderr } = await this.cli(["daemon", "stop"]);
    if (code !== 0) throw new Error(`the daemon did not stop: exit ${code}, ${stderr}`);
  }

  #makePatient(): void {
    const path = `${this.root}/${PREBUILD}`;
    const text = Deno.readTextFileSync(path);
    const found = text.match(DEADLINE)?.length;
    if (found !== 2) throw new Error(`${PREBUILD} has ${found ?? 0} deadlines of a build, expected 2`);
    const longer = (_: string, begin: string, ms: string) => `${begin}${Number(ms.replaceAll("_", "")) * PATIENCE};`;
    Deno.writeTextFileSync(path, text.replace(DEADLINE, longer));
  }

  /** A change that every part of the program is made of. */
  change(): void {
    Deno.writeTextFileSync(`${this.root}/src/platform/home_paths.ts`, "\n// changed\n", { append: true });
  }

  /** The folder of this copy's builds. */
  get builds(): string {
    return `${this.cache}/agent-console/${encodeURIComponent(this.root).replaceAll("%", "=")}`;
  }
  get current(): string {
    return `${this.builds}/${Deno.readLinkSync(`${this.builds}/current`)}`;
  }
  /** Names in the folder of builds. */
  names(): string[] {
    return [...Deno.readDirSync(this.builds)].map(({ name }) => name).sort();
  }
}
