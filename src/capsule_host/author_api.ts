/** The object that a capsule's main gets, and what it has registered there. */
import type {
  Capsule,
  CapsuleEvent,
  CapsuleSettings,
  CommandHandler,
  CommandOutcome,
  InterceptHandler,
} from "../../install/capsules/agent-console.d.ts";
import type { HostChannel } from "./line_channel.ts";
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
  channel: HostChannel,
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
        const found = await channel.call("kv.get", `{"key":${json(key, "the key")}}`) as { value?: unknown };
        return found.value;
      },
      set: async (key: string, value: unknown) => {
        await channel.call("kv.set", `{"key":${json(key, "the key")},"value":${json(value, `the value of ${key}`)}}`);
      },
      delete: async (key: string) => {
        await channel.call("kv.delete", `{"key":${json(key, "the key")}}`);
      },
      list: async (prefix = "") => {
        const { keys } = await channel.call("kv.list", `{"prefix":${json(prefix, "the prefix")}}`) as {
          keys: string[];
        };
        return keys;
      },
    }),
    secret: async (secret) => {
      const { value } = await channel.call("secret", `{"name":${json(secret, "the name")}}`) as { value: string };
      return value;
    },
    log: (text, fields) =>
      void channel.log("info", `${text}`, fields === undefined ? undefined : json(fields, "the fields")),
    exec: async (line) => await channel.call("exec", `{"line":${json(line, "the line")}}`) as CommandOutcome,
  });
}

function checked<T>(handler: T, what: string): T {
  if (typeof handler !== "function") throw new Error(`${what} is no function`);
  return handler;
}

/** @throws Error where JSON cannot hold it */
function json(value: unknown, what: string): string {
  const text = stringify(value);
  if (text === undefined) throw new Error(`${what} cannot be written as JSON`);
  return text;
}
