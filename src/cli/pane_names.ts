/** Where the panes of tmux are now: hooks report their ids, people know them by session, window and place. */
import type { SessionView } from "../domain/query.ts";
import { socketOfTmux } from "../domain/tmux.ts";
import { denoFiles } from "../platform/deno_files.ts";
import { namedEnv } from "../platform/environment.ts";
import { env, ownUid, run } from "../platform/process.ts";
import { paneKey, type PaneNames } from "../domain/terminal_place.ts";

/** For one server, ms: a list is not kept waiting for one that hangs. */
const ASK_MS = 200;
const PROGRAMS: readonly string[] = ["/usr/bin/tmux", "/usr/local/bin/tmux", "/opt/homebrew/bin/tmux", "/bin/tmux"];

/** As far as the user's own servers know them; of others nothing is asked. */
export async function paneNames(sessions: readonly SessionView[]): Promise<PaneNames> {
  const reported = new Set(sessions.flatMap(({ terminal }) => terminal?.tmuxPane ? [terminal.tmuxSocket] : []));
  const own = ownSockets().filter((socket) => reported.has(socket));
  const program = own.length === 0 ? undefined : PROGRAMS.find((path) => denoFiles.stat(path) !== undefined);
  if (program === undefined) return new Map();
  const lists = await Promise.all(own.map(async (socket) => await panesOf(program, socket)));
  return new Map(lists.flat());
}

/**
 * The server that we are in, and the usual one. A hook may report any path as its socket, and whoever listens there
 * could have the client of tmux run a program: so only those are asked that no hook has named first.
 */
function ownSockets(): readonly string[] {
  const ours = socketOfTmux(env("TMUX") ?? "");
  const usual = `${env("TMUX_TMPDIR") || "/tmp"}/tmux-${ownUid()}/default`;
  return [...new Set([...(ours === "" ? [] : [ours]), usual])];
}

async function panesOf(program: string, socket: string): Promise<[key: string, name: string][]> {
  const format = "#{pane_id} #{session_name}:#{window_index}.#{pane_index}";
  try {
    const { code, stdout } = await run([program, "-S", socket, "list-panes", "-a", "-F", format], {
      env: namedEnv(["HOME", "LANG", "LC_ALL"]),
      cwd: "/",
      signal: AbortSignal.timeout(ASK_MS),
    });
    if (code !== 0) return [];
    return stdout.split("\n").flatMap((line): [string, string][] => {
      const [, pane, name] = /^(%\d+) (.+)$/.exec(line) ?? [];
      return pane === undefined || name === undefined ? [] : [[paneKey(socket, pane), name]];
    });
  } catch {
    return []; // it hangs, or is no program that can be run: the ids stay
  }
}
