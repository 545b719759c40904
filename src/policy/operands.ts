/** Reads the arguments of a program by the options that are known of it. Pure. */

/** The options that a program may be given; every other one is unknown, abbreviations too. */
export interface KnownOptions {
  /** Letters without a value. */
  readonly flags?: string;
  /** Letters with a value, in the same word or the next. */
  readonly valued?: string;
  /** Long options, separated by spaces; `name=` needs a value behind `=` or in the next word, `name=?` may have one. */
  readonly long?: string;
  /** `-20` is a number. */
  readonly numbers?: boolean;
  /**
   * How letters stand together in one word. `bundled`: as getopt reads them, so that the last may have a value. `separate`:
   * a letter with a value is a word of its own, and so is the value. By default a letter with a value comes first.
   */
  readonly letters?: "bundled" | "separate";
}

export interface ReadArguments {
  readonly operands: readonly string[];
  /** Values that are words of their own: where another system's program takes none there, each is an operand. */
  readonly loose: readonly string[];
  /** Name (`-g`, `--include`) and value. */
  readonly values: readonly (readonly [name: string, value: string])[];
  /** Names of those without value. */
  readonly flags: ReadonlySet<string>;
}

/**
 * Undefined where an argument is not known. A word behind `--` is an operand. A value that is a word of its own is none that
 * may be an option: some programs take no value there (`git diff -U --output=x`).
 */
export function readArguments(args: readonly string[], known: KnownOptions): ReadArguments | undefined {
  const { flags: letters = "", valued = "", numbers = false, letters: how } = known;
  const long = longOptions(known);
  const operands: string[] = [];
  const loose: string[] = [];
  const values: [string, string][] = [];
  const flags = new Set<string>();
  for (let at = 0; at < args.length; at++) {
    const arg = args[at]!;
    if (arg === "--") {
      operands.push(...args.slice(at + 1));
      break;
    }
    if (!/^-./.test(arg)) {
      operands.push(arg);
    } else if (arg.startsWith("--")) {
      const [name = "", value] = splitOnce(arg.slice(2));
      const takes = long.get(name);
      if (takes === undefined || (takes === "" && value !== undefined)) return undefined;
      if (takes === "") flags.add(`--${name}`);
      else if (value !== undefined) values.push([`--${name}`, value]);
      else if (takes === "=?") flags.add(`--${name}`);
      else if (isValue(args[++at])) values.push([`--${name}`, loose[loose.push(args[at]!) - 1]!]);
      else return undefined;
    } else if (!(numbers && /^-\d+$/.test(arg))) {
      for (let i = 1; i < arg.length; i++) {
        const letter = arg[i]!;
        if (valued.includes(letter)) {
          const isLast = i === arg.length - 1;
          if (how !== "bundled" && (i > 1 || (how === "separate" && !isLast))) return undefined;
          const value = isLast ? args[++at] : arg.slice(i + 1);
          if (value === undefined || (isLast && !isValue(value))) return undefined;
          if (isLast) loose.push(value);
          values.push([`-${letter}`, value]);
          break;
        }
        if (!letters.includes(letter)) return undefined;
        flags.add(`-${letter}`);
      }
    }
  }
  return { operands, loose, values, flags };
}

function isValue(word: string | undefined): word is string {
  return word !== undefined && (!word.startsWith("-") || /^-\d+$/.test(word));
}

function splitOnce(text: string): readonly [string, string?] {
  const at = text.indexOf("=");
  return at < 0 ? [text] : [text.slice(0, at), text.slice(at + 1)];
}

const CACHE = new WeakMap<KnownOptions, ReadonlyMap<string, "" | "=" | "=?">>();

function longOptions(known: KnownOptions): ReadonlyMap<string, "" | "=" | "=?"> {
  let long = CACHE.get(known);
  if (long === undefined) {
    const names = (known.long ?? "").split(" ").filter((name) => name !== "");
    long = new Map(names.map((name) => {
      const [, bare = "", takes = ""] = /^(.*?)(=\??)?$/.exec(name)!;
      return [bare, takes as "" | "=" | "=?"];
    }));
    CACHE.set(known, long);
  }
  return long;
}
