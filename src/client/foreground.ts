/**
 * `agent-console daemon` in the foreground. Deno's permissions are fixed when a process starts, so an unconfined one
 * starts the confined daemon as a child with the same streams and hands every signal on. The child is tied to this
 * process by its stdin: it ends when this process does, however that happens.
 */
import { daemonLaunch } from "../daemon/launch.ts";
import type { DaemonOptions } from "../daemon/options.ts";
import { cacheEnv } from "../platform/environment.ts";
import { keepFilesToUs } from "../platform/inherited_files.ts";
import { onSignal, type Signal, spawn } from "../platform/process.ts";
import { writeStderr } from "../platform/stdio.ts";
import { programArgv } from "../platform/sandbox.ts";
import type { ClientContext } from "./endpoint.ts";
import { daemonProgram } from "./prebuild.ts";

const HANDED_ON: readonly Signal[] = ["SIGINT", "SIGTERM", "SIGHUP"];

/** @returns the daemon's exit code. @throws {ConsoleError} `config_invalid`, `unsafe_path` */
export async function runSandboxed(context: ClientContext, options: DaemonOptions): Promise<number> {
  const { flags, args, env, writable } = await daemonLaunch(context, { ...options, tied: true }, { byPerson: true });
  const { program, problem } = await daemonProgram(context.program, { writable, auto: false });
  if (problem !== undefined && options.verbose) writeStderr(`runs from source: ${problem}\n`);
  const argv = programArgv(program, flags, args);
  keepFilesToUs();
  const streams = { stdin: "piped", stdout: "inherit", stderr: "inherit" } as const;
  const child = spawn(argv, { detached: true, ...streams, env: { ...env, ...cacheEnv(program) }, cwd: "/" });
  const offs = HANDED_ON.map((signal) =>
    onSignal(signal, () => {
      try {
        child.kill(signal);
      } catch {
        // It has just ended by itself.
      }
    })
  );
  const code = await child.ended;
  for (const off of offs) off();
  return code;
}
