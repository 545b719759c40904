/**
 * Runs the plugin's text as OpenCode does and feeds it what OpenCode was recorded to say; the hook command is a shell
 * that writes each event into a pipe. So the recordings prove the plugin and the adapter together. They hold hundreds
 * of events: for them no shell is started, and the pipe is written here.
 */
import { EventEmitter } from "node:events";
import { assert } from "@std/assert";
import { opencodePlugin } from "../../src/agents/opencode/plugin.ts";
import type { Recorded } from "./replay.ts";

const DEADLINE_MS = 10_000;
/** A session that OpenCode does not have: when it arrives, all before it has. */
const MARK = "mark";
/** Where it listens. */
export const PLAYED_SERVER = "http://127.0.0.1:4096/";
/** With what the plugin starts processes. */
const SPAWN = 'import { spawn } from "node:child_process";';

export type Forwarded = Readonly<Record<string, unknown>>;

type Hook = (...args: unknown[]) => Promise<void>;

interface Posted {
  readonly url: string;
  readonly path: Readonly<Record<string, string>>;
  readonly body: Readonly<Record<string, unknown>>;
}

export class PluginPlayer implements AsyncDisposable {
  readonly posted: Posted[] = [];
  readonly #folder: string;
  readonly #pipe: Deno.FsFile;
  readonly #command: readonly string[];
  #hooks: Readonly<Record<string, Hook>> = {};
  #sessions = new Set<string>();
  #text = "";
  #onPost: () => void = () => {};
  #refused = /^$/;
  #startsProcesses = true;

  private constructor(folder: string, pipe: Deno.FsFile, answers: string, before: string) {
    this.#folder = folder;
    this.#pipe = pipe;
    // One write, so that processes that end at once do not mix their lines.
    this.#command = [
      "sh",
      "-c",
      `IFS= read -r event; ${before}; printf '%s\\n' "$event" > "$0"; ${answers}`,
      `${folder}/pipe`,
    ];
  }

  /** What the hook command does after it told us of the event (`$event`), and `before` that, as shell commands. */
  static async create(answers = ":", before = ":"): Promise<PluginPlayer> {
    const folder = await Deno.makeTempDir();
    await new Deno.Command("mkfifo", { args: [`${folder}/pipe`] }).output();
    return new PluginPlayer(folder, await Deno.open(`${folder}/pipe`, { read: true, write: true }), answers, before);
  }

  /** The same without processes: each event is in the pipe at once, and its hook says nothing. */
  static async withoutProcesses(): Promise<PluginPlayer> {
    const player = await PluginPlayer.create();
    player.#startsProcesses = false;
    Reflect.set(globalThis, player.#spawnName, player.#spawn);
    return player;
  }

  get #spawnName(): string {
    return `spawn in ${this.#folder}`;
  }

  readonly #spawn = () => {
    const child = new EventEmitter();
    const end = async (event: string) => {
      // Not by the file that is read: its write would wait until that read has something.
      await Deno.writeTextFile(`${this.#folder}/pipe`, `${event}\n`, { append: true });
      child.emit("close");
    };
    return Object.assign(child, { stdin: { on() {}, end }, stdout: { on() {} }, kill() {} });
  };

  async [Symbol.asyncDispose](): Promise<void> {
    Reflect.deleteProperty(globalThis, this.#spawnName);
    this.#pipe.close();
    await Deno.remove(this.#folder, { recursive: true });
  }

  /** One line of a recording; gives what the plugin forwarded for it, in order. */
  async play({ event = "", stdin }: Pick<Recorded, "event" | "stdin">): Promise<readonly Forwarded[]> {
    const it = stdin as Record<string, unknown>;
    if (event === "plugin.init") {
      await this.load(String(it["directory"]));
      return [];
    }
    if (event === "dispose") {
      const ending = [...this.#sessions];
      await this.end();
      const out: Forwarded[] = [];
      for (const _ of ending) out.push(await this.next());
      return out;
    }
    const out: Forwarded[] = [];
    if (event.startsWith("event:")) this.tell(event.slice("event:".length), it);
    else await this.#hooks[event]?.(it["input"], it["output"]);
    // The queue waits for a question only so long: on a slow machine the mark would overtake its process.
    if (this.#startsProcesses && event.endsWith(".asked")) out.push(await this.next());
    this.tell("session.deleted", { info: { id: MARK } });
    for (let line = await this.next(); line["sessionID"] !== MARK; line = await this.next()) out.push(line);
    for (const line of out) if (line["parentID"] === undefined) this.#sessions.add(String(line["sessionID"]));
    return out;
  }

  /** A fresh plugin, as at OpenCode's start. */
  async load(directory: string): Promise<void> {
    const whole = opencodePlugin(this.#command);
    const text = this.#startsProcesses
      ? whole
      : whole.replace(SPAWN, `const spawn = globalThis["${this.#spawnName}"];`);
    assert(this.#startsProcesses || text !== whole, "the plugin's import of spawn is another one");
    const url = `data:text/javascript,${encodeURIComponent(text)}`;
    const { AgentConsole } = await import(url);
    const post = (request: Posted) => {
      this.posted.push(request);
      this.#onPost();
      return Promise.resolve(this.#refused.test(request.url) ? { error: {} } : {});
    };
    this.#hooks = await AgentConsole({ directory, serverUrl: new URL(PLAYED_SERVER), client: { _client: { post } } });
    this.#sessions = new Set();
  }

  /** OpenCode's server does not know these addresses. */
  refuse(urls: RegExp): void {
    this.#refused = urls;
  }

  /** OpenCode quits. */
  async end(): Promise<void> {
    await this.#hooks["dispose"]?.();
  }

  /** One event of OpenCode's bus. */
  tell(type: string, properties: Readonly<Record<string, unknown>>): void {
    void this.#hooks["event"]?.({ event: { type, properties } });
  }

  /** The next event that the hook command got. */
  async next(): Promise<Forwarded> {
    const deadline = Date.now() + DEADLINE_MS;
    const bytes = new Uint8Array(65_536);
    while (!this.#text.includes("\n")) {
      const left = deadline - Date.now();
      assert(left > 0, "no event within the deadline");
      const read = await withDeadline(this.#pipe.read(bytes), left);
      this.#text += new TextDecoder().decode(bytes.subarray(0, read ?? 0));
    }
    const end = this.#text.indexOf("\n");
    const line = this.#text.slice(0, end);
    this.#text = this.#text.slice(end + 1);
    return JSON.parse(line) as Forwarded;
  }

  /** Resolves with what the plugin posts to OpenCode's server next. */
  async post(): Promise<Posted> {
    if (this.posted.length === 0) {
      const { promise, resolve } = Promise.withResolvers<void>();
      this.#onPost = resolve;
      await withDeadline(promise, DEADLINE_MS);
    }
    const first = this.posted.shift();
    assert(first !== undefined);
    return first;
  }
}

async function withDeadline<T>(work: Promise<T>, ms: number): Promise<T> {
  const { promise, reject } = Promise.withResolvers<never>();
  const timer = setTimeout(() => reject(new Error("the deadline has passed")), ms);
  try {
    return await Promise.race([work, promise]);
  } finally {
    clearTimeout(timer);
  }
}
