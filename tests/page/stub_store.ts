/** A page's state that shows one request, and a connection whose calls a test answers. */
import type { Approval } from "../../src/domain/approval.ts";
import type { ErrorName } from "../../src/protocol/errors.ts";
import { PageStore } from "../../src/page/page_store.ts";
import { CallRefused, type PageEvent, type PageWire } from "../../src/page/page_wire.ts";

export const APPROVAL = {
  id: "k1",
  sessionId: "s1",
  agent: "claude",
  tool: "Bash",
  input: "git push",
  for: "permission",
  risk: "writes",
  status: "pending",
  requestedAt: "2026-01-01T00:00:00.000Z",
  deadline: "2026-01-01T00:10:00.000Z",
} as unknown as Approval;

interface Call {
  readonly method: string;
  readonly params: unknown;
  readonly reply: PromiseWithResolvers<unknown>;
}

export class StubWire {
  readonly calls: Call[] = [];

  constructor(readonly isOpen = true) {}

  call(method: string, params: unknown): Promise<unknown> {
    const reply = Promise.withResolvers<unknown>();
    this.calls.push({ method, params, reply });
    return reply.promise;
  }

  answer(method: string, result: unknown): void {
    this.#take(method).resolve(result);
  }

  refuse(method: string, kind: ErrorName): void {
    this.#take(method).reject(new CallRefused(kind, "it is refused"));
  }

  #take(method: string): PromiseWithResolvers<unknown> {
    const [call] = this.calls.splice(this.calls.findIndex((one) => one.method === method), 1);
    if (call?.method !== method) throw new Error(`${method} was not called`);
    return call.reply;
  }

  get page(): PageWire {
    return this as unknown as PageWire;
  }
}

/** Live, with a token that may answer, and the whole of `approval` on the screen since long. */
export function answering(approval = APPROVAL): PageStore {
  // Messages stand for seconds: as long as no test.
  Object.assign(globalThis, { setTimeout: () => 0 });
  const store = new PageStore();
  store.snapshot(1, [], [approval]);
  store.set({ link: { kind: "live" }, scope: "approve" });
  store.asked = approval;
  store.readEnds.add(approval.id);
  store.guard.show(approval.id, 0);
  return store;
}

/** Somebody, of this page or not, has said no. */
export function denied(approval: Approval = APPROVAL): PageEvent {
  const ended = { ...approval, status: "denied", denied: { by: "human:cli", at: approval.requestedAt } };
  return { seq: 2, type: "approval.decided", data: { approval: ended } };
}
