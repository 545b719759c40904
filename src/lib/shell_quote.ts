/** Words of an argument list as one line for a POSIX shell. */

/** `argv` as one line that a POSIX shell reads back as the same words. */
export function shellQuote(argv: readonly string[]): string {
  return argv.map((word) => /^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", `'\\''`)}'`).join(" ");
}
