/**
 * Reads Claude Code's status files (feeds.claude_sessions). It never lists the folder: it reads the files of the
 * processes whose rows are open, on a change notification and on each tick.
 */
import type { Report } from "../../domain/report.ts";
import type { Session } from "../../domain/session.ts";
import { setTimer } from "../../platform/clock.ts";
import { isNotFound } from "../../platform/deno_files.ts";
import type { Files } from "../../platform/system.ts";
import { watchFolder } from "../../platform/watch_files.ts";
import { isHeld, reconcile, reconcileChild, STABLE_MS } from "./reconcile.ts";
import { type ClaudeStatus, pidOfStatusFile, readClaudeStatus } from "./session_file.ts";
import type { FeedPort, Guarded } from "../shared/feed_port.ts";

const AGENT = "claude";
/** A status file has some 600 bytes; far more is none. */
const MAX_BYTES = 65_536;
/** Delay after a change, ms: the hooks of the same moment come first, and say more. */
const GRACE_MS = 250;

type OpenRow = Session & { readonly pid: number };

export interface ClaudeSessionsOptions {
  readonly folder: string;
  readonly files: Pick<Files, "read" | "stat">;
  readonly port: FeedPort;
  readonly guarded: Guarded;
}

export class ClaudeSessionsFeed {
  #o: ClaudeSessionsOptions;
  #unwatch: (() => void) | undefined;
  #changed = new Set<number>();
  #stopped = false;

  constructor(options: ClaudeSessionsOptions) {
    this.#o = options;
  }

  stop(): void {
    this.#stopped = true;
    this.#unwatch?.();
    this.#unwatch = undefined;
  }

  /** Looks at every open row, and watches the folder as soon as there is one. */
  look(): void {
    if (this.#stopped) return;
    this.#o.guarded("the folder", () => this.#watch());
    const rows = [...this.#open()];
    this.#lookAtEach(new Set(rows.map((row) => row.pid)), rows);
  }

  #watch(): void {
    try {
      this.#unwatch ??= watchFolder(this.#o.folder, (names) => this.#onChange(names));
    } catch (error) {
      if (!isNotFound(error)) throw error; // Claude makes the folder when it first runs
    }
  }

  #onChange(names: readonly string[]): void {
    if (names.includes(this.#o.folder.slice(this.#o.folder.lastIndexOf("/") + 1))) {
      this.#unwatch?.(); // the folder itself went; a new one of that name is watched at the next look
      this.#unwatch = undefined;
    }
    const pids = names.flatMap((name) => pidOfStatusFile(name) ?? []);
    if (pids.length === 0) return;
    if (this.#changed.size === 0) {
      setTimer(GRACE_MS, () => this.#lookAtChanged(this.#changed));
      setTimer(GRACE_MS + STABLE_MS, () => this.look());
    }
    for (const pid of pids) this.#changed.add(pid);
  }

  #lookAtChanged(pids: ReadonlySet<number>): void {
    this.#changed = new Set();
    this.#lookAtEach(pids, [...this.#open()]);
  }

  /** A file that cannot be read keeps none of the others from being read. */
  #lookAtEach(pids: ReadonlySet<number>, rows: readonly OpenRow[]): void {
    for (const pid of pids) {
      if (!this.#stopped) this.#o.guarded(`the file of ${pid}`, () => this.#lookAt(pid, rows));
    }
  }

  *#open(): Generator<OpenRow> {
    for (const row of this.#o.port.sessions()) {
      const { agent, status, pid, parentId } = row;
      if (agent === AGENT && status !== "closed" && pid !== undefined && parentId === undefined) yield { ...row, pid };
    }
  }

  #lookAt(pid: number, rows: readonly OpenRow[]): void {
    const open = rows.filter((row) => row.pid === pid);
    const file = open.length === 0 ? undefined : this.#read(pid);
    for (const row of open) if (file !== undefined && row.id === file.sessionId) this.#compare(file, row);
  }

  #compare(file: ClaudeStatus, row: Session): void {
    const now = this.#o.port.now();
    const children = this.#o.port.children(row.id).filter(({ status }) => status === "waiting");
    for (const child of children) {
      const event = reconcileChild({ file, row: child, now });
      if (event !== undefined) this.#report(row.id, event, { id: child.id, type: child.title ?? "" });
    }
    const childWaits = children.some((child) => !isHeld(child));
    const event = reconcile({ file, row, childWaits, now });
    if (event !== undefined) this.#report(row.id, event);
  }

  #report(sessionId: string, event: Report["event"], subagent?: Report["subagent"]): void {
    this.#o.port.report({
      agent: AGENT,
      sessionId,
      facts: {},
      event,
      ...(subagent === undefined ? {} : { subagent }),
    });
  }

  /** A missing file is no evidence: the look at the processes decides who is gone. */
  #read(pid: number): ClaudeStatus | undefined {
    const path = `${this.#o.folder}/${pid}.json`;
    const stat = this.#o.files.stat(path);
    if (stat?.kind !== "file" || stat.size > MAX_BYTES) return undefined;
    try {
      return readClaudeStatus(new TextDecoder().decode(this.#o.files.read(path)), pid);
    } catch (error) {
      if (isNotFound(error)) return undefined; // it went meanwhile
      throw error;
    }
  }
}
