/**
 * Masks secrets in a command that somebody decides on. Whoever wrote it may want a mask to hide a part of what runs. So,
 * unlike in mask.ts, only runs of characters that mean themselves are masked, only where a secret is all that is likely,
 * and what is in doubt is shown. Pure.
 */
import { anyToken } from "./mask_kinds.ts";
import { isSecretName, isSecretNameInCommand, MIN_SECRET } from "./mask_names.ts";
import { ShellText } from "./shell_text.ts";

/** A part of the text, `end` excluded. */
interface Span {
  readonly start: number;
  readonly end: number;
}

/** Replaces what is certainly no part of what runs by `***`. */
export function maskCommand(text: string): string {
  const shell = new ShellText(text);
  const found = [
    ...tokens(shell),
    ...named(shell),
    ...ofPrograms(shell),
    ...schemes(shell),
    ...addresses(shell),
    ...cookies(shell),
    ...keyLines(text),
  ];
  let out = "";
  let done = 0;
  for (const { start, end } of found.sort((a, b) => a.start - b.start || b.end - a.end)) {
    if (start < done || !meansItself(text.slice(start, end))) continue;
    // Beside these it is a part of a pattern or an expansion.
    if (/[*?$`{[\]]/.test(text[start - 1] ?? "") || /[*?$`{[(]/.test(text[end] ?? "")) continue;
    out += text.slice(done, start) + "***";
    done = end;
  }
  return out + text.slice(done);
}

/** Letters, digits and signs that no shell gives a meaning, and neither an option nor a path. */
function meansItself(value: string): boolean {
  if (!/^[\w+=:%!][\w.~+/=:@%!-]*$/.test(value)) return false;
  if (!value.includes("/")) return true;
  return /^(?:[a-z\d]{2,8}_)?[A-Za-z\d+/]{20,}={0,2}$/.test(value) && /[A-Z]/.test(value) && /\d/.test(value);
}

/** Unlike a word, the name of a host or an operand: letters with digits, or a long run of either. */
function looksRandom(value: string, least = 8): boolean {
  if (value.length < least) return false;
  return (/[A-Za-z]/.test(value) && /\d/.test(value)) || /[A-Za-z\d]{20}/.test(value);
}

/** Tokens, but where they would be the program or a part of a path. */
function* tokens(shell: ShellText): Generator<Span> {
  for (const { 0: token, index: start } of shell.text.matchAll(anyToken())) {
    const end = start + token.length;
    if (looksRandom(token) && !shell.isProgramAt(start) && !shell.isInPath(start)) yield { start, end };
  }
}

// `$` before a name makes it an expansion. A blank behind `=` would end an assignment: what follows would run.
const NAMED =
  /(?<![\w$-]|\$\{)(?:(?<name>[\w-]+)(?:\\{0,15}["']\]?)?(?<sep>=|:[ \t]{0,8})|(?<flag>--[\w-]+)[ \t]{1,8})(?<quote>\\{0,15}["'])?/g;
const SCHEME = /[A-Za-z][A-Za-z\d-]{0,31} {1,8}/y;

/** NAME=value, "name": "value", --name value, 'Authorization: scheme value'. */
function* named(shell: ShellText): Generator<Span> {
  const { text } = shell;
  const prompts = PROMPTS.test(text);
  for (const { 0: head, index, groups = {} } of text.matchAll(NAMED)) {
    const { name = "", sep = "", flag, quote = "" } = groups;
    const authorization = /^(?:proxy-)?authorization$/i.test(name);
    if (!authorization && !(flag === undefined ? holdsSecret(name) : !prompts && takesSecret(flag))) continue;
    let start = index + head.length;
    if (authorization) {
      SCHEME.lastIndex = start;
      if (SCHEME.test(text)) start = SCHEME.lastIndex;
    }
    const value = valueAt(text, start, quote);
    if (value === undefined) continue;
    const what = text.slice(start, value.end);
    if (/^\d+$/.test(what) && /token/i.test(flag ?? name)) continue; // a count
    // A blank before it may make it a word of its own. So only within quotes, or where it is unlike a word.
    const isWord = sep.length > 1 || authorization;
    if ((isWord || flag !== undefined || (sep === ":" && quote === "")) && !looksRandom(what)) continue;
    if (isWord && !shell.isWithinQuotes(index, value.end)) continue;
    if (flag === undefined && shell.isNamedElsewhere(name)) continue; // it may be expanded, and run
    yield value;
  }
}

/** Options named after a secret that take none: what comes next is an operand, or what is behind `=` the secret's name. */
const SWITCH =
  /^--(?:add|allow|ask|attach|create|delete|detach|disable|enable|exclude|force|generate|get|include|list|no|print|prompt|remove|require|reset|revoke|rm|rotate|set|show|skip|unset|update|use|with|without)-/;
/** Programs that ask for the password where `--password` stands alone. */
const PROMPTS = /\b(?:mysql|mariadb|psql|pg_|(?:create|drop|vacuum|reindex|cluster)db\b|(?:create|drop)user\b)/;

/** Whether a word behind `flag` would be a secret: not behind `--password-store`, `--no-password`. */
function takesSecret(flag: string): boolean {
  const isNamed = isSecretName(flag, true) || flag.endsWith("-key");
  return isNamed && isSecretNameInCommand(flag) && !SWITCH.test(flag);
}

/** Whether what is assigned to `name` would be a secret: not in `--delete-secret=`, but in `--set-password=`. */
function holdsSecret(name: string): boolean {
  return isSecretNameInCommand(name) &&
    (!SWITCH.test(name) || /^--(?:set|use|with)-.*pass(?:word|phrase)?$/.test(name));
}

/** Options of curl that take no argument of their own, so that the next word is an option again. */
const CURL_FLAGS = "[sSfkLviIgGOR]";
const CURL_LONG = "silent|fail|show-error|location|insecure|verbose|compressed|include|head";

/** Programs, the option behind which they take a password, and which options may stand right before that one. */
const OPTIONS = [
  {
    program: /^(?:curl|curlie|hurl)\s/,
    head: new RegExp(
      `(?<=\\s)(?:-${CURL_FLAGS}{0,8}[uU][ \\t]?|--(?:proxy-)?user[ =])(?<quote>["']?)[\\w.@%+~][\\w.@%+~-]{0,63}:`,
      "g",
    ),
    before: new RegExp(`^(?:-${CURL_FLAGS}+|--(?:${CURL_LONG}))$`),
  },
  { program: /^sshpass\s+$/, head: /(?<=\bsshpass[ \t]{1,8})-p[ \t]?(?<quote>["']?)/g, before: /^$/ },
  {
    program: /^(?:mysql|mysqldump|mysqladmin|mariadb)\s/,
    head: /(?<=\s)-p(?<quote>["']?)/g,
    before: /^(?:-[uhPDS][^\s"'\\$`]+|--[\w-]+=\S+)$/,
  },
  { program: /^redis-cli\s/, head: /(?<=\s)-a[ \t](?<quote>["']?)/g, before: /^--[\w-]+=\S+$/ },
  { program: /^(?:docker|podman|nerdctl) login\s/, head: /(?<=\s)-p[ \t](?<quote>["']?)/g, before: /^--[\w-]+=\S+$/ },
] as const;

function* ofPrograms(shell: ShellText): Generator<Span> {
  for (const { program, head, before } of OPTIONS) {
    for (const { 0: option, index, groups } of shell.text.matchAll(head)) {
      const command = shell.commandUpTo(index);
      if (command === undefined || !program.test(command)) continue;
      const last = /(\S+)\s+$/.exec(command)?.[1] ?? "";
      if (/^["'\\]*-|[$`]/.test(last) && !before.test(last)) continue; // our option may be an argument of that one
      const value = valueAt(shell.text, index + option.length, groups?.["quote"] ?? "");
      if (value !== undefined) yield value;
    }
  }
}

/** Bearer and Basic within quotes, as of a header. */
function* schemes(shell: ShellText): Generator<Span> {
  for (const { 0: head, index } of shell.text.matchAll(/\b(?:Bearer|Basic) {1,8}/g)) {
    const value = valueAt(shell.text, index + head.length, "");
    if (value === undefined || !looksRandom(shell.text.slice(value.start, value.end), 12)) continue;
    if (shell.isWithinQuotes(index, value.end)) yield value;
  }
}

const ADDRESS = /(?<=\b[a-z][a-z\d+.-]{0,31}:\/\/[\w.~+%-]{0,64}:)[\w.~+=%!-]{1,256}(?=@)/gi;

/** The password in an address: where it goes stands behind the `@`. */
function* addresses({ text }: ShellText): Generator<Span> {
  for (const { 0: password, index: start } of text.matchAll(ADDRESS)) yield { start, end: start + password.length };
}

const COOKIE = /(?:(?:set-)?cookie(?:\\{0,15}["'])?: {0,8}|(?<=\s)--cookie[= ])(?:\\{0,15}["'])?/gi;
const PAIR = /[ \t]*([\w.-]{1,64})=([\w.~+/=%!-]{0,4096})(;?)/y;

/** Cookies, each by itself: a name, and a value that is unlike a word. */
function* cookies(shell: ShellText): Generator<Span> {
  let walked = 0; // a cookie may be named like the header: no part of the text is walked through twice
  for (const { 0: head, index } of shell.text.matchAll(COOKIE)) {
    if (index < walked) continue;
    PAIR.lastIndex = index + head.length;
    for (let pair = PAIR.exec(shell.text); pair !== null; pair = PAIR.exec(shell.text)) {
      const [, name = "", value = "", more] = pair;
      walked = PAIR.lastIndex;
      const end = walked - (more ?? "").length;
      const isHeader = head.startsWith("--") || shell.isWithinQuotes(index, end);
      if (isHeader && looksRandom(value, 12) && !shell.isNamedElsewhere(name)) yield { start: end - value.length, end };
      if (more === "") break;
    }
  }
}

const KEY =
  /-----BEGIN [A-Z ]{0,40}PRIVATE KEY-----((?:(?:\r?\n|\\n)[A-Za-z\d+/=]{1,76}(?![A-Za-z\d+/=]))+)(?=\r?\n-----END|\\n-----END)/g;

/** The full lines of a private key between its frames. What is not of their usual length may be something else. */
function* keyLines(text: string): Generator<Span> {
  for (const { 0: key, index, 1: body = "" } of text.matchAll(KEY)) {
    const base = index + key.length - body.length;
    for (const { 0: line, index: at } of body.matchAll(/(?<=\n|\\n)[A-Za-z\d+/=]{64,76}(?![^\r\n\\])/g)) {
      if ([64, 70, 76].includes(line.length) && /[a-z]/.test(line) && /[A-Z]/.test(line) && /\d/.test(line)) {
        yield { start: base + at, end: base + at + line.length };
      }
    }
  }
}

const RUN = /[\w.~+/=:@%!-]*/y;

/** The value at `start` behind `quote`: one run that ends where its quote or its word ends, long enough for a secret. */
function valueAt(text: string, start: number, quote: string): Span | undefined {
  RUN.lastIndex = start;
  RUN.test(text);
  const end = RUN.lastIndex;
  if (end - start < MIN_SECRET) return undefined;
  const ends = quote === "" ? /^[\s"'\\;&|)<>},]?$/.test(text[end] ?? "") : text.startsWith(quote, end);
  return ends ? { start, end } : undefined;
}
