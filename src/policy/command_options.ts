/** Options of programs, as getopt and its like read them. Pure. */

/**
 * Whether one of the short or long options is given: short ones also in a bundle or with a value behind, long ones also
 * shortened. What is too short to be one alone counts: the classes lean to the worse.
 */
export function option(args: readonly string[], short: string, ...long: readonly string[]): boolean {
  return args.some((arg) => {
    if (!arg.startsWith("--")) return /^-./.test(arg) && [...arg.slice(1)].some((char) => short.includes(char));
    const name = arg.slice(2).split("=")[0] ?? "";
    return name.length > 0 && long.some((full) => full.startsWith(name));
  });
}
