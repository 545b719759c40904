/** Tells a Slack channel what agents ask: one message for each approval that nobody has answered within a grace. */
import type { Capsule, CapsuleApproval } from "../agent-console.d.ts";
import { pauseFor, sendMessage, type SendProblem } from "./send.ts";

/** What is kept of an approval until it is answered, so that the next process goes on with it. */
interface Asked {
  /** When its grace is over, ms. */
  readonly due: number;
  /** `null`: it was told, or given up. */
  readonly text: string | null;
}

const SECRET = "slack-webhook";
const PREFIX = "asked/";
/** Waits between the attempts of one message, ms. */
const BACKOFF_MS = [1000, 4000, 15_000, 60_000];
const MOST_GRACE_SECS = 300;
/** Of what is asked, UTF-16 units of its beginning and its end, and of the session's name and the tool. */
const HEAD = 600;
const TAIL = 200;
const NAME = 100;
/** Approvals that are kept. */
const MOST_KEPT = 100;
/** What was due longer ago when a process begins is not told any more. */
const STALE_MS = 600_000;
/** After so long the process before this one has ended, and answers that came meanwhile were heard. */
const SETTLED_MS = 3000;

export default (capsule: Capsule) => {
  const { kv } = capsule;
  const titles = new Map<string, string>();
  /** Those that are kept, as far as this process knows; the one that it has heard of first stands first. */
  const open = new Map<string, AbortController>();

  capsule.on("session", ({ data: { session } }) => {
    if (session.status === "closed") titles.delete(session.id);
    else if (session.title !== undefined) titles.set(session.id, session.title);
  });

  // An event comes again only if its listener was not done at a crash: when it is done, the approval is kept.
  capsule.on("approval", async ({ type, data: { approval } }) => {
    if (approval === undefined) return;
    const { id, status } = approval;
    if (status !== "pending") return await forget(id);
    if (type !== "approval.requested" || open.has(id)) return;
    const name = titles.get(approval.sessionId) ?? approval.cwd?.split("/").at(-1) ?? approval.sessionId;
    const secs = Math.min(Math.max(Number(capsule.settings["grace_secs"]), 0), MOST_GRACE_SECS);
    await hold(id, { due: Date.now() + secs * 1000, text: messageOf(approval, name) });
  });

  capsule.on("lost", ({ data }) => capsule.log("approvals may be among the events that were left out", data));

  capsule.command("slack-test", async (_, { signal }) => {
    const problem = await sendMessage(await webhook(), "A test of agent-console: approvals will be told here.", signal);
    if (problem !== undefined) throw new Error(problem.why);
    return "sent";
  });

  goOn().catch((error) => capsule.signal.aborted || capsule.log(`what was kept is not told: ${error.message}`));

  /** What the process before this one has left. */
  async function goOn(): Promise<void> {
    await pauseFor(SETTLED_MS, capsule.signal);
    for (const key of await kv.list(PREFIX)) {
      const id = key.slice(PREFIX.length);
      if (!open.has(id)) await hold(id);
    }
  }

  /** Keeps it, and begins to tell it; one that is kept already goes on as it is kept. */
  async function hold(id: string, fresh?: Asked): Promise<void> {
    const answered = new AbortController();
    open.set(id, answered);
    const [oldest] = open.keys();
    if (open.size > MOST_KEPT && oldest !== undefined) await forget(oldest);
    const kept = await kv.get(PREFIX + id).catch(() => undefined) as Asked | undefined; // `keep` says what is wrong
    if (answered.signal.aborted) return;
    const asked = kept ?? fresh;
    if (asked === undefined) return void open.delete(id);
    if (kept === undefined) await keep(id, asked);
    else if (kept.due < Date.now() - STALE_MS) {
      if (kept.text !== null) capsule.log("an approval was not told: it was due over ten minutes ago", { id });
      return await forget(id);
    }
    if (asked.text !== null) void tell(id, asked.due, asked.text, answered.signal);
  }

  async function forget(id: string): Promise<void> {
    open.get(id)?.abort();
    open.delete(id);
    await kv.delete(PREFIX + id).catch(() => {}); // then it was not kept either
  }

  async function keep(id: string, asked: Asked): Promise<void> {
    await kv.set(PREFIX + id, asked).catch((error) =>
      capsule.log(`an approval cannot be kept, a crash may lose it or tell it twice: ${error.message}`, { id })
    );
  }

  /** Never throws. */
  async function tell(id: string, due: number, text: string, answered: AbortSignal): Promise<void> {
    const signal = AbortSignal.any([answered, capsule.signal]);
    try {
      await pauseFor(Math.min(due - Date.now(), MOST_GRACE_SECS * 1000), signal);
      const problem = await sendInTime(text, signal);
      if (problem !== undefined) throw new Error(problem.why);
    } catch (error) {
      if (signal.aborted) return;
      capsule.log(`an approval was not told: ${(error as Error).message}`, { id });
    }
    if (!answered.aborted) await keep(id, { due, text: null });
  }

  /** @returns why it was given up */
  async function sendInTime(text: string, signal: AbortSignal): Promise<SendProblem | undefined> {
    const url = await webhook();
    for (let attempt = 0;; attempt++) {
      const problem = await sendMessage(url, text, signal);
      const backoffMs = BACKOFF_MS[attempt];
      if (problem === undefined || problem.isFinal || backoffMs === undefined) return problem;
      await pauseFor(Math.max(backoffMs, problem.waitMs), signal);
    }
  }

  async function webhook(): Promise<URL> {
    const text = await capsule.secret(SECRET);
    const url = URL.canParse(text) ? new URL(text) : undefined;
    const isSafe = url?.protocol === "https:" || (url?.protocol === "http:" && url.hostname === "localhost");
    if (url === undefined || !isSafe) throw new Error(`keys/${SECRET} holds no https address`);
    return url;
  }
};

function messageOf({ id, agent, tool, risk, input, for: what }: CapsuleApproval, name: string): string {
  const asked = `${name.slice(0, NAME)} (${agent}) waits for you: ${what}, ${tool.slice(0, NAME)}, ${risk}`;
  const answer = `agent-console approve ${id}`;
  return escaped(`${asked}\n\`\`\`\n${shortened(input).replaceAll("```", "'''")}\n\`\`\`\n${answer}`).toWellFormed();
}

function shortened(text: string): string {
  const left = text.length - HEAD - TAIL;
  return left <= 0 ? text : `${text.slice(0, HEAD)}\n… ${left} characters …\n${text.slice(-TAIL)}`;
}

/** What means something to Slack, as `<!channel>` does, stands there as it is written. */
function escaped(text: string): string {
  return text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;");
}
