/** The gateway as its user's own programs find it: the tokens in the home folder, and the link that opens the page. */
import { parseSecrets } from "../lib/secret.ts";
import { checkPlainFile, foreign } from "../platform/path_safety.ts";
import { denoFiles } from "../platform/deno_files.ts";
import type { HomePaths } from "../platform/home_paths.ts";
import { ownUid } from "../platform/process.ts";
import { ConsoleError } from "../protocol/errors.ts";
import { GATEWAY_SCOPES, type GatewayScope } from "../protocol/methods.ts";

/** @throws {ConsoleError} `failed` where the file is not there, `unsafe_path` where it is not safely ours */
export function readGatewayToken({ gatewayTokens: path }: HomePaths, scope: GatewayScope): string {
  const stat = denoFiles.stat(path);
  if (stat === undefined) throw noTokens(`${path} is not there`);
  const problem = checkPlainFile(stat) ?? foreign(stat, ownUid());
  if (problem !== undefined) throw new ConsoleError("unsafe_path", `${path} ${problem}`, { path });
  const token = parseSecrets(denoFiles.read(path), GATEWAY_SCOPES)?.[scope];
  if (token === undefined) throw noTokens(`${path} holds no tokens`);
  return token;
}

function noTokens(why: string): ConsoleError {
  return new ConsoleError("failed", `the gateway has no tokens: ${why}`, { hint: "agent-console daemon restart" });
}

/** A literal loopback address, with or without a port: a name may lead anywhere, and so may an address that is read in another way. */
const LOOPBACK_URL = /^http:\/\/(?:127\.\d{1,3}\.\d{1,3}\.\d{1,3}|\[::1\])(?::\d{1,5})?\/$/;

/** Whether a token may be sent there. */
export function isLoopbackUrl(url: string): boolean {
  return LOOPBACK_URL.test(url) && URL.canParse(url);
}

/**
 * The link that opens the page. The token stands in the fragment, which browsers send to nobody.
 *
 * @throws {ConsoleError} `failed` where a token would leave this machine
 */
export function pageLink(url: string, token: string, mayLeave: boolean): string {
  if (!mayLeave && !isLoopbackUrl(url)) {
    throw new ConsoleError("failed", "the gateway says that it listens at no loopback address; it gets no token");
  }
  return `${url}#token=${token}`;
}
