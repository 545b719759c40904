/**
 * The installed form that tests share where AC_PROGRAM=installed: the program's own `install`, into a home in the cache of
 * whoever runs the tests. It stays there for the next run, which changes it only where the sources have changed. Each
 * file of tests is a program of its own, so that a mark says that this run has looked already.
 */
import { denoDir } from "./harness_guard.ts";
import { startTime } from "./harness_process.ts";

const SOURCES = new URL("../../", import.meta.url).pathname;
const CACHE = Deno.env.get("XDG_CACHE_HOME") ?? `${Deno.env.get("HOME")}/.cache`;
const INSTALL_HOME = `${CACHE}/agent-console-tests`;
const MARK = `${INSTALL_HOME}/looked`;

export const INSTALLED_COMMAND = `${INSTALL_HOME}/.local/share/agent-console/current/agent-console`;

/** @throws {Error} with what the program said where it does not install itself */
export async function installOnce(): Promise<void> {
  // All files of one run are threads of one process.
  const run = `${Deno.pid} ${startTime(Deno.pid)} ${SOURCES}`;
  if (await Deno.readTextFile(MARK).catch(() => "") === run) return;
  await Deno.mkdir(INSTALL_HOME, { recursive: true, mode: 0o700 });
  const { code, stderr } = await new Deno.Command(Deno.execPath(), {
    args: ["run", "-A", `${SOURCES}main.ts`, "install"],
    clearEnv: true,
    env: { HOME: INSTALL_HOME, PATH: "/usr/bin:/bin", DENO_DIR: denoDir(), NO_COLOR: "1" },
    cwd: INSTALL_HOME,
    stdin: "null",
    stdout: "null",
    stderr: "piped",
  }).output();
  if (code !== 0) throw new Error(`no installed form to test: ${new TextDecoder().decode(stderr)}`);
  await Deno.writeTextFile(MARK, run);
}
