/**
 * The tokens of the gateway, one for each scope, in one file of the home: they are kept over a restart, so that a phone that
 * has one stays in. The file is ours, 0600, and made new where it is not.
 */
import { encodeSecrets, isSameSecret, newSecret, parseSecrets } from "../lib/secret.ts";
import { checkPlainFile, foreign } from "../platform/path_safety.ts";
import type { Files, Log } from "../platform/system.ts";
import { gatewayProof } from "../protocol/gateway_proof.ts";
import { GATEWAY_SCOPES, type GatewayScope } from "../protocol/methods.ts";

export interface TokenStoreOptions {
  readonly path: string;
  readonly files: Pick<Files, "read" | "stat" | "replace" | "create" | "remove">;
  readonly uid: number | null;
  readonly log: Log;
}

type Secrets = Readonly<Record<GatewayScope, string>>;

export class TokenStore {
  #o: TokenStoreOptions;
  #secrets: Secrets;

  /** @throws the OS error where the file cannot be made */
  constructor(options: TokenStoreOptions) {
    this.#o = options;
    this.#secrets = this.#load();
  }

  /** The scope of `given`; all are compared, so that the time does not depend on which it is. */
  scopeOf(given: string): GatewayScope | undefined {
    let found: GatewayScope | undefined;
    for (const scope of GATEWAY_SCOPES) if (isSameSecret(given, this.#secrets[scope])) found = scope;
    return found;
  }

  /** One for each scope, sorted: the order tells nothing. */
  async proofs(host: string, nonce: string): Promise<readonly string[]> {
    const proofs = await Promise.all(GATEWAY_SCOPES.map((scope) => gatewayProof(this.#secrets[scope], host, nonce)));
    return proofs.sort();
  }

  /** New tokens for `scopes`, and those before are none any more. @throws the OS error; then nothing changed */
  rotate(scopes: readonly GatewayScope[]): void {
    const secrets = { ...this.#secrets, ...made(scopes) };
    this.#o.files.replace(this.#o.path, encodeSecrets(secrets));
    this.#secrets = secrets;
  }

  #load(): Secrets {
    const { path, files, log } = this.#o;
    const found = this.#read();
    if (typeof found === "object") return found;
    const secrets = made(GATEWAY_SCOPES);
    if (found !== undefined) {
      // Others may have read what is there.
      log.warn("the gateway's tokens are made new", { file: path, why: found });
      files.remove(path);
    }
    files.create(path, encodeSecrets(secrets), 0o600);
    return secrets;
  }

  /** Why what is there is not taken; undefined where nothing is. */
  #read(): Secrets | string | undefined {
    const { path, files, uid } = this.#o;
    const stat = files.stat(path);
    if (stat === undefined) return undefined;
    const problem = checkPlainFile(stat) ?? foreign(stat, uid);
    if (problem !== undefined) return `it ${problem}`;
    if (stat.mode !== null && (stat.mode & 0o077) !== 0) return "others may read it";
    return parseSecrets(files.read(path), GATEWAY_SCOPES) ?? "it holds no tokens";
  }
}

function made(scopes: readonly GatewayScope[]): Secrets {
  return Object.fromEntries(scopes.map((scope) => [scope, newSecret()])) as Secrets;
}
