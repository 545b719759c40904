/** The tmux panes that agents run in: their servers, and which of them are in front of somebody. */
import { isTmuxSocket, listClients, readClients, tmuxPane } from "../domain/tmux.ts";
import type { Store } from "../core/store.ts";
import type { RunBounded } from "../platform/bounded_run.ts";
import type { Need } from "../view/need_words.ts";

/** How tmux is run. */
export interface TmuxRun {
  readonly program: string;
  readonly run: RunBounded;
  readonly env: Readonly<Record<string, string>>;
}

/** tmux servers that are spoken to at once. */
const MAX_SERVERS = 4;

/** A bound for a look at a server, ms: one that hangs must not hold up the others. */
export const TMUX_MS = 1000;

export interface PanesOptions {
  readonly store: Store;
  /** Undefined where this daemon may not run tmux. */
  readonly tmux: TmuxRun | undefined;
  readonly uid: number | null;
}

export class Panes {
  #options: PanesOptions;

  constructor(options: PanesOptions) {
    this.#options = options;
  }

  /**
   * Of the servers that open sessions are in.
   *
   * @param own one more, which comes first; not spoken to unless it is in tmux's own folder
   */
  sockets(own?: string): readonly string[] {
    const { store, uid } = this.#options;
    const sockets = new Set<string>(own !== undefined && isTmuxSocket(own, uid) ? [own] : []);
    for (const { id, status } of store.sessions()) {
      if (sockets.size >= MAX_SERVERS) break;
      const socket = status === "closed" ? undefined : this.#paneOf(id)?.socket;
      if (socket !== undefined) sockets.add(socket);
    }
    return [...sockets];
  }

  /** Those of `needs` whose pane is in front of somebody now. Never throws. */
  async visible(needs: readonly Need[]): Promise<ReadonlySet<Need>> {
    const { tmux } = this.#options;
    const panes = needs.map((need) => ({ need, at: this.#paneOf(need.sessionId) }));
    const sockets = [...new Set(panes.flatMap(({ at }) => at?.socket ?? []))].slice(0, MAX_SERVERS);
    if (tmux === undefined) return new Set();
    const shown = await Promise.all(sockets.map(async (socket) => {
      const clients = await clientsOf(socket, tmux);
      return (clients ?? []).map(({ pane }) => `${pane} ${socket}`);
    }));
    const inFront = new Set(shown.flat());
    return new Set(
      panes.filter(({ at }) => at !== undefined && inFront.has(`${at.pane} ${at.socket}`))
        .map(({ need }) => need),
    );
  }

  /** In a container the same path is another server's. */
  #paneOf(id: string) {
    const { store, uid } = this.#options;
    return store.processes.foreign.has(id) ? undefined : tmuxPane(store.get(id)?.terminal, uid);
  }
}

/** The clients of a tmux server; undefined where it does not answer. */
export async function clientsOf(
  socket: string,
  { program, run, env }: TmuxRun,
  signal?: AbortSignal,
): Promise<ReturnType<typeof readClients> | undefined> {
  const options = { env, ms: TMUX_MS, ...(signal === undefined ? {} : { signal }) };
  const outcome = await run([program, ...listClients(socket)], options);
  return outcome.kind === "ended" && outcome.code === 0 ? readClients(outcome.stdout) : undefined;
}
