/** From a request to its result: table row → scope → params → handler. */
import * as v from "valibot";
import { clip, escapeControls } from "../domain/sanitize.ts";
import { ConsoleError } from "../protocol/errors.ts";
import type { Request } from "../protocol/envelope.ts";
import type { MethodSchemas } from "../protocol/method_schemas.ts";
import { covers } from "../protocol/methods.ts";
import type { Log } from "../platform/system.ts";
import type { CallObserver } from "./call_observer.ts";
import type { Call, Method, MethodTable } from "./handler.ts";
import type { Peer } from "./peer.ts";

export interface RouterOptions {
  readonly methods: MethodTable;
  readonly log: Log;
  readonly requestMs: number;
  /** Told of each bug of a handler, in words for people. */
  readonly onBug: (text: string) => void;
  /** A short id that is both in the log and in the error of a bug. */
  readonly newBugId: () => string;
  readonly timeout: (ms: number) => AbortSignal;
  /**
   * Set where every reply to a change waits for the disk (journal.fsync = always): resolves when record `seq` is synced, or
   * the newest where none is given, rejects with `read_only`. Where absent, such methods reply at once.
   */
  readonly durable?: (seq?: number) => Promise<void>;
}

export class Router {
  #stopping = false;
  /** Nothing is measured where it is absent. */
  observer: CallObserver | undefined;

  constructor(readonly options: RouterOptions) {}

  /** From now on nothing that mutates is taken. */
  stop(): void {
    this.#stopping = true;
  }

  get stopping(): boolean {
    return this.#stopping;
  }

  /**
   * Runs one request. Returns the result at once where the handler is synchronous, so that replies keep the order of
   * their requests; a promise otherwise.
   *
   * @throws {ConsoleError} or rejects with one; a handler's own bug becomes `internal` with an id that is in the log
   */
  run(request: Request, peer: Peer, afterReply: Call["afterReply"] = queueMicrotask): unknown {
    const method = this.options.methods.get(request.method);
    if (method === undefined) throw unknownMethod(request.method);
    return this.observer === undefined
      ? this.#run(method, request.params, peer, afterReply)
      : this.#observed(this.observer, method, request.params, peer, afterReply);
  }

  /** A name that no method has is not observed: the caller could make up as many as it likes. */
  #observed(observer: CallObserver, method: Method, ...call: [unknown, Peer, Call["afterReply"]]): unknown {
    const ended = observer({ method: method.name, needs: method.row.scope, peer: call[1] });
    const failed = (error: unknown): never => {
      ended((error as ConsoleError).kind); // #run throws no other
      throw error;
    };
    let result: unknown;
    try {
      result = this.#run(method, ...call);
    } catch (error) {
      return failed(error);
    }
    if (!(result instanceof Promise)) {
      ended();
      return result;
    }
    return result.then((value) => {
      ended();
      return value;
    }, failed);
  }

  #run({ name, row, run }: Method, given: unknown, peer: Peer, afterReply: Call["afterReply"]): unknown {
    const needed = row.reports === true && peer.isRemote === true ? "admin" : row.scope;
    if (!covers(peer.scope, needed)) {
      const where = needed === row.scope ? "" : " over the gateway";
      throw new ConsoleError(
        "forbidden",
        `${name} needs the scope "${needed}"${where}, this connection has "${peer.scope}"`,
        { needed },
      );
    }
    if (peer.methods?.has(name) === false) {
      throw new ConsoleError("forbidden", `${name} is none of the methods that this connection named in its hello`);
    }
    if (row.mutates && this.#stopping) {
      throw new ConsoleError("stopping", `the daemon is stopping and takes no ${name} any more`, {
        retryable: true,
        hint: "try again in a moment",
      });
    }
    const params = checkParams(name, row, given);
    const deadlineMs = row.timeoutMs ?? this.options.requestMs;
    const call = new Deadlined(peer, afterReply, () => this.options.timeout(deadlineMs));
    try {
      // The row's schema has just checked them; a table of many methods cannot say so by type.
      let result = run(params as never, call);
      if (row.mutates && this.options.durable !== undefined) result = onDisk(this.options.durable, result);
      return result instanceof Promise ? this.#guard(name, deadlineMs, result, call.signal) : result;
    } catch (error) {
      throw this.#known(name, error);
    }
  }

  async #guard(
    name: string,
    deadlineMs: number,
    result: Promise<unknown>,
    signal: AbortSignal,
  ): Promise<unknown> {
    const { promise: deadline, reject } = Promise.withResolvers<never>();
    const onAbort = () =>
      reject(
        new ConsoleError("timeout", `${name} took longer than ${deadlineMs} ms`, {
          timeoutMs: deadlineMs,
        }),
      );
    if (signal.aborted) onAbort();
    signal.addEventListener("abort", onAbort, { once: true });
    try {
      return await Promise.race([result, deadline]);
    } catch (error) {
      throw this.#known(name, error);
    } finally {
      signal.removeEventListener("abort", onAbort);
    }
  }

  #known(name: string, error: unknown): ConsoleError {
    if (error instanceof ConsoleError) return error;
    const bug = this.options.newBugId();
    this.options.onBug(`${name}: bug ${bug}`);
    this.options.log.error("a handler failed", { method: name, bug, error: String((error as Error)?.stack ?? error) });
    return new ConsoleError("internal", `${name} failed for a bug, which is ${bug} in the daemon's log`, {
      bug,
      hint: "agent-console daemon logs --level error",
    });
  }
}

/** A repeat by key names the record of the first time, so it waits for that one. */
async function onDisk(durable: (seq?: number) => Promise<void>, result: unknown): Promise<unknown> {
  const changed = await result as { readonly seq?: unknown };
  await durable(typeof changed.seq === "number" ? changed.seq : undefined);
  return changed;
}

class Deadlined implements Call {
  #signal: AbortSignal | undefined;
  constructor(readonly peer: Peer, readonly afterReply: Call["afterReply"], readonly timeout: () => AbortSignal) {}

  get signal(): AbortSignal {
    return this.#signal ??= AbortSignal.any([this.peer.signal, this.timeout()]);
  }
}

function unknownMethod(method: string): ConsoleError {
  return new ConsoleError(
    "method_not_found",
    `no method is named "${escapeControls(clip(method, 64))}"`,
  );
}

/** @throws {ConsoleError} `invalid_params` naming the first offending parameter */
export function checkParams(name: string, { params: schema }: Pick<MethodSchemas, "params">, params: unknown): unknown {
  const parsed = v.safeParse(schema, params);
  if (parsed.success) return parsed.output;
  const issue = parsed.issues[0];
  const path = issue.path?.map((item: { key: unknown }) => String(item.key)).join(".") ?? "params";
  const missing = issue.received === "undefined";
  const expected = `expected ${issue.expected ?? issue.requirement}`;
  // Of a member that is missing valibot expects its own name.
  const says = missing
    ? "is missing"
    : issue.expected === "never"
    ? "is unknown"
    : /_length$/.test(issue.type)
    ? `has the length ${issue.received}, ${expected}`
    : `is ${issue.received}, ${expected}`;
  const param = escapeControls(clip(path, 80));
  throw new ConsoleError("invalid_params", `the parameter "${param}" of ${name} ${says}`, { param });
}
