/** What every client command needs to know before it can talk to a daemon. */
import { denoFiles } from "../platform/deno_files.ts";
import { envFlag, type HomePaths, homePaths, resolveFrom } from "../platform/home_paths.ts";
import { currentFolder, env, ownUid } from "../platform/process.ts";
import type { ThisProgram } from "../platform/program.ts";
import { CLI } from "../protocol/actor.ts";
import { ConsoleError } from "../protocol/errors.ts";
import type { ResultOf } from "../protocol/method_schemas.ts";
import { assertHomeSafe, type DaemonEndpoint, resolveOwnHome } from "../config/endpoint.ts";
import { socketPathOf } from "./dial.ts";

export interface ClientContext {
  readonly program: ThisProgram;
  readonly paths: HomePaths;
  /** `--socket` as given, absolute. */
  readonly socketFlag: string | undefined;
  /** Whether a missing daemon is started: `--no-start` and AGENT_CONSOLE_NO_START say no, the configuration may. */
  readonly mayStart: boolean;
  /** What this client calls itself: cli, hook, … */
  readonly kind: string;
  /** The only methods that its connections may call; without it all that its scope allows. */
  readonly methods?: readonly string[];
  /** Told what each daemon says of itself that this client connects to. */
  readonly onGreeted?: (hello: ResultOf<"hello">) => void;
  /** Told in a line what a person should know of a start that they did not type. */
  readonly onNote?: (text: string) => void;
}

export interface ContextOptions {
  readonly program: ThisProgram;
  readonly home?: string | undefined;
  readonly socket?: string | undefined;
  readonly start: boolean;
  readonly onGreeted?: ClientContext["onGreeted"];
  readonly onNote?: ClientContext["onNote"];
}

/** @throws {ConsoleError} `usage` where no home folder can be named, `unsafe_path` where it is not safely ours */
export function clientContext(options: ContextOptions): ClientContext {
  const cwd = currentFolder();
  if (options.home === "") {
    throw new ConsoleError("usage", "--home is empty, expected a path");
  }
  const root = resolveOwnHome(options.home);
  assertHomeSafe(denoFiles, root, ownUid());
  return {
    program: options.program,
    paths: homePaths(root),
    socketFlag: options.socket === undefined ? undefined : resolveFrom(options.socket, cwd),
    mayStart: options.start && !envFlag(env("AGENT_CONSOLE_NO_START")),
    kind: CLI,
    ...(options.onGreeted === undefined ? {} : { onGreeted: options.onGreeted }),
    ...(options.onNote === undefined ? {} : { onNote: options.onNote }),
  };
}

/** Looked up anew for each try: a daemon that came up since may listen elsewhere. */
export function contextEndpoint({ paths, socketFlag }: ClientContext): DaemonEndpoint {
  const fromEnv = env("AGENT_CONSOLE_SOCKET");
  return {
    paths,
    socketPath: socketFlag ?? (fromEnv ? resolveFrom(fromEnv, currentFolder()) : socketPathOf(denoFiles, paths)),
    uid: ownUid(),
  };
}
