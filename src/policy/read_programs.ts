/**
 * The programs that only read, each with the options under which it does. Pure.
 *
 * Not here: what shows the environment or a configuration (env, printenv, set, ps), what evaluates its arguments
 * (printf, test with numbers: a subscript may hold a command), what moves on (cd), what names another program (xargs).
 */
import { type KnownOptions, readArguments } from "./operands.ts";
import { isWithin, resolvePath, showsCodeOnly } from "./places.ts";
import type { Where } from "./where.ts";

/** The files that a command reads, as it names them, "." for its folder; undefined where it may do more than read. */
export type ReadFiles = (args: readonly string[], where: Where) => readonly string[] | undefined;

/** Without an operand a program reads its folder, or what is piped to it. */
const orHere = (named: readonly string[]): readonly string[] => named.length === 0 ? ["."] : named;

export const READ_PROGRAMS = new Map<string, ReadFiles>();

function put(names: string, read: ReadFiles): void {
  for (const name of names.split(" ")) READ_PROGRAMS.set(name, read);
}

/** All operands are files. */
const files = (known: KnownOptions, most = Infinity): ReadFiles => (args) => {
  const read = readArguments(args, known);
  if (read === undefined) return undefined;
  const { operands, loose } = read;
  const isMore = operands.length + loose.filter((one) => !/^\d+$/.test(one)).length > most;
  return isMore ? undefined : orHere([...operands, ...loose]);
};
/** No operand is one; each must fit. */
const texts = (known: KnownOptions, fits = /^/): ReadFiles => (args) => {
  const read = readArguments(args, known);
  return read?.operands.every((one) => fits.test(one)) ? [] : undefined;
};

put("cat", files({ flags: "AbeEnstTuv" }));
put("tac rev nl", files({}));
put("head tail", files({ flags: "qvz", valued: "nc", long: "lines= bytes= quiet verbose", numbers: true }));
put("wc", files({ flags: "clmwL", long: "lines words bytes chars" }));
put(
  "ls",
  files({
    flags: "aAbBcCdfFgGhklmnNopqQrRsStTuUvxXZ1",
    long:
      "all almost-all human-readable recursive reverse size inode directory classify=? color=? full-time group-directories-first sort= time= time-style= si",
  }),
);
put("stat", files({ flags: "Ltx", valued: "c", long: "format= printf= terse dereference" }));
put("file", files({ flags: "bihLNp", long: "brief mime mime-type mime-encoding" }));
put(
  "du",
  files({ flags: "abchkmsx", valued: "d", long: "max-depth= human-readable summarize all total apparent-size" }),
);
put("df", files({ flags: "ahHiklmPTx", long: "human-readable total" }));
put(
  "tree",
  files({
    letters: "separate",
    flags: "adfhpsugDF",
    valued: "LIP",
    long: "dirsfirst noreport filelimit= gitignore prune",
  }),
);
put("sort", files({ flags: "bdfghiMnrRuVc", valued: "kt", long: "key= field-separator= numeric-sort reverse unique" }));
put("uniq", files({ flags: "cdDiu", valued: "fsw" }, 1)); // a second one is written
put("xxd", files({ letters: "separate", flags: "bpu", valued: "lsgc" }, 1)); // so here; it reads `-ps` as one option
put("od hexdump", files({ flags: "abcdovxC", valued: "AjNtns" }));
put("strings", files({ flags: "a", valued: "nt" }));
put("cut", files({ flags: "sn", valued: "bcdf", long: "delimiter= fields= characters= output-delimiter= complement" }));
put("column", files({ flags: "tx", valued: "sco" }));
put("cmp", files({ flags: "bls" }, 2));
put("md5sum sha1sum sha256sum sha512sum cksum b2sum md5", files({ flags: "btz" }));
put("realpath readlink", files({ flags: "efmnqsz" }));

put("echo", () => []);
put("pwd", texts({ flags: "LP" }, /^$/));
put("basename dirname", texts({ flags: "az", valued: "s" }));
put("tr", texts({ flags: "cCdst" }));
put("seq sleep", texts({ valued: "s", flags: "w" }, /^[\d.]+[smh]?$/));
put("true false whoami nproc tty groups uptime arch hostname", (args) => args.length === 0 ? [] : undefined);
put("id", texts({ flags: "ugGnr" }, /^[\w-]+$/));
put("uname", texts({ flags: "amnoprsv" }, /^$/));
put("date", texts({ flags: "uRIjn", valued: "d", long: "utc date= iso-8601=? rfc-3339=" }, /^\+/));
put("which", texts({ flags: "as" }, /^[\w.+-]+$/));
put("type", texts({ flags: "aptP" }, /^[\w.+-]+$/));
put(
  "command",
  (args) => /^-[vV]$/.test(args[0] ?? "") && args.slice(1).every((arg) => /^[\w.+-]+$/.test(arg)) ? [] : undefined,
);
/** Their version alone; others run what a project names for it (yarn, pnpm, cargo, go). */
put(
  "node deno ruby perl php gcc g++ clang cc cmake docker kubectl sqlite3 psql",
  (args) => args.length === 1 && args[0] === "--version" ? [] : undefined,
);
put("python python3", (args) => args.length === 1 && /^(?:--version|-V)$/.test(args[0]!) ? [] : undefined);
put("java", (args) => args.length === 1 && /^--?version$/.test(args[0]!) ? [] : undefined);

const GREP: KnownOptions = {
  letters: "bundled",
  flags: "EFGPHhilLnocqsvwxzabrRIZT",
  valued: "ABCem",
  long:
    "include= exclude-dir= color=? colour=? line-number ignore-case count files-with-matches files-without-match only-matching invert-match word-regexp fixed-strings extended-regexp perl-regexp max-count= after-context= before-context= context= regexp= recursive no-messages with-filename no-filename quiet text binary-files=",
  numbers: true,
};

/**
 * In folders it shows what has a dot in front too: searching them is a read where it is limited to program text. No
 * `--exclude`: before an `--include` it lets in what neither names.
 */
put("grep egrep fgrep", (args) => {
  const read = readArguments(args, GREP);
  if (read === undefined || read.flags.has("-R")) return undefined;
  const { operands, loose, values, flags } = read;
  const given = values.some(([name]) => name === "-e" || name === "--regexp");
  const named = [...(given ? operands : operands.slice(1)), ...loose];
  const included = values.filter(([name]) => name === "--include");
  if (!included.every(([, value]) => showsCodeOnly(value))) return undefined;
  const deep = flags.has("-r") || flags.has("--recursive");
  return !deep || included.length > 0 ? orHere(named) : undefined;
});

/**
 * It leaves out what has a dot in front and what git ignores, where the folder's own `.ignore` does not say otherwise. Of
 * the workspace itself it would show its credentials: there it must be limited to program text.
 */
const RG: KnownOptions = {
  letters: "bundled",
  flags: "nNilcwvFSsoHIUPxqp0",
  valued: "ABCegtTmMr",
  long:
    "type= type-not= glob= files count files-with-matches files-without-match ignore-case smart-case word-regexp fixed-strings line-number no-line-number no-heading heading max-count= context= after-context= before-context= only-matching invert-match multiline stats json sort= color= max-depth= trim vimgrep replace= regexp= pcre2 no-filename with-filename max-columns= sort-files",
};
/** Not java, ruby and php: their types have `*.properties`, `.irbrc` and `wp-config.php` among them. */
const RG_TYPES =
  /^(?:ts|js|py|python|rust|go|kotlin|swift|c|cpp|cs|css|html|md|markdown|lua|dart|scala|ex|elixir|hs|haskell|jsx|tsx|vue|svelte)$/;
put("rg", (args, { cwd = "/", workspace = "/" }) => {
  const read = readArguments(args, RG);
  if (read === undefined) return undefined;
  const { operands, loose, values, flags } = read;
  const filters = values.filter(([name]) => name === "-g" || name === "--glob");
  if (!filters.every(([, value]) => showsCodeOnly(value))) return undefined;
  const types = values.filter(([name]) => name === "-t" || name === "--type").map(([, value]) => value);
  const isLimited = types.length > 0
    ? types.every((type) => RG_TYPES.test(type))
    : filters.some(([, value]) => !value.startsWith("!"));
  const names = flags.has("--files");
  const given = names || values.some(([name]) => name === "-e" || name === "--regexp");
  const named = orHere(given ? operands : operands.slice(1));
  const isAll = named.some((one) => isWithin(resolvePath(workspace, "/"), resolvePath(one, cwd)));
  return isAll && !isLimited && !names ? undefined : [...named, ...loose];
});

/** Its expressions: those without a value, and those with one. */
const FIND_FLAGS =
  /^-(?:not|o|or|a|and|print|print0|empty|depth|prune|ls|true|false|readable|writable|executable|xdev|mount)$/;
const FIND_VALUED =
  /^-(?:i?name|i?path|type|maxdepth|mindepth|size|[mac]time|[mac]min|i?regex|regextype|user|group|perm|links|inum)$/;
put("find", (args) => {
  const begin = args.findIndex((arg) => arg.startsWith("-"));
  const folders = begin < 0 ? args : args.slice(0, begin);
  for (let at = folders.length; at < args.length; at++) {
    if (FIND_VALUED.test(args[at]!) && at + 1 < args.length) at++;
    else if (!FIND_FLAGS.test(args[at]!)) return undefined;
  }
  return orHere(folders);
});

/** Prints lines by their numbers. */
put(
  "sed",
  ([quiet, script, ...named]) =>
    quiet === "-n" && /^\d+(?:,(?:\d+|\$))?p$/.test(script ?? "") && named.every((one) => !one.startsWith("-"))
      ? orHere(named)
      : undefined,
);

/** Prints fields, of all lines or of some by number or fixed text. */
const AWK =
  /^(?:NR ?[=<>]=? ?\d+(?: ?&& ?NR ?[=<>]=? ?\d+)?|\/[\w .:-]+\/)? ?(?:\{ ?print(?: \$(?:\d+|NF)(?:, ?\$(?:\d+|NF))*)? ?\})?$/;
put("awk", (args) => {
  const read = readArguments(args, { valued: "F" });
  const [script = "", ...named] = read?.operands ?? [];
  return script !== "" && AWK.test(script) && named.every((one) => !one.includes("=")) ? orHere(named) : undefined;
});

/** A filter of paths and of functions that take their input only: others read files, the environment, modules. */
const JQ_WORDS = new Set(
  ("length keys map select type has to_entries from_entries sort sort_by group_by unique unique_by first last not and or " +
    "empty add values tostring tonumber join contains test startswith endswith ascii_downcase null true false any all " +
    "min max flatten reverse split in if then else end").split(" "),
);
put("jq", (args) => {
  const read = readArguments(args, { flags: "rcesMSCj", long: "raw-output compact-output slurp sort-keys tab" });
  const [filter = "", ...named] = read?.operands ?? [];
  const bare = filter.replace(/"[^"\\]*"/g, '""').replace(/\.[A-Za-z_]\w*/g, ".");
  const known = (bare.match(/[A-Za-z_@$]\w*/g) ?? []).every((word) => JQ_WORDS.has(word));
  return filter !== "" && known && !/[\\$@]/.test(filter) ? orHere(named) : undefined;
});

/** Questions about a file; all else evaluates numbers, and in some shells what stands in their subscripts. */
put("test", (args) => args.length === 2 && /^-[defhLrswx]$/.test(args[0]!) ? [args[1]!] : undefined);
