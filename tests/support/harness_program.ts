/**
 * The program under test, as AC_PROGRAM names it:
 *
 * - `prebuilt`, also where it is not set: main.ts with the flags of every client, whose parts and daemon are the prebuilt form, as for
 *   whoever uses it. It is made once, in the cache of whoever runs the tests, and then serves every test.
 * - `source`: the same without a prebuilt form. So run all tests of another user, whom that cache is closed to.
 * - anything else: the argv of a program, split at spaces.
 */
import { daemonProgram } from "../../src/client/prebuild.ts";
import { CLIENT_FLAGS, thisProgram } from "../../src/platform/program.ts";

export const REPOSITORY = new URL("../../", import.meta.url).pathname.replace(/\/$/, "");

const NAMED = (Deno.env.get("AC_PROGRAM") ?? "").trim() || "prebuilt";

/** Whether another program than this repository's is under test. */
export const isForeign = NAMED !== "prebuilt" && NAMED !== "source";

/** The argv of the program under test. */
export function programArgv(): string[] {
  return isForeign ? NAMED.split(/\s+/) : [Deno.execPath(), ...CLIENT_FLAGS, `${REPOSITORY}/main.ts`];
}

/** What the environment adds for the form that is asked for. */
export function formEnv(uid: number | undefined): Readonly<Record<string, string>> {
  if (isForeign) return {};
  if (NAMED === "source" || uid !== undefined) return { AC_FROM_SOURCE: "1" };
  return { XDG_CACHE_HOME: Deno.env.get("XDG_CACHE_HOME") ?? `${Deno.env.get("HOME")}/.cache` };
}

let made: Promise<void> | undefined;

/** Makes the prebuilt form before the first test needs it: no test's own time is to go into that. */
export function prepareProgram(): Promise<void> {
  return made ??= isForeign || NAMED === "source" ? Promise.resolve() : make();
}

async function make(): Promise<void> {
  const program = thisProgram(new URL(`file://${REPOSITORY}/main.ts`).href);
  const { problem } = await daemonProgram(program, { writable: [], auto: false });
  if (problem !== undefined) {
    throw new Error(`no prebuilt form to test (AC_PROGRAM=source tests without it): ${problem}`);
  }
}
