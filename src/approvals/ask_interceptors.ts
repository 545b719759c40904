/** Asks all interceptors about one request, together and for a bounded time, and makes one answer of their verdicts. */
import type { InterceptedRequest, Interceptor, Interceptors } from "../core/interceptors.ts";
import type { Approval, ApprovalNote } from "../domain/approval.ts";
import { presentNote } from "../domain/presentation.ts";
import type { Log } from "../platform/system.ts";
import { ConsoleError } from "../protocol/errors.ts";

/** So long all of them together may take, ms: an agent's hook waits, and so does who watches the agent. */
const VERDICT_MS = 2000;
/** Most notes of one request; more are not read. */
const MOST_NOTES = 16;

/** What interceptors make of a request. `by`: whose word it is. */
export type Intercepted =
  | { readonly kind: "unchanged" | "ask"; readonly notes: readonly ApprovalNote[] }
  | { readonly kind: "deny"; readonly by: string; readonly reason: string; readonly notes: readonly ApprovalNote[] };

export interface AskDeps {
  readonly interceptors: Interceptors;
  /** Runs `action` after `ms`, unless the returned function is called first. */
  readonly after: (ms: number, action: () => void) => () => void;
  readonly log: Log;
}

/**
 * Never rejects, and never takes longer than {@link VERDICT_MS}. A denial ends it at once, and so does `ended`.
 *
 * @param mostMs where the requester waits less than that, ms
 */
export async function askInterceptors(
  { interceptors, after, log }: AskDeps,
  request: InterceptedRequest,
  ended: AbortSignal,
  mostMs = VERDICT_MS,
): Promise<Intercepted> {
  const { present } = interceptors;
  const over = new AbortController();
  const end = Promise.withResolvers<void>();
  const stop = () => end.resolve();
  const callOff = after(Math.min(VERDICT_MS, mostMs), stop);
  ended.addEventListener("abort", stop, { once: true });
  if (ended.aborted) stop();
  const heard = new Map<Interceptor, readonly ApprovalNote[]>();
  const each = present.map(async (interceptor) => {
    const notes = await notesOf(interceptor, request, over.signal, log);
    if (over.signal.aborted) return; // it counts no more
    heard.set(interceptor, notes);
    if (notes.some(({ says }) => says === "deny")) stop();
  });
  await Promise.race([Promise.all(each), end.promise]);
  over.abort();
  callOff();
  ended.removeEventListener("abort", stop);
  return together(present.flatMap((one) => heard.get(one) ?? asks(one.name, LATE)));
}

const LATE = "it gave no verdict in time";

/** The words that count most stand first, whatever there are more. */
function together(all: readonly ApprovalNote[]): Intercepted {
  const denial = all.find(({ says }) => says === "deny");
  const strict = all.filter(({ says }) => says !== undefined);
  const notes = [...strict, ...all.filter(({ says }) => says === undefined)].slice(0, MOST_NOTES);
  if (denial === undefined) return { kind: strict.length > 0 ? "ask" : "unchanged", notes };
  // Who was not heard because another one denied it has nothing to answer for.
  const heard = notes.filter(({ text }) => text !== LATE);
  return { kind: "deny", by: denial.by, reason: denial.text, notes: heard };
}

async function notesOf(
  { name, intercept }: Interceptor,
  request: InterceptedRequest,
  signal: AbortSignal,
  log: Log,
): Promise<readonly ApprovalNote[]> {
  try {
    const verdict: unknown = await intercept(request, signal);
    return verdict === undefined || verdict === null ? [] : [readVerdict(name, verdict)];
  } catch (error) {
    if (!signal.aborted) log.warn("an interceptor failed", { interceptor: name, error: String(error) });
    return [asks(name, error instanceof ConsoleError ? presentNote(error.message) : "it failed")];
  }
}

/** What it says is not trusted: only what is known by its form counts, and all else asks. */
function readVerdict(by: string, verdict: unknown): ApprovalNote {
  const { decision, reason, note } = verdict as Readonly<Record<string, unknown>>;
  if (decision === undefined && typeof note === "string") return { by, text: presentNote(note) };
  const isStrict = decision === "ask" || decision === "deny";
  if (!isStrict || typeof reason !== "string") return asks(by, "its verdict is none");
  return { by, text: presentNote(reason), says: decision };
}

function asks(by: string, text: string): ApprovalNote {
  return { by, text, says: "ask" };
}

/** What they are shown of `approval`. @param workspace the folder that its session began in */
export function interceptedRequest(
  approval: Approval,
  would: InterceptedRequest["would"],
  workspace: string | undefined,
): InterceptedRequest {
  const { id, sessionId, agent, cwd, tool, action, input, detail, missing, risk } = approval;
  return Object.freeze({
    id,
    sessionId,
    agent,
    ...(cwd === undefined ? {} : { cwd }),
    ...(workspace === undefined ? {} : { workspace }),
    for: approval.for,
    tool,
    ...(action === undefined ? {} : { action }),
    input,
    ...(detail === undefined ? {} : { detail }),
    ...(missing === undefined ? {} : { missing }),
    risk,
    would,
  });
}
