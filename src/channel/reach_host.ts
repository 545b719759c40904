/** A notification by a host: one POST within the time of a notification, whose status is all that is read. */
import { postForStatus, whyNoReply } from "../platform/http_client.ts";
import { NOTIFY_MS } from "./kind.ts";
import type { SecretPlaces } from "./secret.ts";
import { denoFiles } from "../platform/deno_files.ts";
import { env, ownUid } from "../platform/process.ts";

export interface HostPost {
  /** Goes into no message: its path may be a secret. */
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

/** A status, or why there is none. */
export type HostReply =
  | { readonly kind: "status"; readonly status: number }
  | { readonly kind: "none"; readonly why: string };

export type PostToHost = (posted: HostPost, signal: AbortSignal) => Promise<HostReply>;

/** Never throws. */
export const postToHost: PostToHost = async (posted, signal) => {
  try {
    const both = AbortSignal.any([signal, AbortSignal.timeout(NOTIFY_MS)]);
    return { kind: "status", status: await postForStatus({ ...posted, signal: both }) };
  } catch (error) {
    return { kind: "none", why: whyNoReply(error) };
  }
};

export function isTaken(reply: HostReply): boolean {
  return reply.kind === "status" && reply.status >= 200 && reply.status < 300;
}

/** Why a status is none of {@link isTaken}. */
export function notTakenText(status: number): string {
  const elsewhere = status >= 300 && status < 400 ? ": it leads elsewhere, which is not followed" : "";
  return `it replied ${status}${elsewhere}`;
}

/**
 * What a person does about a notification that its host did not take, where the configuration is hardly the cause.
 *
 * @param problem as {@link notTakenText} and whyNoReply say it, perhaps with more behind it
 */
export function hostCure(problem: string | undefined): string | undefined {
  if (problem === undefined) return undefined;
  if (/^it replied 5\d\d/.test(problem)) return "its server failed: that server's own log says why";
  if (/^it replied 404/.test(problem)) return "its server has nothing at that path: mend the address, or that server";
  const isSilent = /^it (?:cannot be reached|did not reply in time)/.test(problem);
  return isSilent ? "see that the server runs, and that its name and port are right" : undefined;
}

/** Where the secrets of this daemon are. */
export function secretPlaces(keys: string): SecretPlaces {
  return { files: denoFiles, keys, uid: ownUid(), env };
}
