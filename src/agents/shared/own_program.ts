/** Which command lines in other people's settings run our program. Pure. */

/** A program by our name, in any folder. */
export const OWN_NAME = /(?:^|\/)agent-console$/;

/** `deno run` in the sandbox of one of our homes: it shuts the daemon's token of that very `--home` away. */
export function isOurSandbox(own: readonly string[]): boolean {
  const [flag, home] = own.slice(-2);
  return flag === "--home" && own[1] === "run" &&
    own.some((word) => word.startsWith(`--deny-read=${home}/daemon.token`));
}

export function sameArgv(a: readonly string[], b: readonly string[]): boolean {
  return a.length === b.length && a.every((word, at) => word === b[at]);
}
