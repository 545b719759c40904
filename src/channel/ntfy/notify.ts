/**
 * A notification by ntfy: its JSON form, posted to the root of the server (https://docs.ntfy.sh/publish/#publish-as-json). A phone
 * cannot answer from the notification: a button that could would carry a token through a server of others. Where the page
 * is to be reached, the notification opens the request there.
 */
import { shownHost } from "../../lib/host_address.ts";
import type { ChannelContext, NotificationContent, OpenChannel } from "../kind.ts";
import { type HostReply, isTaken, notTakenText, type PostToHost, postToHost, secretPlaces } from "../reach_host.ts";
import { findSecret, type FoundSecret } from "../secret.ts";

interface NtfySettings {
  readonly server: string;
  readonly topic: string | null;
  readonly token_env: string | null;
  readonly token_file: string | null;
  readonly brief: boolean;
  readonly page_url: string | null;
}

export function openNtfy({ settings, daemon }: ChannelContext<NtfySettings>): OpenChannel {
  const { server, token_env: variable } = settings.booted; // the sandbox is made of them
  const places = secretPlaces(daemon.paths.keys);
  return ntfyChannel({
    settings: () => ({ ...settings.current, server }),
    token: () => findSecret({ variable, file: settings.current.token_file }, places),
    tokenCure: () => tokenCure(variable, settings.current.token_file, places.keys),
    post: postToHost,
  });
}

export interface NtfyDeps {
  readonly settings: () => Omit<NtfySettings, "token_env" | "token_file">;
  readonly token: () => FoundSecret;
  /** What a person does where the server refuses it. */
  readonly tokenCure: () => string;
  readonly post: PostToHost;
}

/** Where the token is that the server refuses, or where one goes. */
function tokenCure(variable: string | null, file: string | null, keys: string): string {
  if (file !== null) return `put a token of the server into ${keys}/${file}, chmod 600`;
  if (variable !== null) return `set ${variable} where the daemon is started, then agent-console daemon restart`;
  return `put a token of the server into ${keys}/ntfy.token, chmod 600, then agent-console config set ` +
    "channels.ntfy.token_file ntfy.token";
}

export function ntfyChannel({ settings, token, tokenCure, post }: NtfyDeps): OpenChannel {
  let isRefused = false;
  const problem = () => {
    if (settings().topic === null) return "channels.ntfy.topic names no topic";
    const found = token();
    return found.kind === "problem" ? found.problem : undefined;
  };
  return {
    target: shownHost(settings().server),
    problem,
    cure: "look at channels.ntfy in the file that agent-console config path names",
    get whenItFails() {
      return isRefused ? tokenCure() : undefined;
    },
    async notify(content, signal) {
      const { server, topic, ...how } = settings();
      const found = token();
      const wrong = problem();
      if (topic === null || wrong !== undefined) return { kind: "failed", problem: wrong ?? "it has no topic" };
      const authorization = found.kind === "found" ? { authorization: `Bearer ${found.secret}` } : {};
      const headers = { "content-type": "application/json", ...authorization };
      const body = JSON.stringify(ntfyMessage(content, topic, how));
      const reply = await post({ url: `${server}/`, headers, body }, signal);
      isRefused = reply.kind === "status" && (reply.status === 401 || reply.status === 403);
      return isTaken(reply) ? { kind: "taken" } : { kind: "failed", problem: refusal(reply, found.kind === "found") };
    },
  };
}

function refusal(reply: HostReply, hasToken: boolean): string {
  if (reply.kind === "none") return reply.why;
  const { status } = reply;
  if (status === 401 || status === 403) {
    return `it replied ${status}: ${hasToken ? "the token may not write to the topic" : "it wants a token"}`;
  }
  if (status === 429) return "it replied 429: too many notifications, or too many of others from this address";
  return notTakenText(status);
}

/** Of 1 (least) to 5: a question is high, because an agent stands still for it. */
const PRIORITIES = { question: 4, failure: 3 } as const;
/** ntfy shows these as signs. */
const TAGS = { question: "question", failure: "x" } as const;

/** The texts are those of every channel: in one line, secrets masked. ntfy takes them as plain text. */
export function ntfyMessage(
  { needs, message: { title, body }, test }: NotificationContent,
  topic: string,
  { brief, page_url }: Pick<NtfySettings, "brief" | "page_url">,
) {
  const kind = needs.some((need) => need.kind === "question") ? "question" : "failure";
  const click = page_url === null ? undefined : pageLink(page_url, needs);
  return {
    topic,
    title,
    // An empty one would be replaced by a text of the server's own.
    message: brief || body === "" ? title : body,
    priority: PRIORITIES[kind],
    tags: [TAGS[kind], ...(test === undefined ? [] : ["test"])],
    ...(click === undefined ? {} : {
      click,
      actions: [{ action: "view", label: kind === "question" ? "Answer" : "Look", url: click, clear: true }],
    }),
  };
}

/** To the one request, or to the list of all; the page knows the token itself. */
function pageLink(page: string, needs: NotificationContent["needs"]): string {
  const [need, ...others] = needs;
  const isJob = need === undefined || "job" in need;
  const about = others.length > 0 || isJob ? {} : {
    session: need.sessionId,
    ...(need.approval === undefined ? {} : { request: need.approval.id }),
  };
  return `${page}/#${new URLSearchParams({ ...(isJob ? {} : { view: "inbox" }), ...about })}`;
}
