/** A notification by a webhook: what the channel command reads, as the body of a signed POST, tried again where it failed. */
import type { MethodsDoor } from "../../core/methods_door.ts";
import type { PostsDoor } from "../../core/posts_door.ts";
import { visibleJson } from "../../domain/sanitize.ts";
import { setTimer } from "../../platform/clock.ts";
import { shownHost } from "../../lib/host_address.ts";
import { notificationJson, type SessionOf } from "../notification_json.ts";
import type {
  ChannelContext,
  NotificationContent,
  NotificationOutcome,
  NotificationsDoor,
  OpenChannel,
} from "../kind.ts";
import { isTaken, notTakenText, type PostToHost, postToHost, secretPlaces } from "../reach_host.ts";
import { findSecret, type FoundSecret } from "../secret.ts";
import {
  DeliveryQueue,
  type DeliveryQueueOptions,
  type DeliveryResult,
  type WebhookMessage,
} from "./delivery_queue.ts";
import { ANSWER_PATH, type AnswersDeps, WebhookAnswers } from "./answers.ts";
import { secretBytes, signedHeaders } from "../../lib/webhook_signature.ts";

interface WebhookSettings {
  readonly url: string | null;
  readonly secret_env: string | null;
  readonly secret_file: string | null;
  readonly answers: boolean;
}

export function openWebhook({ settings, daemon, notifications }: ChannelContext<WebhookSettings>): OpenChannel {
  const { url, secret_env: variable } = settings.booted; // the sandbox is made of them
  const places = secretPlaces(daemon.paths.keys);
  return new WebhookChannel({
    url: url ?? "",
    secret: () => findSecret({ variable, file: settings.current.secret_file }, places),
    mayAnswer: () => settings.current.url === url && settings.current.answers && settings.current.secret_file !== null,
    answersProblem: () =>
      settings.current.answers && settings.current.secret_file === null ? ANSWERS_NEED_A_FILE : undefined,
    approvalOf: (id) => daemon.approvals.approvalOf(id),
    posts: daemon.posts,
    methods: daemon.methods,
    sessionOf: (id) => daemon.store.get(id),
    now: () => daemon.clock.now(),
    post: postToHost,
    after: setTimer,
    random: Math.random,
    notifications,
  });
}

export interface WebhookDeps extends Pick<DeliveryQueueOptions, "after" | "random"> {
  readonly url: string;
  readonly secret: () => FoundSecret;
  /** Whether its server may answer requests, now. */
  readonly mayAnswer: () => boolean;
  /** Why not, where it is configured. */
  readonly answersProblem: () => string | undefined;
  readonly approvalOf: AnswersDeps["approvalOf"];
  readonly posts: PostsDoor;
  readonly methods: MethodsDoor;
  readonly sessionOf: SessionOf;
  /** ms since the epoch. */
  readonly now: () => number;
  readonly post: PostToHost;
  readonly notifications: NotificationsDoor;
}

/** Who starts the daemon sets its variables, and that may be an agent, whose hook starts it: it would know the secret. */
const ANSWERS_NEED_A_FILE =
  "channels.webhook.answers takes its secret from channels.webhook.secret_file only, and that is not set";
const NO_SECRET = "channels.webhook names no secret: secret_file or secret_env";
const NOT_A_SECRET = "its secret is not whsec_ and base64 of 24 to 64 bytes";
const GONE = "its server replied 410: it wants no more notifications";

export class WebhookChannel implements OpenChannel {
  readonly target: string;
  readonly #deps: WebhookDeps;
  readonly #queue: DeliveryQueue;
  readonly #answers: WebhookAnswers;
  readonly #stopped = new AbortController();
  /** Requests of which a notification has sent all, newest last. */
  readonly #whole = new Set<string>();
  #isGone = false;
  #endAnswers: (() => void) | undefined;

  constructor(deps: WebhookDeps) {
    this.#deps = deps;
    this.target = shownHost(deps.url);
    this.#answers = new WebhookAnswers({
      secret: () => {
        const secret = this.#secret();
        return typeof secret === "string" ? undefined : secret;
      },
      now: deps.now,
      approvalOf: deps.approvalOf,
      wasSentWhole: (id) => this.#whole.has(id),
      caller: deps.methods.as({ kind: "webhook", scope: "approve", isRemote: true, signal: this.#stopped.signal }),
    });
    this.#queue = new DeliveryQueue({
      ...deps,
      deliver: (message) => this.#deliver(message),
      onTried: (delivery, isLast) => deps.notifications.endedLater(this.#outcome(delivery, isLast)),
    });
  }

  problem(): string | undefined {
    if (this.#isGone) return GONE;
    const found = this.#secret();
    return typeof found === "string" ? found : this.#deps.answersProblem();
  }

  get cure(): string {
    return this.#isGone
      ? "agent-console daemon reload notifies it again"
      : "put it into a file of the folder keys, and name that by channels.webhook.secret_file";
  }

  details() {
    return { waiting: this.#queue.waiting, lost: this.#queue.deadLetters };
  }

  async notify(content: NotificationContent, signal: AbortSignal): Promise<NotificationOutcome> {
    const { notifications, sessionOf, mayAnswer } = this.#deps;
    const isWhole = mayAnswer();
    const { delivery, nextMs } = await this.#queue.send({
      id: `msg_${crypto.randomUUID()}`,
      body: visibleJson(notificationJson(content, sessionOf, isWhole)),
      whole: isWhole ? wholeIds(content) : [],
      isWanted: () => content.test === undefined && !signal.aborted && notifications.isWanted(content),
    });
    return this.#outcome(delivery, nextMs === undefined, nextMs);
  }

  start(): void {
    this.#takeAnswers();
  }

  /** A person may have mended what the server found gone. */
  reload(): void {
    this.#isGone = false;
    this.#takeAnswers();
  }

  /** Begins or ends it, as it is configured now. What came before a reload stays known. */
  #takeAnswers(): void {
    const { posts, mayAnswer } = this.#deps;
    if (!mayAnswer()) {
      this.#endAnswers?.();
      this.#endAnswers = undefined;
    } else this.#endAnswers ??= posts.take(ANSWER_PATH, (posted) => this.#answers.take(posted));
  }

  stop(): void {
    this.#endAnswers?.();
    this.#stopped.abort();
    this.#queue.stop();
  }

  async #deliver({ id, body, whole }: WebhookMessage): Promise<DeliveryResult> {
    const { now, post, url } = this.#deps;
    if (this.#isGone) return { kind: "gone", problem: GONE };
    const secret = this.#secret();
    if (typeof secret === "string") return { kind: "failed", problem: secret };
    const timestamp = Math.floor(now() / 1000);
    const headers = { "content-type": "application/json", ...await signedHeaders({ id, timestamp, body }, secret) };
    this.#noteWhole(whole); // before its reply: the answer may overtake that
    const reply = await post({ url, headers, body }, this.#stopped.signal);
    if (isTaken(reply)) return { kind: "delivered" };
    if (reply.kind === "none") return { kind: "failed", problem: reply.why };
    if (reply.status !== 410) return { kind: "failed", problem: notTakenText(reply.status) };
    this.#isGone = true;
    return { kind: "gone", problem: GONE };
  }

  #noteWhole(ids: readonly string[]): void {
    for (const id of ids) this.#whole.add(id);
    for (const oldest of this.#whole) {
      if (this.#whole.size <= MAX_WHOLE) break;
      this.#whole.delete(oldest);
    }
  }

  /** Or why there is none. */
  #secret(): Uint8Array<ArrayBuffer> | string {
    const found = this.#deps.secret();
    if (found.kind === "problem") return found.problem;
    return found.kind === "none" ? NO_SECRET : secretBytes(found.secret) ?? NOT_A_SECRET;
  }

  #outcome(delivery: DeliveryResult, isLast: boolean, nextMs?: number): NotificationOutcome {
    if (delivery.kind === "delivered") return { kind: "taken" };
    const next = isLast ? "" : nextMs === undefined ? "; it is tried again" : `; tried again in ${seconds(nextMs)} s`;
    return { kind: "failed", problem: `${delivery.problem}${next}` };
  }
}

/** Requests that can be approved: the oldest are denied or expire. */
const MAX_WHOLE = 500;

function wholeIds({ needs }: NotificationContent): readonly string[] {
  return needs.flatMap(({ approval }) => approval === undefined || approval.missing !== undefined ? [] : [approval.id]);
}

function seconds(ms: number): number {
  return Math.ceil(ms / 1000);
}
