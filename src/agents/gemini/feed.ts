/**
 * The reader of Gemini CLI's conversations (feeds.gemini_chats). It reads the files of the rows that wait or work, or did
 * so until a moment ago: of each the end, then what is added, piece by piece, and never a file at another place.
 */
import type { Session } from "../../domain/session.ts";
import { setTimer } from "../../platform/clock.ts";
import { isNotFound } from "../../platform/deno_files.ts";
import type { Files } from "../../platform/system.ts";
import { watchFolder } from "../../platform/watch_files.ts";
import { type ChatEnd, isChatIn, newestEnd } from "./chat_file.ts";
import { HOOK_GRACE_MS, isBusy, reconcileChat } from "./reconcile.ts";
import type { FeedPort, Guarded } from "../shared/feed_port.ts";

const AGENT = "gemini";
/** Most bytes of a file that are read at once. After an Esc the whole conversation is written again, behind its line. */
const MAX_BYTES = 262_144;
/** Reads of one file in one look: the rest has time. */
const MAX_READS = 16;
/** Delay after a change, ms: the hooks of the same moment come first, and say more. */
const GRACE_MS = 250;
const NEWLINE = 0x0a;

/** What is known of the file of a row. */
interface Chat {
  readonly path: string;
  /**
   * Where reading continues: at the beginning of a line, or in one that is skipped; undefined before the first time.
   */
  offset: number | undefined;
  end: ChatEnd | undefined;
  turn: number;
  turnSince: string;
}

export interface GeminiChatsOptions {
  /** `tmp` in Gemini CLI's folder: below it each project has a folder. */
  readonly folder: string;
  readonly files: Pick<Files, "readRange" | "stat">;
  readonly port: FeedPort;
  readonly guarded: Guarded;
}

export class GeminiChatsFeed {
  #o: GeminiChatsOptions;
  #chats = new Map<string, Chat>();
  /** Folders that are watched, with the stop of each. */
  #watched = new Map<string, () => void>();
  #due = false;
  #stopped = false;

  constructor(options: GeminiChatsOptions) {
    this.#o = options;
  }

  stop(): void {
    this.#stopped = true;
    for (const unwatch of this.#watched.values()) unwatch();
    this.#watched.clear();
  }

  /** A row was changed. What a turn that is over in an instant leaves behind is read, too. */
  rowChanged(id: string): void {
    const row = this.#stopped ? undefined : this.#o.port.get(id);
    if (row?.agent === AGENT && this.#chatOf(row) !== undefined) this.#lookSoon();
  }

  /** In a moment, and again when late hooks have come. */
  #lookSoon(): void {
    if (this.#due || this.#stopped) return;
    this.#due = true;
    setTimer(GRACE_MS, () => {
      this.#due = false;
      this.look();
    });
    setTimer(GRACE_MS + HOOK_GRACE_MS, () => this.look());
  }

  /** Looks at every row that waits or works. */
  look(): void {
    if (!this.#stopped) this.#o.guarded("the folder", () => this.#look());
  }

  #look(): void {
    const { folder, files, port, guarded } = this.#o;
    if (files.stat(folder) === undefined) return; // Gemini CLI makes the folder when it first runs
    const seen = new Set<string>();
    for (const row of [...port.sessions()]) { // a report changes what is iterated
      const chat = row.agent === AGENT ? this.#chatOf(row) : undefined;
      if (chat === undefined) continue;
      seen.add(row.id);
      // One that cannot be read keeps none of the others from being read.
      guarded(chat.path, () => this.#readOn(chat));
      if (this.#stopped) return;
      const { end, turnSince } = chat;
      const event = end && reconcileChat({ end, row, turnSince, now: port.now() });
      if (event !== undefined) port.report({ agent: AGENT, sessionId: row.id, facts: {}, event });
    }
    for (const id of [...this.#chats.keys()]) if (!seen.has(id)) this.#chats.delete(id);
    this.#watch();
  }

  /** Undefined for rows that have been at rest, and for files that we may not read. */
  #chatOf(row: Session): Chat | undefined {
    const known = this.#chats.get(row.id);
    const { transcriptPath: path = "", lastEventAt, turnCount } = row;
    const resting = known === undefined || Date.parse(this.#o.port.now()) - Date.parse(lastEventAt) > 2 * HOOK_GRACE_MS;
    if (row.status === "closed" || (!isBusy(row) && resting) || !isChatIn(this.#o.folder, path)) return undefined;
    if (known?.path === path) {
      if (known.turn !== turnCount) Object.assign(known, { turn: turnCount, turnSince: lastEventAt });
      return known;
    }
    const chat = { path, offset: undefined, end: undefined, turn: turnCount, turnSince: lastEventAt };
    this.#chats.set(row.id, chat);
    return chat;
  }

  #readOn(chat: Chat): void {
    const size = this.#sizeOf(chat.path);
    if (size === undefined) return;
    if (chat.offset === undefined || chat.offset > size) chat.offset = Math.max(0, size - MAX_BYTES);
    for (let reads = 0; chat.offset < size; reads++) {
      if (reads === MAX_READS) return this.#lookSoon();
      const before: number = chat.offset;
      chat.offset = this.#read(chat, before, Math.min(MAX_BYTES, size - before));
      if (chat.offset === before) return; // a line that is not whole yet
    }
  }

  /** @returns where reading continues */
  #read(chat: Chat, from: number, length: number): number {
    let bytes: Uint8Array;
    try {
      bytes = this.#o.files.readRange(chat.path, from, length);
    } catch (error) {
      if (isNotFound(error)) return from; // it went meanwhile
      throw error;
    }
    const whole = bytes.lastIndexOf(NEWLINE) + 1;
    const end = newestEnd(new TextDecoder().decode(bytes.subarray(0, whole)));
    if (end !== undefined && (chat.end === undefined || end.at >= chat.end.at)) chat.end = end;
    // A line longer than all that is read at once is passed over; its rest is no line of its own.
    return from + (whole > 0 || bytes.length < MAX_BYTES ? whole : bytes.length);
  }

  /** Only of a file in folders: a link might lead elsewhere. */
  #sizeOf(path: string): number | undefined {
    const chats = path.slice(0, path.lastIndexOf("/"));
    const { stat } = this.#o.files;
    for (const folder of [chats.slice(0, chats.lastIndexOf("/")), chats]) {
      if (stat(folder)?.kind !== "directory") return undefined;
    }
    const file = stat(path);
    return file?.kind === "file" ? file.size : undefined;
  }

  #watch(): void {
    const wanted = new Set([...this.#chats.values()].map(({ path }) => path.slice(0, path.lastIndexOf("/"))));
    for (const [folder, unwatch] of this.#watched) {
      if (wanted.has(folder)) continue;
      unwatch();
      this.#watched.delete(folder);
    }
    for (const folder of wanted) {
      if (!this.#stopped && !this.#watched.has(folder)) this.#o.guarded(folder, () => this.#watchOne(folder));
    }
  }

  #watchOne(folder: string): void {
    if (this.#o.files.stat(folder)?.kind !== "directory") return;
    try {
      this.#watched.set(folder, watchFolder(folder, () => this.#lookSoon()));
    } catch (error) {
      if (!isNotFound(error)) throw error; // it went meanwhile
    }
  }
}
