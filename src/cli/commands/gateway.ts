/** `gateway …`: whether it listens, its tokens, the page. */
import { dim, green, red, yellow } from "@std/fmt/colors";
import { notRunningError, retryWhileRestarting } from "../../client/connect.ts";
import { pageLink, readGatewayToken } from "../../client/gateway_link.ts";
import { openInBrowser } from "../../client/open_browser.ts";
import { escapeControls } from "../../domain/sanitize.ts";
import { sleep } from "../../platform/delay.ts";
import { ConsoleError } from "../../protocol/errors.ts";
import type { ResultOf } from "../../protocol/method_schemas.ts";
import type { GatewayScope } from "../../protocol/methods.ts";
import { call, callRunning, type CommandContext, read } from "../context.ts";
import { qrLines } from "../qr_code.ts";

type Status = ResultOf<"gateway.status">;

const TURN_ON = "agent-console config set gateway.enabled true, then agent-console daemon restart";

export async function gatewayStatus(run: CommandContext, { json }: { readonly json?: boolean }): Promise<void> {
  const status = await lookAtGateway(run);
  if (json) return run.out.json(status);
  if (status.state === "off") return run.out.say(`the gateway is off; to turn it on: ${TURN_ON}`);
  for (const { url, listening, problem } of status.listeners) {
    run.out.line(`${listening ? green("listens") : red("does not listen")}  ${escapeControls(problem ?? url)}`);
  }
  const { connections, maxConnections, requests, refused, allowedOrigins } = status;
  run.out.line(`connections  ${connections} of ${maxConnections}`);
  const kinds = Object.entries(refused).map(([code, count]) => `${count} × ${code}`);
  run.out.line(`requests  ${requests}${kinds.length === 0 ? "" : `, refused ${kinds.join(", ")}`}`);
  for (const origin of allowedOrigins) run.out.line(dim(`also reached as  ${escapeControls(origin)}`));
  for (const warning of status.warnings) run.out.line(yellow(`warning: ${escapeControls(warning)}`));
}

/** Starts no daemon, nor has its service start one. @throws {ConsoleError} `not_running` */
async function lookAtGateway(run: CommandContext): Promise<Status> {
  const { wouldStart } = await import("./status_service.ts");
  if (await wouldStart(run)) throw notRunningError();
  return await retryWhileRestarting(() => callRunning(run, "gateway.status", {}));
}

export async function printToken(
  run: CommandContext,
  { scope = "approve", json }: { readonly scope?: GatewayScope; readonly json?: boolean },
): Promise<void> {
  await listening(run);
  const token = readGatewayToken(run.context.paths, scope);
  if (json) run.out.json({ token, scope });
  else run.out.line(token);
}

export async function rotateTokens(run: CommandContext, { scope }: { readonly scope?: GatewayScope }): Promise<void> {
  await call(run, "gateway.rotateToken", scope === undefined ? {} : { scope });
  const which = scope === undefined ? "all tokens are new" : `the token for ${scope} is new`;
  run.out.note(`${which}; who had the old one is disconnected`);
}

interface OpenOptions {
  readonly scope: GatewayScope;
  readonly print?: boolean;
  readonly qr?: boolean;
  readonly lan?: boolean;
}

export async function openPage(run: CommandContext, { scope, print, qr, lan = false }: OpenOptions): Promise<void> {
  if (lan && !print && !qr) {
    throw new ConsoleError("usage", "--lan opens nothing here, it is for a phone", { hint: "add --qr or --print" });
  }
  const status = await listening(run);
  const listener = status.listeners.find(({ tls, listening }) => tls === lan && listening);
  if (listener === undefined) throw notThere(status, lan);
  const link = pageLink(listener.url, readGatewayToken(run.context.paths, scope), lan);
  if (lan) run.out.note("warning: whoever sees this link can answer for you, from anywhere in that network");
  if (print) run.out.line(link);
  if (qr) { for (const line of await qrLines(link, run.out.screen.isTerminal)) run.out.line(line); }
  if (qr && !lan) run.out.note("a phone reaches this address through an SSH tunnel: docs/gateway.md");
  if (!print && !qr) await show(run, listener.url, link);
}

const LOOK_MS = 200;

/**
 * The file that leads to the page stays until the page was asked for.
 *
 * @throws {ConsoleError} `failed` where no browser asks for it: the link is printed
 */
async function show(run: CommandContext, url: string, link: string): Promise<void> {
  const { pageRequests: before } = await read(run, "gateway.status", {});
  const page = openInBrowser(link);
  try {
    run.out.note(`opening ${url} in your browser; where none appears: agent-console gateway open --print`);
    const until = performance.now() + page.waitMs;
    while (!page.hasFailed && performance.now() < until) {
      await sleep(LOOK_MS, run.signal);
      if ((await read(run, "gateway.status", {})).pageRequests > before) return;
    }
    run.out.line(link);
    throw new ConsoleError("failed", "no browser has asked for the page", {
      hint: "open the link above in a browser of this machine",
    });
  } finally {
    page.close();
  }
}

/** @throws {ConsoleError} `failed` where it is off */
async function listening(run: CommandContext): Promise<Status> {
  const status = await read(run, "gateway.status", {});
  if (status.listeners.length > 0) return status;
  if (status.state === "off") throw new ConsoleError("failed", "the gateway is off", { hint: TURN_ON });
  throw new ConsoleError("failed", `the gateway does not run: ${escapeControls(status.warnings.join("; "))}`, {
    hint: "agent-console daemon restart",
  });
}

function notThere({ listeners }: Status, lan: boolean): ConsoleError {
  const problem = listeners.find(({ tls }) => tls === lan)?.problem;
  if (problem !== undefined) {
    const hint = "agent-console config set gateway.port N, then agent-console daemon restart";
    return new ConsoleError("failed", `the gateway does not listen: ${escapeControls(problem)}`, { hint });
  }
  return new ConsoleError("failed", "the gateway listens on this machine only", {
    hint: "docs/gateway.md tells how a phone reaches it: by an SSH tunnel, by Tailscale, or with gateway.lan",
  });
}
