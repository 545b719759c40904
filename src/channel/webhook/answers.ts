/**
 * Answers by the webhook's own server: a POST to the gateway, signed as our notifications are and with the same secret. Each
 * decides one request once; the first answer counts, whoever gives it.
 */
import * as v from "valibot";
import type { MethodCaller } from "../../core/methods_door.ts";
import type { Posted, PostReply } from "../../core/posts_door.ts";
import { type Approval, riskNamed } from "../../domain/approval.ts";
import { isSameSecret } from "../../lib/secret.ts";
import { ConsoleError, type ErrorName } from "../../protocol/errors.ts";
import { isQuestion } from "../../view/approval_words.ts";
import { signedHeaders } from "../../lib/webhook_signature.ts";

export const ANSWER_PATH = "/webhook/answer";

export interface AnswersDeps {
  /** Undefined where there is none. */
  readonly secret: () => Uint8Array<ArrayBuffer> | undefined;
  /** ms since the epoch. */
  readonly now: () => number;
  readonly caller: Pick<MethodCaller, "call">;
  readonly approvalOf: (id: string) => Approval | undefined;
  /** Whether a notification of this daemon has sent all that the request asks. */
  readonly wasSentWhole: (id: string) => boolean;
}

/** How far the time of an answer may be from ours, s: that of the specification's libraries. */
const TOLERANCE_SECS = 300;
/** Ids that are remembered, for as long as they could be sent again. Who has no secret cannot fill them. */
const MAX_IDS = 1000;

const answer = v.strictObject({
  approvalId: v.pipe(v.string(), v.minLength(1), v.maxLength(200)),
  decision: v.picklist(["approve", "deny"]),
  message: v.optional(v.pipe(v.string(), v.maxLength(2000))),
  /** With a yes to what destroys: that it is meant. */
  confirm: v.optional(v.literal("destroys")),
});

export class WebhookAnswers {
  #deps: AnswersDeps;
  /** Id → until when it is remembered, s, and what was replied: one that comes again does nothing, and hears the same. */
  #seen = new Map<string, { readonly untilSecs: number; readonly reply: Promise<PostReply> }>();

  constructor(deps: AnswersDeps) {
    this.#deps = deps;
  }

  async take(posted: Posted): Promise<PostReply> {
    const id = posted.headers.get("webhook-id") ?? "";
    const sent = posted.headers.get("webhook-timestamp") ?? "";
    if (!await this.#isSigned(posted, id, sent)) return refused(401, "unauthorized", "the signature is not ours");
    const nowSecs = Math.floor(this.#deps.now() / 1000);
    if (Math.abs(nowSecs - Number(sent)) > TOLERANCE_SECS) {
      return refused(401, "unauthorized", "its time is more than five minutes from ours");
    }
    for (const [old, { untilSecs }] of this.#seen) if (untilSecs < nowSecs) this.#seen.delete(old);
    const before = this.#seen.get(id);
    if (before !== undefined) return await before.reply;
    if (this.#seen.size >= MAX_IDS) return refused(503, "busy", "there were too many answers in a few minutes");
    const reply = this.#decide(id, posted.body);
    this.#seen.set(id, { untilSecs: nowSecs + 2 * TOLERANCE_SECS, reply });
    const replied = await reply;
    // It may be decided a little later, and who sends it again has the same id: its key says if it was decided after all.
    if (replied.status === 503) this.#seen.delete(id);
    return replied;
  }

  async #isSigned({ headers, body }: Posted, id: string, sent: string): Promise<boolean> {
    const secret = this.#deps.secret();
    // A dot in the id could stand for the one behind it.
    if (secret === undefined || !/^[\w-]{1,100}$/.test(id) || !/^\d{1,12}$/.test(sent)) return false;
    const timestamp = Number(sent);
    const own = await signedHeaders({ id, timestamp, body }, secret);
    const expected = own["webhook-signature"] ?? "";
    // Several where a secret is being exchanged. All are compared.
    const given = (headers.get("webhook-signature") ?? "").split(" ").slice(0, 10);
    return String(timestamp) === sent && given.map((one) => isSameSecret(one, expected)).includes(true);
  }

  async #decide(webhookId: string, body: string): Promise<PostReply> {
    const said = parsed(body);
    if (said === undefined) {
      const form = "{approvalId, decision: approve or deny, message?, confirm?: destroys}";
      return refused(400, "invalid_params", `the body is not ${form}`);
    }
    const { approvalId: id, decision, message } = said;
    const why = decision === "approve" ? this.#whyNot(said) : undefined;
    if (why !== undefined) return refused(409, "conflict", why);
    try {
      const { seq } = await this.#deps.caller.call("approval.decide", {
        id,
        decision,
        scope: "once",
        ...(message === undefined ? {} : { message }),
        idempotencyKey: `webhook:${webhookId}`,
      });
      return { status: 200, body: { ok: true, seq } };
    } catch (error) {
      if (!(error instanceof ConsoleError)) return refused(503, "failed", "the daemon cannot decide it now");
      return refused(STATUSES[error.kind] ?? 403, error.kind, error.message);
    }
  }

  /** Why an open request cannot be approved so. */
  #whyNot({ approvalId: id, confirm }: v.InferOutput<typeof answer>): string | undefined {
    const approval = this.#deps.approvalOf(id);
    if (approval?.status !== "pending") return undefined; // whoever decides it says what it is
    if (!this.#deps.wasSentWhole(id)) {
      return "all that it asks was not sent since the daemon's start, with answers on: it can only be denied here";
    }
    if (isQuestion(approval) || riskNamed(approval.risk) !== "destroys" || confirm === "destroys") return undefined;
    return 'it destroys something: a yes to it needs "confirm": "destroys"';
  }
}

const STATUSES: Readonly<Partial<Record<ErrorName, PostReply["status"]>>> = {
  already_decided: 409,
  conflict: 409,
  not_found: 404,
  invalid_params: 400,
  read_only: 503,
  stopping: 503,
  timeout: 503,
};

function parsed(body: string): v.InferOutput<typeof answer> | undefined {
  try {
    const read = v.safeParse(answer, JSON.parse(body));
    return read.success ? read.output : undefined;
  } catch {
    return undefined;
  }
}

function refused(status: PostReply["status"], error: ErrorName, why: string): PostReply {
  return { status, body: { ok: false, error, why } };
}
