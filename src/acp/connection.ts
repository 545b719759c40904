/**
 * One connection to an agent that speaks the Agent Client Protocol, version 1, over its stdin and stdout. Loads the SDK, so
 * nothing loads this before an agent is started.
 *
 * The agent offers what it likes and we offer nothing: neither files nor terminals of ours, it has its own. What it sends is
 * read by our own readers and not by the SDK's schemas, which refuse whole messages for one word that is newer than they are.
 */
import * as acp from "@agentclientprotocol/sdk";
import { type Fields, isFields, objectField, stringField } from "../lib/json_fields.ts";
import type { PipedProcess } from "../platform/piped_process.ts";
import { ConsoleError } from "../protocol/errors.ts";
import { VERSION } from "../protocol/version.ts";
import { type Abilities, readAbilities } from "./abilities.ts";
import { CANCELLED, type PermissionAsked, type PermissionOutcome, readPermission } from "./permission.ts";
import { type AcpUpdate, readUpdate } from "./read_update.ts";

export interface AcpEvents {
  readonly update: (sessionId: string, update: AcpUpdate) => void;
  /** @param signal fires where the agent takes the question back, or is gone */
  readonly permission: (asked: PermissionAsked, signal: AbortSignal) => Promise<PermissionOutcome>;
}

/** A message of the agent that is longer ends the connection, bytes: the SDK's own bound. */
const MAX_MESSAGE_BYTES = 32 * 1024 * 1024;

/** As the wire takes ids of sessions. */
// deno-lint-ignore no-control-regex
const USABLE_ID = /^[^\u0000-\u001f\u007f-\u009f]{1,200}$/;

const asItIs = (params: unknown): unknown => params;

export class AcpConnection {
  readonly #connection: acp.ClientConnection;

  constructor({ stdin, stdout }: Pick<PipedProcess, "stdin" | "stdout">, { update, permission }: AcpEvents) {
    const app = acp.client({ name: "agent-console" })
      .onNotification("session/update", asItIs, ({ params }) => {
        const read = readUpdate(params);
        if (read !== undefined) update(read.sessionId, read.update);
      })
      .onRequest("session/request_permission", asItIs, ({ params, signal }) => {
        const asked = readPermission(params);
        return asked === undefined ? CANCELLED : permission(asked, signal);
      });
    this.#connection = app.connect(acp.ndJsonStream(stdin, stdout, { maxMessageBytes: MAX_MESSAGE_BYTES }));
  }

  get isClosed(): boolean {
    return this.#connection.signal.aborted;
  }

  /** Resolves when no more messages come. */
  get closed(): Promise<void> {
    return this.#connection.closed;
  }

  /** What it can do. @throws {ConsoleError} `failed`: it speaks another version */
  async initialize(signal: AbortSignal): Promise<Abilities> {
    const told = await this.#request("initialize", {
      protocolVersion: acp.PROTOCOL_VERSION,
      clientCapabilities: { fs: { readTextFile: false, writeTextFile: false }, terminal: false },
      clientInfo: { name: "agent-console", title: "agent-console", version: VERSION },
    }, signal);
    const version = told["protocolVersion"];
    if (version !== acp.PROTOCOL_VERSION) {
      throw new ConsoleError(
        "failed",
        `it speaks version ${String(version)} of ACP, and we speak ${acp.PROTOCOL_VERSION}`,
      );
    }
    return readAbilities(told);
  }

  /** Opens a session in the folder `cwd`; gives its id. @throws {ConsoleError} `failed` */
  async newSession(cwd: string, signal: AbortSignal): Promise<string> {
    const id = stringField(await this.#request("session/new", { cwd, mcpServers: [] }, signal), "sessionId");
    if (id === undefined || !USABLE_ID.test(id)) {
      throw new ConsoleError("failed", "it opened a session and told no id that can be used");
    }
    return id;
  }

  /** Opens one of an earlier process again, in the folder `cwd`. @throws {ConsoleError} `failed` */
  async reopenSession(
    how: NonNullable<Abilities["reopen"]>,
    sessionId: string,
    cwd: string,
    signal: AbortSignal,
  ): Promise<void> {
    await this.#request(how, { sessionId, cwd, mcpServers: [] }, signal);
  }

  /** @throws {ConsoleError} `failed` */
  async closeSession(sessionId: string, signal: AbortSignal): Promise<void> {
    await this.#request("session/close", { sessionId }, signal);
  }

  /** @throws {ConsoleError} `failed` */
  async setMode(sessionId: string, modeId: string, signal: AbortSignal): Promise<void> {
    await this.#request("session/set_mode", { sessionId, modeId }, signal);
  }

  /** One turn, to its end; gives its stop reason. @throws {ConsoleError} `failed`: the turn did */
  async prompt(sessionId: string, text: string, signal: AbortSignal): Promise<string> {
    const ended = await this.#request("session/prompt", { sessionId, prompt: [{ type: "text", text }] }, signal);
    return stringField(ended, "stopReason") ?? "end_turn";
  }

  /** Asks to end the turn: {@link prompt} resolves with `cancelled` then. */
  async cancel(sessionId: string): Promise<void> {
    await this.#connection.agent.notify("session/cancel", { sessionId }).catch(() => {}); // it is gone
  }

  close(): void {
    this.#connection.close();
  }

  async #request(method: string, params: unknown, signal: AbortSignal): Promise<Fields> {
    const options = { cancellationSignal: signal, stopWaitingOnCancel: true };
    try {
      const result = await this.#connection.agent.request<unknown, unknown>(method, params, options);
      return isFields(result) ? result : {};
    } catch (error) {
      signal.throwIfAborted();
      throw new ConsoleError("failed", problemOf(error));
    }
  }
}

/** In the agent's own words: many say what is wrong in the data beside a message that says nothing. */
function problemOf(error: unknown): string {
  const fields = Object(error) as Fields;
  const message = error instanceof Error ? error.message : stringField(fields, "message");
  const data = objectField(fields, "data") ?? {};
  const more = stringField(fields, "data") ?? DETAILS.flatMap((name) => stringField(data, name) ?? [])[0];
  const isLocked = fields["code"] === AUTH_REQUIRED;
  const said = [message, more, isLocked ? "log in with its own program first" : undefined].filter((one) =>
    one !== undefined && one !== ""
  );
  return said.length === 0 ? "it answered with an error and no words" : [...new Set(said)].join(": ");
}

/** ACP's code for an agent that nobody has logged in to. */
const AUTH_REQUIRED = -32000;
/** Where agents put them. */
const DETAILS = ["details", "message", "error"];
