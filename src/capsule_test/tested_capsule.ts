/** The processes of a capsule that is tested, one after the other, with what outlives them: what it keeps, what it says. */
import type { CapsuleFolder } from "../capsule/folder.ts";
import { answerCall } from "../capsule/process/answer_call.ts";
import { CapsuleProcess } from "../capsule/process/capsule_process.ts";
import type { CapsuleLogSink } from "../capsule/process/capsule_log.ts";
import { KvStore } from "../capsule/process/kv_store.ts";
import { PROCESS_LIMITS } from "../capsule/process/limits.ts";
import type { CapsuleCall } from "../capsule/process/messages.ts";
import { registeredProblem } from "../capsule/process/registered_problem.ts";
import { setTimer, systemClock } from "../platform/clock.ts";
import { startPiped } from "../platform/piped_process.ts";
import { ConsoleError } from "../protocol/errors.ts";
import { FetchDouble } from "./fetches.ts";
import type { CapsuleTest } from "./test_text.ts";

const CLOCK = { ...systemClock, setTimer };

export class TestedCapsule {
  readonly fetches: FetchDouble;
  /** The lines of its log, those of stderr too. */
  readonly said: string[] = [];
  readonly #capsule: CapsuleFolder;
  readonly #test: CapsuleTest;
  readonly #argv: readonly string[];
  readonly #kv: KvStore;
  #kept: string | undefined;
  #process: CapsuleProcess | undefined;
  #seq = 0;
  #isStopping = false;
  /** Why the process ended that runs, or ran last; undefined while it runs, and where it was stopped. */
  crash: { readonly why: string } | undefined;

  /** @param argv starts a process of it, the program an absolute path */
  constructor(capsule: CapsuleFolder, test: CapsuleTest, argv: readonly string[]) {
    this.#capsule = capsule;
    this.#test = test;
    this.#argv = argv;
    const { name, capabilities: { kv, net } } = capsule.manifest;
    this.fetches = new FetchDouble(net);
    this.#kept = Object.keys(test.kv).length === 0 ? undefined : JSON.stringify(Object.entries(test.kv));
    const files = {
      read: () => this.#kept,
      write: (_: string, text: string) => void (this.#kept = text),
      remove: () => void (this.#kept = undefined),
    };
    this.#kv = new KvStore({ name, files, clock: CLOCK, everyMs: PROCESS_LIMITS.kvWriteMs }, kv);
  }

  /** Starts a process, which has the time `now`. @throws {ConsoleError} `failed`, `timeout` */
  async start(now: string): Promise<void> {
    const { manifest } = this.#capsule;
    const process = this.#process = new CapsuleProcess({
      name: manifest.name,
      argv: this.#argv,
      open: (argv) => startPiped(argv, { cwd: "/", env: {} }),
      clock: CLOCK,
      limits: PROCESS_LIMITS,
      onCall: (call, signal) => this.#answer(call, signal),
      onLog: (line) => this.#heard(line),
    });
    this.#isStopping = false;
    this.crash = undefined;
    void process.ended.then((why) => {
      if (!this.#isStopping) this.crash = { why };
    });
    const usual = Object.entries(manifest.settings).map(([key, setting]) => [key, setting.default]);
    await this.setTime(now);
    const registered = await process.start(manifest.apiVersion, {
      ...Object.fromEntries(usual),
      ...this.#test.settings,
    });
    const problem = registeredProblem(manifest, registered);
    if (problem !== undefined) throw new ConsoleError("failed", problem);
  }

  /** @throws {ConsoleError} what its handlers have thrown */
  async event(
    event: { readonly ts: string; readonly type: string; readonly data: unknown },
    seq?: number,
  ): Promise<void> {
    this.#seq = seq ?? this.#seq + 1;
    await this.#event(this.#seq, event);
  }

  /** Its `Date` goes on from this time, ISO 8601. @throws {ConsoleError} */
  async setTime(now: string): Promise<void> {
    await this.#unheard(now);
  }

  /** Resolves behind all that it has said before; its time stays as it is. @throws {ConsoleError} */
  async settle(): Promise<void> {
    await this.#unheard("");
  }

  /** An event of a topic that there is not: nothing listens to it, and it is answered in its turn. */
  async #unheard(ts: string): Promise<void> {
    await this.#event(0, { ts, type: "clock", data: {} });
  }

  async #event(
    seq: number,
    { ts, type, data }: { readonly ts: string; readonly type: string; readonly data: unknown },
  ) {
    await this.#running().event({ seq, topic: type, json: JSON.stringify({ seq, ts, type, data }) });
  }

  /** @throws {ConsoleError} */
  async command(name: string, args: readonly string[]): Promise<string> {
    return await this.#running().command(name, args);
  }

  /** @throws {ConsoleError} */
  async intercept(request: unknown): Promise<unknown> {
    return await this.#running().intercept(request);
  }

  /** What it keeps by that name; null: nothing. */
  kept(key: string): unknown {
    return new Map(JSON.parse(this.#kept ?? "[]") as [string, unknown][]).get(key) ?? null;
  }

  async stop(reason: string): Promise<void> {
    this.#isStopping = true;
    await this.#process?.stop(reason);
  }

  kill(reason: string): void {
    this.#process?.kill(reason);
  }

  #running(): CapsuleProcess {
    if (this.#process === undefined) throw new ConsoleError("failed", "it was not started");
    return this.#process;
  }

  async #answer(call: CapsuleCall, signal: AbortSignal): Promise<unknown> {
    if (call.method === "fetch") return this.fetches.answer(call.params);
    const { capsule: { manifest, digest }, test } = { capsule: this.#capsule, test: this.#test };
    const grant = { name: manifest.name, digest, capabilities: manifest.capabilities, manifest };
    const ports = {
      clock: CLOCK,
      secret: (name: string) => {
        const secret = test.secrets[name];
        if (secret !== undefined) return secret;
        throw new ConsoleError("failed", `the test has no secret ${name}`);
      },
      exec: (_: string, line: string) => {
        const [, name = ""] = /^\/(\S+)/.exec(line) ?? [];
        const response = test.exec[name];
        return Promise.resolve({
          success: response !== undefined,
          response: response ?? `the test has no exec ${name}`,
        });
      },
    };
    return await answerCall(call, { grant, kv: this.#kv, ports, execMs: PROCESS_LIMITS.execMs }, signal);
  }

  #heard(line: Parameters<CapsuleLogSink>[0]): void {
    const fields = "fields" in line && line.fields !== undefined ? ` ${JSON.stringify(line.fields)}` : "";
    this.said.push(`${line.text}${fields}`);
  }
}
