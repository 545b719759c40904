/** Tells a Slack channel what agents ask: one message for each approval that nobody has answered within a grace. */
import type { Capsule, CapsuleApproval } from "../agent-console.d.ts";

const SECRET = "slack-webhook";
/** Waits between the attempts of one message, ms. */
const BACKOFF_MS = [1000, 4000, 15_000, 60_000];
const ATTEMPT_MS = 10_000;
const MOST_WAIT_MS = 300_000;
/** Of what is asked, UTF-16 units of its beginning and its end. */
const HEAD = 600;
const TAIL = 200;
/** Ids of approvals that are remembered as told. */
const REMEMBERED = 200;
/** An event whose listener takes longer than 10 s has failed; until then a crash gives it to the next process. */
const LISTENER_MS = 9000;

/** Why a message was not taken. */
interface Problem {
  readonly why: string;
  /** Another attempt would end the same way. */
  readonly isFinal: boolean;
  readonly waitMs: number;
}

export default (capsule: Capsule) => {
  const titles = new Map<string, string>();
  const open = new Map<string, AbortController>();
  let told: string[] | undefined;

  capsule.on("session", ({ data: { session } }) => {
    if (session.status === "closed") titles.delete(session.id);
    else if (session.title !== undefined) titles.set(session.id, session.title);
  });

  capsule.on("approval", async ({ type, data: { approval } }) => {
    if (approval === undefined) return;
    const { id, status } = approval;
    if (status !== "pending") return open.get(id)?.abort();
    if (type !== "approval.requested" || open.has(id)) return;
    const answered = new AbortController();
    open.set(id, answered);
    const signal = AbortSignal.any([answered.signal, capsule.signal]);
    const telling = tell(approval, signal)
      .catch((error) => signal.aborted || capsule.log(`an approval was not told: ${error.message}`, { id }))
      .finally(() => open.delete(id));
    await Promise.race([telling, pause(LISTENER_MS, signal).catch(() => {})]);
  });

  capsule.on("lost", ({ data }) => capsule.log("approvals may be among the events that were left out", data));

  capsule.command("slack-test", async (_, { signal }) => {
    const problem = await send(await webhook(), "A test of agent-console: approvals will be told here.", signal);
    if (problem !== undefined) throw new Error(problem.why);
    return "sent";
  });

  async function tell(approval: CapsuleApproval, signal: AbortSignal): Promise<void> {
    const secs = Number(capsule.settings["grace_secs"]);
    await pause(Math.min(Math.max(secs, 0) * 1000, MOST_WAIT_MS), signal);
    told ??= (await capsule.kv.get("told") ?? []) as string[];
    if (told.includes(approval.id)) return;
    const url = await webhook();
    const name = titles.get(approval.sessionId) ?? approval.cwd?.split("/").at(-1) ?? approval.sessionId;
    for (let attempt = 0;; attempt++) {
      const problem = await send(url, messageOf(approval, name), signal);
      if (problem === undefined) break;
      const backoffMs = BACKOFF_MS[attempt];
      if (problem.isFinal || backoffMs === undefined) throw new Error(problem.why);
      await pause(Math.max(backoffMs, problem.waitMs), signal);
    }
    told = [...told, approval.id].slice(-REMEMBERED);
    await capsule.kv.set("told", told);
  }

  async function webhook(): Promise<URL> {
    const text = await capsule.secret(SECRET);
    const url = URL.canParse(text) ? new URL(text) : undefined;
    const isSafe = url?.protocol === "https:" || (url?.protocol === "http:" && url.hostname === "localhost");
    if (url === undefined || !isSafe) throw new Error(`keys/${SECRET} holds no https address`);
    return url;
  }
};

/** One attempt. Nothing in its problem has the URL in it: who knows that may write to the channel. */
async function send(url: URL, text: string, signal: AbortSignal): Promise<Problem | undefined> {
  try {
    const response = await fetch(url, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify({ text }),
      redirect: "manual",
      signal: AbortSignal.any([signal, AbortSignal.timeout(ATTEMPT_MS)]),
    });
    await response.body?.cancel();
    if (response.ok) return undefined;
    const { status, headers } = response;
    const waitMs = Math.min(Number(headers.get("retry-after") ?? 0) * 1000 || 0, MOST_WAIT_MS);
    return { why: `${url.host} answered ${status}`, isFinal: status < 500 && status !== 429, waitMs };
  } catch (error) {
    signal.throwIfAborted();
    const isClosed = error instanceof Deno.errors.NotCapable;
    return {
      why: isClosed ? `${url.host} is not granted` : `${url.host} did not answer`,
      isFinal: isClosed,
      waitMs: 0,
    };
  }
}

function messageOf({ id, agent, tool, risk, input, for: what }: CapsuleApproval, name: string): string {
  const asked = `${name} (${agent}) waits for you: ${what}, ${tool}, ${risk}`;
  const answer = `agent-console approve ${id}`;
  return escaped(`${asked}\n\`\`\`\n${shortened(input).replaceAll("```", "'''")}\n\`\`\`\n${answer}`);
}

function shortened(text: string): string {
  const left = text.length - HEAD - TAIL;
  if (left <= 0) return text;
  return `${text.slice(0, HEAD)}\n… ${left} characters …\n${text.slice(-TAIL)}`.toWellFormed();
}

/** What means something to Slack, as `<!channel>` does, stands there as it is written. */
function escaped(text: string): string {
  return text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;");
}

/** @throws the signal's reason */
function pause(ms: number, signal: AbortSignal): Promise<void> {
  signal.throwIfAborted();
  return new Promise((resolve, reject) => {
    const timer = setTimeout(resolve, ms);
    signal.addEventListener("abort", () => (clearTimeout(timer), reject(signal.reason)), { once: true });
  });
}
