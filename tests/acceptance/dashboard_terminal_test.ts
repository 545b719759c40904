/** The dashboard in a real terminal: whatever ends it, the terminal is given back as it was, with the right exit code. */
import { assert, assertEquals, assertMatch } from "@std/assert";
import { exists } from "../support/exists.ts";
import { TestHome } from "../support/harness.ts";
import { isForeign } from "../support/harness_program.ts";
import { eventually } from "../support/harness_wait.ts";
import { HAS_TMUX, TmuxScreen } from "../support/tmux.ts";

const END_MS = 20_000;

function screenTest(name: string, test: () => Promise<void>, ignore = false): void {
  Deno.test({ name, ignore: ignore || !HAS_TMUX, fn: test });
}

/** Only Deno's own command line loads a bug into the program: a launcher, or a compiled program, takes none. */
const TAKES_NO_BUG = isForeign;

/** Opened in a shell that notes the terminal's settings before and after. */
class Run {
  private constructor(
    readonly home: TestHome,
    readonly screen: TmuxScreen,
    readonly before: string,
    readonly written: string,
  ) {}

  /** @param preload a module that runs before the program */
  static async open(home: TestHome, screen: TmuxScreen, preload?: string): Promise<Run> {
    const { argv, env } = home.command(["dashboard"]);
    const [deno = "", run = "", ...rest] = argv;
    const path = screen.script(preload === undefined ? argv : [deno, run, `--preload=${preload}`, ...rest], env);
    await screen.types("clear", "Enter");
    const before = await screen.shows(/^\$\s*$/); // and nothing of the run before
    const written = await screen.records();
    const { root } = home;
    await screen.types(`stty -a > ${root}/before; sh ${path}; echo exit $?; stty -a > ${root}/after`, "Enter");
    await screen.shows(/q quit$/m);
    assertEquals(await screen.fact("alternate_on"), "1");
    return new Run(home, screen, before.trimEnd(), written);
  }

  /** What is on the screen behind it. */
  async assertGivenBack(code: number): Promise<string> {
    const text = await this.screen.shows(new RegExp(`^exit ${code}$`, "m"));
    const after = await eventually(() => read(`${this.home.root}/after`), END_MS, "the settings after it");
    assertEquals(after, read(`${this.home.root}/before`));
    Deno.removeSync(`${this.home.root}/after`);
    assert(text.startsWith(this.before), `the screen was:\n${this.before}\nand is:\n${text}`);
    const flags = ["alternate_on", "cursor_flag", "wrap_flag", "mouse_any_flag", "mouse_sgr_flag"];
    assertEquals(await Promise.all(flags.map((flag) => this.screen.fact(flag))), ["0", "1", "1", "0", "0"]);
    assertModesBack(await writtenUntil(this.written, new RegExp(`exit ${code}\r`)));
    return text;
  }
}

function read(path: string): string | undefined {
  try {
    return Deno.readTextFileSync(path) || undefined;
  } catch {
    return undefined;
  }
}

/** What was written, which another process writes down: it may be an instant behind what is on the screen. */
async function writtenUntil(path: string, mark: RegExp): Promise<string> {
  const written = () => Deno.readTextFileSync(path);
  await eventually(() => mark.test(written()), END_MS, `${mark} in what was written`);
  return written();
}

/** Every private mode that was written is as it is without the program: all are off but for the caret and the wrap. */
function assertModesBack(written: string): void {
  const modes = new Map<string, string>();
  // deno-lint-ignore no-control-regex
  for (const [, names = "", set = ""] of written.matchAll(/\x1b\[\?([\d;]+)([hl])/g)) {
    for (const name of names.split(";")) modes.set(name, set);
  }
  // The shell's own bracketed paste is on again at its prompt.
  modes.delete("2004");
  assert(["1049", "1000", "1006", "2026"].every((mode) => modes.has(mode)), [...modes.keys()].join());
  assertEquals([...modes].filter(([, set]) => set === "h").map(([name]) => name).sort(), ["25", "7"]);
  // The kitty keyboard protocol and xterm's modifyOtherKeys are never switched on.
  // deno-lint-ignore no-control-regex
  assertEquals([...written.matchAll(/\x1b\[[>=][\d;]*[um]/g)].map(([text]) => text), []);
}

screenTest("F5 q ends the dashboard and watch while the daemon is still being started", async () => {
  for (const command of ["dashboard", "watch"]) {
    await using home = await TestHome.create();
    await using screen = await TmuxScreen.open(home);
    await screen.runs(command);
    await eventually(async () => await screen.fact("alternate_on") === "1", END_MS, "its screen");
    await eventually(() => exists(`${home.dir}/daemon.lock`), END_MS, "the daemon that begins");
    await screen.types("q");
    await screen.shows(/^exit 0$/m);
    await eventually(() => read(`${home.dir}/daemon.ready`), END_MS, "the daemon that it started");
    await home.stop();
  }
});

async function ready(): Promise<{ home: TestHome; screen: TmuxScreen } & AsyncDisposable> {
  const home = await TestHome.create();
  await home.start();
  const screen = await TmuxScreen.open(home);
  return {
    home,
    screen,
    [Symbol.asyncDispose]: async () => {
      await screen[Symbol.asyncDispose]();
      await home[Symbol.asyncDispose]();
    },
  };
}

screenTest(
  "F5 the dashboard gives the terminal back after q, Ctrl-C, TERM, HUP and QUIT, each with its exit code",
  async () => {
    await using here = await ready();
    const { home, screen } = here;
    const ends: [code: number, end: () => Promise<void>][] = [
      [0, () => screen.types("q")],
      [130, () => screen.types("C-c")],
      [143, () => Promise.resolve(Deno.kill(screen.pid, "SIGTERM"))],
      [129, () => Promise.resolve(Deno.kill(screen.pid, "SIGHUP"))],
      [131, () => screen.types("C-\\")],
    ];
    for (const [code, end] of ends) {
      const run = await Run.open(home, screen);
      await end();
      await run.assertGivenBack(code);
    }
  },
);

screenTest("F5 a bug in the dashboard gives the terminal back and is shown there with exit code 70", async () => {
  await using here = await ready();
  const { home, screen } = here;
  for (const bug of ["throw new Error('an invented bug')", "Promise.reject(new Error('an invented bug'))"]) {
    const preload = `${home.root}/bug.ts`;
    await Deno.writeTextFile(preload, `Deno.addSignalListener("SIGUSR2", () => { ${bug}; });\n`);
    const run = await Run.open(home, screen, preload);
    Deno.kill(screen.pid, "SIGUSR2");
    assertMatch(await run.assertGivenBack(70), /^error: this is a bug: Error: an invented bug$/m);
  }
}, TAKES_NO_BUG);

screenTest("F5 Ctrl-Z stops the dashboard and gives the terminal back; fg draws it anew", async () => {
  await using here = await ready();
  const { home, screen } = here;
  const run = await Run.open(home, screen);
  await screen.types("C-z");
  await screen.shows(/Stopped/);
  assertEquals(await Promise.all(["alternate_on", "cursor_flag"].map((flag) => screen.fact(flag))), ["0", "1"]);
  await screen.types("clear; echo here I am", "Enter");
  await screen.shows(/^here I am$/m);
  await screen.types("fg > /dev/null", "Enter");
  await screen.shows(/q quit$/m);
  assertEquals(await screen.fact("alternate_on"), "1");
  await screen.types("q");
  await screen.shows(/^here I am$/m);
  await screen.types("echo it has $((10 + 1))", "Enter");
  assertModesBack(await writtenUntil(run.written, /it has 11\r/));
});

screenTest("A4 a text that is pasted is no key of the dashboard, whatever the size of its screen", async () => {
  await using here = await ready();
  const { home, screen } = here;
  const run = await Run.open(home, screen);
  for (const size of [{ columns: 20, rows: 4 }, { columns: 1, rows: 1 }, { columns: 80, rows: 24 }]) {
    await screen.resizes(size);
    await screen.pastes("qq\nq");
  }
  await screen.shows(/a pasted text answers nothing/);
  await screen.shows(/q quit$/m);
  assertEquals(await screen.fact("alternate_on"), "1");
  await screen.types("q");
  await screen.shows(/^exit 0$/m);
  assertModesBack(await writtenUntil(run.written, /exit 0\r/));
});

screenTest("F5 a dashboard whose terminal is closed ends", async () => {
  await using here = await ready();
  const { home, screen } = here;
  await Run.open(home, screen);
  const { pid } = screen;
  await screen[Symbol.asyncDispose]();
  await eventually(() => !isAlive(pid), END_MS, "its end");
});

function isAlive(pid: number): boolean {
  try {
    return !/^State:\s*Z/m.test(Deno.readTextFileSync(`/proc/${pid}/status`));
  } catch {
    return false;
  }
}
