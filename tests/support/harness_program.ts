/**
 * The program under test, as AC_PROGRAM names it:
 *
 * - `prebuilt`, also where it is not set: main.ts with the flags of every client, whose parts and daemon are the prebuilt form, as for
 *   whoever uses it. It is made once, in the cache of whoever runs the tests, and then serves every test.
 * - `source`: the same without a prebuilt form. So run all tests of another user, whom that cache is closed to.
 * - `installed`: what the program's own `install` makes (installed_form.ts).
 * - `compiled`: what `deno task compile` makes, for each home anew, because a compiled daemon has the permissions for one
 *   home inside. It needs the base of Deno's runtime, as DENORT_BIN names it or as Deno can fetch it.
 * - anything else: the argv of a program, split at spaces.
 */
import { daemonProgram } from "../../src/client/prebuild.ts";
import { CLIENT_FLAGS, thisProgram } from "../../src/platform/program.ts";
import { INSTALLED_COMMAND, installOnce } from "./installed_form.ts";

export const REPOSITORY = new URL("../../", import.meta.url).pathname.replace(/\/$/, "");

const NAMED = (Deno.env.get("AC_PROGRAM") ?? "").trim() || "prebuilt";

/** Whether another program than this repository's is under test, or another form of it than those made of main.ts. */
export const isForeign = NAMED !== "prebuilt" && NAMED !== "source";

/**
 * The argv of the program under test.
 *
 * @param root the test's folder: there is a compiled program for each
 * @param uid that of another user, who cannot read what the one who runs the tests has installed
 */
export function programArgv(root: string, uid?: number): string[] {
  if (NAMED === "compiled") return [`${compiledFor(root)}/agent-console`];
  if (NAMED === "installed" && uid === undefined) return [INSTALLED_COMMAND];
  if (isForeign && NAMED !== "installed") return NAMED.split(/\s+/);
  return [Deno.execPath(), ...CLIENT_FLAGS, `${REPOSITORY}/main.ts`];
}

/** What the environment adds for the form that is asked for. */
export function formEnv(uid: number | undefined): Readonly<Record<string, string>> {
  if (isForeign && !(NAMED === "installed" && uid !== undefined)) return {};
  if (NAMED === "source" || uid !== undefined) return { AC_FROM_SOURCE: "1" };
  return { XDG_CACHE_HOME: Deno.env.get("XDG_CACHE_HOME") ?? `${Deno.env.get("HOME")}/.cache` };
}

let made: Promise<void> | undefined;

/** Makes the form that all tests share before the first needs it: no test's own time is to go into that. */
export function prepareProgram(): Promise<void> {
  return made ??= NAMED === "prebuilt" ? make() : NAMED === "installed" ? installOnce() : Promise.resolve();
}

/** Makes the form that each home has for itself, after its configuration, which decides what a daemon may. */
export async function prepareHome(root: string): Promise<void> {
  if (NAMED !== "compiled") return;
  const { code, stderr } = await new Deno.Command(Deno.execPath(), {
    args: ["run", "-A", `${REPOSITORY}/install/build_main.ts`, "compile", compiledFor(root)],
    env: { AGENT_CONSOLE_HOME: `${root}/.agent-console`, NO_COLOR: "1" },
    stdin: "null",
    stdout: "null",
    stderr: "piped",
  }).output();
  if (code === 0) return;
  await Deno.remove(root, { recursive: true });
  const why = new TextDecoder().decode(stderr).split("\n")[0];
  throw new Error(`AC_PROGRAM=compiled needs the base of Deno's runtime, which DENORT_BIN can name: ${why}`);
}

function compiledFor(root: string): string {
  return `${root}/compiled`;
}

/** Every test of the run needs it, on a machine that may run others beside: two steps of two minutes. */
const PATIENCE = 10;

async function make(): Promise<void> {
  const program = thisProgram(new URL(`file://${REPOSITORY}/main.ts`).href);
  const { problem } = await daemonProgram(program, { writable: [], auto: false, patience: PATIENCE });
  if (problem !== undefined) {
    throw new Error(`no prebuilt form to test (AC_PROGRAM=source tests without it): ${problem}`);
  }
}
