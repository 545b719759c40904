/** Messages of commands as they are said in the chat, where a command is called by a slash. Pure. */

/**
 * `hint: agent-console daemon start` → `hint: /daemon start`. In an error all of it; in a note only where it is a hint, because
 * the rest may be what an agent runs, which is shown as it is. What is for another window is a command of a shell there.
 *
 * @param commands that run in the chat
 */
export function slashText(text: string, commands: readonly string[]): string {
  const called = new RegExp(
    `(?<![\\w./~-]|in another window, )agent-console (${[...commands, "--help"].join("|")})(?![\\w-])`,
    "g",
  );
  const meant = new RegExp(`^(hint: did you mean )((?:${commands.join("|")}) [\\w-]+\\?)`, "m");
  const slashed = (part: string) =>
    part.replaceAll(called, (_, name: string) => name === "--help" ? "/help" : `/${name}`);
  if (text.startsWith("error: ")) return slashed(text).replace(meant, "$1/$2");
  return text.replace(/^hint: .*|\bwith: agent-console .*/gm, slashed);
}
