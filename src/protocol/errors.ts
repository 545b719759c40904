/**
 * Every error of this program: a closed list, each with its wire code and its exit code.
 * JSON-RPC 2.0 §5.1 owns −32768…−32000; ours count from 1000. Exit codes: docs/commands.md.
 * Messages are plain English, lower-case, and name the thing they are about; a hint names a command or an action.
 */
import { escapeControlsKeepLines } from "../domain/sanitize.ts";

export const ERRORS = {
  parse_error: { code: -32700, exit: 1, meaning: "The line is not JSON in UTF-8." },
  invalid_request: { code: -32600, exit: 1, meaning: "The JSON is not a JSON-RPC 2.0 request." },
  method_not_found: { code: -32601, exit: 1, meaning: "No such method." },
  invalid_params: { code: -32602, exit: 2, meaning: "A parameter is unknown, missing or of the wrong type." },
  internal: { code: -32603, exit: 70, meaning: "A bug; the id stands in the daemon's log." },

  hello_required: { code: 1000, exit: 1, meaning: "The first message of a connection must be hello." },
  version_mismatch: { code: 1001, exit: 5, meaning: "The two sides speak different major versions." },
  unauthorized: { code: 1002, exit: 1, meaning: "The token is not the daemon's." },
  forbidden: { code: 1003, exit: 1, meaning: "The connection's scope does not cover the method." },
  too_large: { code: 1004, exit: 1, meaning: "A line or a payload is over its limit." },
  busy: {
    code: 1005,
    exit: 1,
    meaning: "All connections, all subscriptions of this one, or what clients without a token may add, are taken.",
  },
  timeout: { code: 1006, exit: 1, meaning: "The request took longer than its deadline." },
  stopping: { code: 1007, exit: 1, meaning: "The daemon is stopping and takes no new work." },
  confirm_required: { code: 1008, exit: 1, meaning: "Live work would be lost; confirm or force." },
  not_found: { code: 1009, exit: 1, meaning: "No such object." },
  conflict: { code: 1010, exit: 1, meaning: "The object is not in a state that allows this." },
  read_only: { code: 1011, exit: 1, meaning: "The journal cannot be written, so nothing may change." },
  config_invalid: { code: 1012, exit: 1, meaning: "The configuration has an error; the old one stays in force." },
  already_decided: { code: 1013, exit: 1, meaning: "The request is resolved already; the first decision counts." },

  // Never on the wire: what a client finds out by itself.
  usage: { code: 1100, exit: 2, meaning: "The command line is wrong." },
  not_running: { code: 1101, exit: 3, meaning: "No daemon runs, and none was to be started." },
  start_failed: { code: 1102, exit: 1, meaning: "The daemon did not come up." },
  already_running: { code: 1103, exit: 4, meaning: "Another daemon runs, or the socket is taken." },
  incompatible: { code: 1104, exit: 5, meaning: "A file was written by a newer version." },
  unsafe_path: { code: 1105, exit: 6, meaning: "A path is not safely ours." },
  journal_broken: { code: 1106, exit: 7, meaning: "The journal does not verify." },
  disconnected: { code: 1107, exit: 1, meaning: "The daemon closed the connection." },
  failed: { code: 1108, exit: 1, meaning: "The operation was refused or failed." },
} as const satisfies Record<string, { code: number; exit: number; meaning: string }>;

export type ErrorName = keyof typeof ERRORS;

/** Extra members of `error.data` beside `name`; never a secret. `hint` is what whoever called can do about it. */
export type ErrorDetails = Readonly<Record<string, unknown>> & { readonly hint?: string };

/** The one error class of the program. `message` and `hint` are for people, `kind` and `details` for programs. */
export class ConsoleError extends Error {
  override readonly name = "ConsoleError";
  constructor(readonly kind: ErrorName, message: string, readonly details: ErrorDetails = {}) {
    super(message);
  }
  get hint(): string | undefined {
    return this.details.hint;
  }
  get exitCode(): number {
    return ERRORS[this.kind].exit;
  }
}

/** The `error` member of a JSON-RPC response. */
export interface WireError {
  readonly code: number;
  readonly message: string;
  readonly data: { readonly name: ErrorName } & ErrorDetails;
}

/** Words of the request may stand in the message: whoever prints it is deceived by none of them. */
export function toWire({ kind, message, details, hint }: ConsoleError): WireError {
  return {
    code: ERRORS[kind].code,
    message: escapeControlsKeepLines(message),
    data: { ...details, ...(hint === undefined ? {} : { hint: escapeControlsKeepLines(hint) }), name: kind },
  };
}

/** The error that an answer stands for, by its name or else its code; an unknown one (a newer daemon) becomes `failed`. */
export function fromWire(error: { code: number; message: string; data?: unknown }): ConsoleError {
  const { name, hint, ...details } = (error.data ?? {}) as Record<string, unknown>;
  const known = typeof name === "string" && Object.hasOwn(ERRORS, name) ? name as ErrorName : nameOfCode(error.code);
  return new ConsoleError(known ?? "failed", error.message, {
    ...details,
    ...(typeof hint === "string" ? { hint } : {}),
  });
}

function nameOfCode(code: number): ErrorName | undefined {
  return (Object.keys(ERRORS) as ErrorName[]).find((name) => ERRORS[name].code === code);
}
