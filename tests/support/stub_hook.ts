/** The line that `hooks install` registers, run as an agent runs it, and the files behind it. */
import { stubArgv } from "../../src/agents/shared/own_program.ts";
import type { TestHome } from "./harness.ts";
import { type Outcome, run } from "./harness_process.ts";

export interface StubOptions {
  readonly stdin?: string | Uint8Array;
  readonly env?: Readonly<Record<string, string | undefined>>;
  readonly cwd?: string;
}

/** The folder of the stub and of the launchers. */
export function dataFolder(home: TestHome): string {
  return `${home.root}/.local/share/agent-console`;
}

/** What the stub reads for this home: the curl, and how the program is run. */
export function hookLauncher(home: TestHome): string {
  return `${dataFolder(home)}/homes/${home.dir.replaceAll("=", "==").replaceAll("/", "=-")}/hook`;
}

/** The registered words with the agent's name and `word` behind them. */
export function stubWords(home: TestHome, word = "report", agent = "claude"): string[] {
  return [...stubArgv(dataFolder(home), home.dir), agent, word];
}

/** Runs the registered line to its end. A variable that is undefined is not set. */
export async function runStub(home: TestHome, word: string, options: StubOptions = {}): Promise<Outcome> {
  const { stdin, cwd = home.root, env: more = {} } = options;
  const { env: base } = home.command([]);
  const { AGENT_CONSOLE_HOME: _, ...clean } = base;
  const set = Object.entries({ ...clean, ...more }).filter((pair): pair is [string, string] => pair[1] !== undefined);
  return await run(stubWords(home, word), {
    env: Object.fromEntries(set),
    cwd,
    ...(stdin === undefined ? {} : { stdin }),
  });
}

/** From now on the program is not run for a hook of this home; the returned function gives the words that it would get. */
export async function spyOnProgram(home: TestHome): Promise<() => string[]> {
  const ran = `${home.root}/ran`;
  const launcher = hookLauncher(home);
  const text = await Deno.readTextFile(launcher);
  await Deno.writeTextFile(launcher, `${text}run_program() { printf '%s\\n' "$*" >>'${ran}'; exit 0; }\n`);
  return () => {
    try {
      return Deno.readTextFileSync(ran).trimEnd().split("\n");
    } catch {
      return [];
    }
  };
}

/**
 * From now on the stub's curl waits as long as a busy daemon needs: for tests of what goes which way. That the stub gives
 * up in time is shown by those of daemons that hang.
 */
export async function patientCurl(home: TestHome): Promise<void> {
  const path = `${home.root}/patient-curl`;
  const wait = 'case $word in 0.[0-9]) word=20 ;; esac; shift; set -- "$@" "$word"';
  await editLauncher(home, (text) => {
    const curl = /^curl=(.+)$/m.exec(text)?.[1];
    if (curl === undefined) throw new Error(`the launcher names no curl: ${text}`);
    Deno.writeTextFileSync(path, `#!/bin/sh\nfor word; do ${wait}; done\nexec ${curl} "$@"\n`, { mode: 0o755 });
    return text.replace(/^curl=.*$/m, `curl='${path}'`);
  });
}

/** Changes the text of the launcher. */
export async function editLauncher(home: TestHome, edit: (text: string) => string): Promise<void> {
  const launcher = hookLauncher(home);
  await Deno.writeTextFile(launcher, edit(await Deno.readTextFile(launcher)));
}
