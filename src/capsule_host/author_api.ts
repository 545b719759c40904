/** The object that a capsule's main gets, and what it has registered there. */
import type {
  Capsule,
  CapsuleEvent,
  CapsuleSettings,
  CommandHandler,
  CommandOutcome,
  InterceptHandler,
} from "../../install/capsules/agent-console.d.ts";
import { isNestedBeyond } from "../lib/json_nesting.ts";
import type { DaemonConnection } from "./stdio_connection.ts";
import { intrinsics } from "./intrinsics.ts";

type Listener = (event: CapsuleEvent) => void | Promise<void>;

/** What the registered handlers are called by; none of the lists has a prototype. */
export interface Registered {
  readonly commands: Record<string, CommandHandler>;
  readonly listeners: Record<string, Listener[]>;
  intercept: InterceptHandler | undefined;
  settings: CapsuleSettings;
  /** Main has ended: nothing more is registered. */
  isClosed: boolean;
}

const { freeze, stringify } = intrinsics;

/** How deep values may nest, and how long texts may be, UTF-16 units: the daemon ends a capsule that sends others. */
const VALUE = { depth: 60, containers: 49_000 } as const;
const KEY = { min: 1, max: 256 } as const;
const PREFIX = { min: 0, max: 256 } as const;
const SECRET = { min: 1, max: 64 } as const;
const LINE = { min: 0, max: 4096 } as const;

export function makeRegistered(): Registered {
  return {
    commands: Object.create(null),
    listeners: Object.create(null),
    intercept: undefined,
    settings: freeze({}),
    isClosed: false,
  };
}

export function makeCapsule(
  name: string,
  registered: Registered,
  connection: DaemonConnection,
  signal: AbortSignal,
): Capsule {
  const open = (what: string) => {
    if (registered.isClosed) throw new Error(`${what} is registered too late: do it before main ends`);
  };
  return freeze<Capsule>({
    name,
    get settings() {
      return registered.settings;
    },
    signal,
    on: (topic: string, listener: unknown) => {
      open(`a listener of ${topic}`);
      const list = registered.listeners[topic] ??= [];
      list[list.length] = checked(listener as Listener, `the listener of ${topic}`);
    },
    command: (command, handler) => {
      open(`the command ${command}`);
      if (registered.commands[command] !== undefined) throw new Error(`the command ${command} has a handler already`);
      registered.commands[command] = checked(handler, `the handler of ${command}`);
    },
    intercept: (handler) => {
      open("an interceptor");
      if (registered.intercept !== undefined) throw new Error("there is an interceptor already");
      registered.intercept = checked(handler, "the interceptor");
    },
    kv: freeze({
      get: async (key: string) => {
        const found = await connection.call("kv.get", `{"key":${words(key, "the key", KEY)}}`) as { value?: unknown };
        return found.value;
      },
      set: async (key: string, value: unknown) => {
        await connection.call(
          "kv.set",
          `{"key":${words(key, "the key", KEY)},"value":${json(value, `the value of ${key}`)}}`,
        );
      },
      delete: async (key: string) => {
        await connection.call("kv.delete", `{"key":${words(key, "the key", KEY)}}`);
      },
      list: async (prefix = "") => {
        const { keys } = await connection.call("kv.list", `{"prefix":${words(prefix, "the prefix", PREFIX)}}`) as {
          keys: string[];
        };
        return keys;
      },
    }),
    secret: async (secret) => {
      const { value } = await connection.call("secret", `{"name":${words(secret, "the name", SECRET)}}`) as {
        value: string;
      };
      return value;
    },
    log: (text, fields) =>
      void connection.log("info", `${text}`, fields === undefined ? undefined : json(fields, "the fields")),
    exec: async (line) => await connection.call("exec", `{"line":${words(line, "the line", LINE)}}`) as CommandOutcome,
  });
}

function checked<T>(handler: T, what: string): T {
  if (typeof handler !== "function") throw new Error(`${what} is no function`);
  return handler;
}

/** @throws Error where it is no text, or none of that length */
function words(value: unknown, what: string, { min, max }: { readonly min: number; readonly max: number }): string {
  if (typeof value !== "string") throw new Error(`${what} is no text`);
  if (value.length < min) throw new Error(`${what} is empty`);
  if (value.length > max) throw new Error(`${what} has more than ${max} characters`);
  return json(value, what);
}

/** @throws Error where JSON cannot hold it, or a message of the connection */
function json(value: unknown, what: string): string {
  const text = stringify(value);
  if (text === undefined) throw new Error(`${what} cannot be written as JSON`);
  if (isNestedBeyond(text, VALUE)) throw new Error(`${what} nests too deep, or has too many lists and objects`);
  return text;
}
