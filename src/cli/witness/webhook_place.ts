/** A checkpoint sent to a server of the person's, signed by Standard Webhooks where the home has a secret for it. */
import { HOST_MUST, isHostAddress, shownHost } from "../../lib/host_address.ts";
import { secretBytes, signedHeaders } from "../../lib/webhook_signature.ts";
import { type Checkpoint, parseCheckpoint } from "../../merkle/note.ts";
import { denoFiles } from "../../platform/deno_files.ts";
import { postForStatus, whyNoReply } from "../../platform/http_client.ts";
import { WITNESS_SECRET } from "../../platform/key_files.ts";
import { ownUid } from "../../platform/process.ts";
import { secretInFile } from "../../platform/secret_file.ts";
import { ConsoleError } from "../../protocol/errors.ts";

const MS = 30_000;

const EXAMPLE = "agent-console audit witness --webhook https://audit.example.org/checkpoints";
/** The journal keeps it: nothing is lost by a server that was away. */
const ONCE_MORE = "see to the server, then run the command again: the same checkpoint has the same webhook-id";

/** @throws {ConsoleError} `usage` */
export function checkWebhook(url: string): void {
  if (!isHostAddress(url)) throw new ConsoleError("usage", `--webhook must be ${HOST_MUST}`, { hint: EXAMPLE });
}

export interface SendOptions {
  /** One that {@link checkWebhook} takes. */
  readonly url: string;
  readonly keys: string;
  readonly signal: AbortSignal;
}

/**
 * The same checkpoint has the same id in each try.
 *
 * @returns whether it was signed
 * @throws {ConsoleError} `failed` where the secret is not usable, or the server has not taken it
 */
export async function sendNote(note: string, { url, keys, signal }: SendOptions): Promise<boolean> {
  const secret = secretOf(`${keys}/${WITNESS_SECRET}`);
  const { origin, size, root } = parseCheckpoint(note) as Checkpoint;
  const now = Date.now();
  const data = { checkpoint: note, origin, size };
  const body = JSON.stringify({ type: "journal.checkpoint", timestamp: new Date(now).toISOString(), data });
  const id = `checkpoint_${size}_${root.toHex().slice(0, 32)}`;
  const timestamp = Math.floor(now / 1000);
  const signature = secret === undefined ? { "webhook-id": id } : await signedHeaders({ id, timestamp, body }, secret);
  let status: number;
  try {
    const within = AbortSignal.any([signal, AbortSignal.timeout(MS)]);
    status = await postForStatus({
      url,
      headers: { "content-type": "application/json", ...signature },
      body,
      signal: within,
    });
  } catch (error) {
    throw new ConsoleError("failed", `${shownHost(url)} has not taken it: ${whyNoReply(error)}`, { hint: ONCE_MORE });
  }
  if (status >= 200 && status < 300) return secret !== undefined;
  throw new ConsoleError("failed", `${shownHost(url)} has not taken it: it replied with status ${status}`, {
    hint: ONCE_MORE,
  });
}

function secretOf(path: string): Uint8Array<ArrayBuffer> | undefined {
  if (denoFiles.stat(path) === undefined) return undefined;
  const found = secretInFile(path, { files: denoFiles, uid: ownUid() });
  const bytes = found.kind === "found" ? secretBytes(found.secret) : undefined;
  if (bytes !== undefined) return bytes;
  const why = found.kind === "problem" ? found.problem : `${path} is no secret of Standard Webhooks: whsec_ and base64`;
  throw new ConsoleError("failed", `nothing was sent: ${why}`, {
    hint: `keys/${WITNESS_SECRET} must be yours, with mode 0600: put it right, or remove it to send unsigned`,
  });
}
