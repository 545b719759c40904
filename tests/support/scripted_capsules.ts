/** A supervisor of capsules whose processes are none: what each answers, and how it ends, is the test's to say. */
import { PROCESS_LIMITS } from "../../src/capsule/process/limits.ts";
import type { RunCapsule, SupervisorPorts } from "../../src/capsule/process/ports.ts";
import { CapsuleSupervisor } from "../../src/capsule/process/supervisor.ts";
import { setTimer, systemClock } from "../../src/platform/clock.ts";
import type { PipedProcess } from "../../src/platform/piped_process.ts";
import { ConsoleError } from "../../src/protocol/errors.ts";

interface Message {
  readonly id?: number;
  /** Absent in an answer. */
  readonly method?: string;
  readonly params: Readonly<Record<string, unknown>>;
}

/** It answers every request at once with `{}`, but its start, pings before that, and what the test holds. */
export class ScriptedProcess {
  readonly got: Message[] = [];
  /** What it got as answers to its own calls. */
  readonly answers: Record<string, unknown>[] = [];
  readonly held = new Set(["start", "ping"]);
  isGone = false;
  readonly #out = new TransformStream<Uint8Array, Uint8Array>();
  readonly #writer = this.#out.writable.getWriter();
  readonly #ended = Promise.withResolvers<string>();
  readonly #exitCode = Promise.withResolvers<number | undefined>();

  constructor(readonly digest: string) {}

  /** The parameters of all that came by this method. */
  params(method: string): readonly unknown[] {
    return this.got.filter((one) => one.method === method).map(({ params }) => params);
  }

  say(message: Readonly<Record<string, unknown>>): void {
    const text = `${JSON.stringify({ jsonrpc: "2.0", ...message })}\n`;
    this.#writer.write(new TextEncoder().encode(text)).catch(() => {});
  }

  answer(method: string, result: unknown): void {
    this.say({ id: this.#idOf(method), result });
  }

  refuse(method: string, message: string): void {
    this.say({ id: this.#idOf(method), error: { code: -32000, message } });
  }

  #idOf(method: string): number {
    return this.got.find((one) => one.method === method)?.id ?? 0;
  }

  started(): void {
    this.held.delete("ping");
    this.answer("start", { commands: [], topics: ["session", "lost"], intercepts: false });
  }

  end(how: string, exitCode?: number): void {
    if (this.isGone) return;
    this.isGone = true;
    this.#writer.close().catch(() => {});
    this.#exitCode.resolve(exitCode);
    this.#ended.resolve(how);
  }

  piped(stderr: string): PipedProcess {
    const decoder = new TextDecoder();
    return {
      pid: 1,
      stdin: new WritableStream({
        write: (chunk) => {
          const message = JSON.parse(decoder.decode(chunk)) as Message;
          if (message.method === undefined) return void this.answers.push({ ...message });
          this.got.push(message);
          if (message.id !== undefined && !this.held.has(message.method)) this.say({ id: message.id, result: {} });
        },
        close: () => this.end("exit code 0", 0),
      }),
      stdout: this.#out.readable,
      stderr: ReadableStream.from([new TextEncoder().encode(stderr)]),
      ended: this.#ended.promise,
      exitCode: this.#exitCode.promise,
      slay: () => this.end("SIGKILL"),
    };
  }
}

export class ScriptedCapsules {
  readonly processes: ScriptedProcess[] = [];
  readonly failed: string[] = [];
  readonly warnings: string[] = [];
  readonly kv = new Map<string, string>();
  /** What holds, by the capsule's name. */
  readonly grants = new Map<string, RunCapsule["grant"]>();
  settings: Readonly<Record<string, string>> = {};
  /** Of each process. */
  stderr = "";
  readonly supervisor: CapsuleSupervisor;

  constructor() {
    this.supervisor = new CapsuleSupervisor(this.#ports(), {
      ...PROCESS_LIMITS,
      backoffMs: 1,
      stopMs: 200,
      graceMs: 200,
    });
  }

  /** Grants it. */
  granted(digest: string): RunCapsule {
    const manifest = { apiVersion: 1, commands: [], subscribes: ["session"], intercepts: [], priority: 0 } as const;
    const capabilities = { net: [], read: [], write: [], env: [], kv: 1_000_000, secrets: [], exec: [] };
    const grant = { name: "demo", digest, capabilities, manifest };
    this.grants.set("demo", grant);
    return { argv: [digest], grant, settings: () => this.settings };
  }

  /** The grants of the processes that live. */
  get living(): readonly string[] {
    return this.processes.filter(({ isGone }) => !isGone).map(({ digest }) => digest);
  }

  get state(): string | undefined {
    return this.supervisor.stateOf("demo")?.kind;
  }

  #ports(): SupervisorPorts {
    const silent = () => {};
    return {
      isGranted: (grant) => this.grants.get(grant.name) === grant,
      open: ([digest = ""]) => {
        const process = new ScriptedProcess(digest);
        this.processes.push(process);
        return process.piped(this.stderr);
      },
      clock: { ...systemClock, setTimer },
      log: { debug: silent, info: silent, warn: (text) => void this.warnings.push(text), error: silent },
      kv: {
        read: (name) => this.kv.get(name),
        write: (name, text) => void this.kv.set(name, text),
        remove: (name) => void this.kv.delete(name),
      },
      secret: () => {
        throw new ConsoleError("not_found", "there is no secret");
      },
      exec: () => Promise.reject(new ConsoleError("forbidden", "no command runs")),
      onFailed: (_, reason) => void this.failed.push(reason),
    };
  }
}
