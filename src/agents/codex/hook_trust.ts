/**
 * Whether Codex trusts our hooks, read from `codex app-server`: only Codex knows the hash that trust is bound to.
 * JSON-RPC without the `jsonrpc` member, one message a line (recorded with 0.169).
 */
import type { Trust } from "../shared/hook_trust.ts";
import { shellQuote } from "../../lib/shell_quote.ts";
import { ConsoleError } from "../../protocol/errors.ts";
import {
  type Fields,
  isFields,
  objectArrayField,
  objectField,
  parseObject,
  stringField,
} from "../../lib/json_fields.ts";

/** One of our definitions, as Codex reads it. */
export interface CodexHook {
  /** Its name in Codex's records of trust: `<file>:pre_tool_use:0:0`. */
  readonly key: string;
  readonly event: string;
  readonly command: string;
  /** To what trust is bound. */
  readonly hash: string;
  readonly trust: Trust;
}

/** Both ends of a running `codex app-server`. */
export interface ServerDialogOptions {
  readonly lines: AsyncIterable<string>;
  send(line: string): Promise<void>;
}

export interface OwnHookState {
  /** The settings file, as `hooks install` wrote it, every link followed. */
  readonly file: string;
  /** Our command lines, one for each kind of event. */
  readonly argvs: readonly (readonly string[])[];
  /** The folder whose project settings count too. */
  readonly cwd: string;
  /** Follows every link; the path itself where nothing is there. */
  readonly realPath: (path: string) => string;
}

/** A conversation with the app-server; requests go one after the other. @throws {ConsoleError} failed, from every method */
export class CodexServer {
  readonly #lines: AsyncIterator<string>;
  readonly #send: (line: string) => Promise<void>;
  #last = 0;

  private constructor(talk: ServerDialogOptions) {
    this.#lines = talk.lines[Symbol.asyncIterator]();
    this.#send = (line) => talk.send(line);
  }

  static async greet(talk: ServerDialogOptions, version: string): Promise<CodexServer> {
    const server = new CodexServer(talk);
    const clientInfo = { name: "agent-console", title: "agent-console", version };
    await server.#call("initialize", { clientInfo, capabilities: { experimentalApi: true } });
    await server.#say({ method: "initialized" });
    return server;
  }

  /** The definitions that run exactly one of our commands, from exactly our file: never those of others. */
  async ours({ file, argvs, cwd, realPath }: OwnHookState): Promise<readonly CodexHook[]> {
    const { data } = await this.#call("hooks/list", { cwds: [cwd] });
    if (!Array.isArray(data)) throw strange("its list of hooks is no list");
    const commands = argvs.map(shellQuote);
    return data.filter(isFields).flatMap((entry) => objectArrayField(entry, "hooks") ?? [])
      .filter((hook) =>
        commands.includes(stringField(hook, "command") ?? "") &&
        realPath(stringField(hook, "sourcePath") ?? "") === file
      )
      .flatMap((hook) => {
        const [key, event, hash, command] = ["key", "eventName", "currentHash", "command"]
          .map((name) => stringField(hook, name));
        return key && event && hash && command ? [{ key, event, command, hash, trust: trustIn(hook) }] : [];
      });
  }

  /** Records the user's trust in `hooks`, bound to their present hashes, where Codex's own `/hooks` does. */
  async trust(hooks: readonly CodexHook[]): Promise<void> {
    const value = Object.fromEntries(hooks.map(({ key, hash }) => [key, { trusted_hash: hash }]));
    await this.#call("config/batchWrite", { edits: [{ keyPath: "hooks.state", mergeStrategy: "upsert", value }] });
  }

  /** Takes the records of `keys` away. A null clears a path; a key has dots, so it is quoted. */
  async forget(keys: readonly string[]): Promise<void> {
    const edits = keys.map((key) => ({
      keyPath: `hooks.state.${JSON.stringify(key)}`,
      mergeStrategy: "replace",
      value: null,
    }));
    await this.#call("config/batchWrite", { edits });
  }

  async #call(method: string, params: Fields): Promise<Fields> {
    const id = ++this.#last;
    await this.#say({ id, method, params });
    for (;;) {
      const next = await this.#lines.next();
      if (next.done) throw strange(`it ended before it answered ${method}`);
      const message = parseObject(next.value);
      if (message?.["id"] !== id || "method" in message) continue; // notifications, and requests that we do not serve
      const result = objectField(message, "result");
      if (result !== undefined) return result;
      throw strange(
        `${method} was refused: ${stringField(objectField(message, "error") ?? {}, "message") ?? "no reason given"}`,
      );
    }
  }

  async #say(message: Fields): Promise<void> {
    try {
      await this.#send(JSON.stringify(message));
    } catch {
      throw strange("it ended");
    }
  }
}

function trustIn(hook: Fields): Trust {
  if (hook["enabled"] === false) return "off";
  const status = stringField(hook, "trustStatus");
  if (status === "managed") return "trusted";
  return status === "trusted" || status === "untrusted" || status === "modified" ? status : "unknown";
}

/** One word for all of ours: the one that keeps most of them from running. None at all: Codex does not read the file. */
export function trustOf(hooks: readonly CodexHook[]): Trust {
  const found = new Set(hooks.map(({ trust }) => trust));
  if (hooks.length === 0) return "off";
  return (["off", "untrusted", "modified", "unknown"] as const).find((trust) => found.has(trust)) ?? "trusted";
}

/**
 * What `config.toml` says without Codex: where it has no trust for an event of `file`, our hook is untrusted. Only
 * Codex knows whether a recorded hash is the present one.
 *
 * @param config config.toml as an object; undefined where there is none
 */
export function trustInFile(config: unknown, file: string, events: readonly string[]): Trust {
  const keys = trustRecords(config, file);
  const snake = (event: string) => event.replace(/(?!^)[A-Z]/g, "_$&").toLowerCase();
  const known = (event: string) => keys.some((key) => key.startsWith(`${file}:${snake(event)}:`));
  return events.every(known) ? "unknown" : "untrusted";
}

/** The names of Codex's records of trust in hooks of `file`, whoever's. */
export function trustRecords(config: unknown, file: string): readonly string[] {
  const hooks = isFields(config) ? objectField(config, "hooks") : undefined;
  const state = (hooks && objectField(hooks, "state")) ?? {};
  return Object.keys(state).filter((key) =>
    key.startsWith(`${file}:`) && stringField(objectField(state, key) ?? {}, "trusted_hash") !== undefined
  );
}

function strange(why: string): ConsoleError {
  return new ConsoleError("failed", `codex app-server gave no usable answer: ${why}`);
}
