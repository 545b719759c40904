/** Options of programs, as getopt and its like read them. Pure. */

/**
 * Whether one of the short or long options is given: short ones also in a bundle or with a value behind, long ones also
 * abbreviated. An ambiguous abbreviation counts: risk classes err on the severe side.
 */
export function option(args: readonly string[], short: string, ...long: readonly string[]): boolean {
  return args.some((arg) => {
    if (!arg.startsWith("--")) return /^-./.test(arg) && [...arg.slice(1)].some((char) => short.includes(char));
    const name = arg.slice(2).split("=")[0] ?? "";
    return name.length > 0 && long.some((full) => full.startsWith(name));
  });
}
