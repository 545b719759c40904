/** The first message of a connection (protocol.md, Handshake). */
import type { Credential } from "../core/clients_door.ts";
import { checkParams } from "../rpc/router.ts";
import { ConsoleError } from "../protocol/errors.ts";
import type { Request } from "../protocol/envelope.ts";
import { METHOD_SCHEMAS, type ParamsOf, type ResultOf } from "../protocol/method_schemas.ts";
import { resolveMethod, type Scope } from "../protocol/methods.ts";
import { BUILD, PROTOCOL, VERSION } from "../protocol/version.ts";
import type { Tokens } from "./tokens.ts";

export interface HandshakeOptions {
  readonly tokens: Tokens;
  /** What the client has shown before its hello; then the daemon's own tokens count for nothing. */
  readonly credential?: Credential;
  readonly pid: number;
  readonly bootId: string;
  /** The limits that a client may want to know, by name. */
  readonly limits: Readonly<Record<string, number>>;
  /** Whether the daemon is stopping: then it accepts no hello, and connected clients may finish. */
  readonly stopping: () => boolean;
}

export interface Greeted {
  readonly scope: Scope;
  readonly kind: string;
  readonly acknowledges: boolean;
  readonly methods?: ReadonlySet<string>;
  readonly result: ResultOf<"hello">;
}

/**
 * No token gives scope `report`, a token its own; what was shown before the hello gives its scope without one. A scope that
 * the client declares counts for nothing; a list of methods that it declares only narrows what it may call.
 *
 * @throws {ConsoleError} `hello_required`, `stopping`, `invalid_params`, `version_mismatch` or `unauthorized`; the connection
 * ends
 */
export function greet(request: Request, options: HandshakeOptions): Greeted {
  if (resolveMethod(request.method) !== "hello") {
    throw new ConsoleError(
      "hello_required",
      `${request.method.slice(0, 64)} came before hello`,
    );
  }
  if (options.stopping()) {
    throw new ConsoleError("stopping", "the daemon is stopping", {
      retryable: true,
    });
  }
  const params = checkParams("hello", METHOD_SCHEMAS.hello, request.params) as ParamsOf<"hello">;
  if (params.protocol !== PROTOCOL) {
    throw new ConsoleError(
      "version_mismatch",
      `the client speaks protocol ${params.protocol}, the daemon ${PROTOCOL}`,
      { client: params.protocol, daemon: PROTOCOL, version: VERSION, hint: "agent-console daemon restart" },
    );
  }
  const scope = scopeOf(params.token, options);
  return {
    scope,
    kind: params.kind ?? "other",
    acknowledges: params.acknowledges === true,
    ...(params.methods === undefined ? {} : { methods: new Set(params.methods) }),
    result: {
      protocol: PROTOCOL,
      version: VERSION,
      ...(BUILD === undefined ? {} : { build: BUILD }),
      pid: options.pid,
      bootId: options.bootId,
      scope,
      capabilities: ["approvals", "subscribe"],
      limits: { ...options.limits },
    },
  };
}

/** @throws {ConsoleError} `unauthorized` */
function scopeOf(token: string | undefined, { tokens, credential }: HandshakeOptions): Scope {
  if (credential !== undefined) {
    if (token === undefined || credential.matches(token)) return credential.scope;
    throw new ConsoleError("unauthorized", "the token is not the one that this connection was opened with");
  }
  const scope = token === undefined ? "report" : tokens.scopeOf(token);
  if (scope === undefined) throw new ConsoleError("unauthorized", "the token is not that of daemon.token");
  return scope;
}
