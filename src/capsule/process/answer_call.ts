/** What a capsule may call of the daemon: its own keys and values, and the secrets and commands that were granted. */
import { READ_ONLY_COMMANDS } from "../../core/read_only_commands.ts";
import { escapeControls } from "../../domain/sanitize.ts";
import { ConsoleError } from "../../protocol/errors.ts";
import type { KvStore } from "./kv_store.ts";
import type { CapsuleCall } from "./messages.ts";
import type { RunCapsule, SupervisorPorts } from "./ports.ts";

export interface AnswerOptions {
  readonly grant: RunCapsule["grant"];
  readonly kv: KvStore;
  readonly ports: Pick<SupervisorPorts, "clock" | "exec" | "secret">;
  /** For a command of the console. */
  readonly execMs: number;
}

/** A command of the console and the words behind it, on one line. */
const LINE = /^\/?([a-z][a-z0-9_-]*)(?:[ \t]+([^\r\n]*))?$/;
/** Of a command's text, UTF-16 units: with its escapes it is far below one message. */
const MAX_RESPONSE = 100_000;

/** @throws {ConsoleError} */
export async function answerCall(
  { method, params }: CapsuleCall,
  options: AnswerOptions,
  signal: AbortSignal,
): Promise<unknown> {
  const { kv, grant: { capabilities }, ports } = options;
  if (method === "kv.get") return { value: kv.get(params.key) };
  if (method === "kv.set") return await kv.set(params.key, params.value);
  if (method === "kv.delete") return await kv.delete(params.key);
  if (method === "kv.list") return { keys: kv.list(params.prefix) };
  if (method === "fetch") throw new ConsoleError("forbidden", "no test runs: a granted capsule fetches by itself");
  if (method === "exec") return await exec(params.line, options, signal);
  if (!capabilities.secrets.includes(params.name)) {
    throw new ConsoleError("forbidden", `the secret ${escapeControls(params.name)} is not granted to it`);
  }
  return { value: ports.secret(params.name) };
}

/** What else a line may begin with, such as a prompt to an agent, is no command: it is refused here. */
async function exec(line: string, { grant, ports, execMs }: AnswerOptions, signal: AbortSignal): Promise<unknown> {
  const [, name = "", words] = LINE.exec(line.trim()) ?? [];
  if (!grant.capabilities.exec.includes(name)) {
    const what = name === "" ? "it is no command of the console" : `the command ${name} is not granted to it`;
    throw new ConsoleError("forbidden", what);
  }
  // A grant in the journal may be of a version that read manifests otherwise.
  if (!READ_ONLY_COMMANDS.includes(name)) {
    throw new ConsoleError("forbidden", `the command ${name} does more than look`);
  }
  const late = new AbortController();
  const callOff = ports.clock.setTimer(execMs, () => late.abort(new ConsoleError("timeout", `${name} took too long`)));
  const ended = AbortSignal.any([signal, late.signal]);
  try {
    const run = ports.exec(grant.name, `/${name}${words === undefined ? "" : ` ${words}`}`, ended);
    const { success, response } = await Promise.race([run, rejected(ended)]);
    return { success, response: response.slice(0, MAX_RESPONSE) };
  } finally {
    callOff();
  }
}

function rejected(signal: AbortSignal): Promise<never> {
  return new Promise((_, reject) => {
    if (signal.aborted) reject(signal.reason);
    signal.addEventListener("abort", () => reject(signal.reason), { once: true });
  });
}
