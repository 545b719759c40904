/**
 * Masks what looks like a secret in texts that only people read: reports, logs, JSON, prose, files. It rather masks too
 * much. What runs is masked by mask_command.ts, which rather masks too little. Pure.
 */
import { lazy } from "../lib/lazy.ts";
import { anyToken } from "./mask_kinds.ts";
import { isSecretName, MIN_SECRET } from "./mask_names.ts";

const secrets = lazy((): readonly RegExp[] => [
  anyToken(),
  /-----BEGIN [A-Z ]*PRIVATE KEY-----[\s\S]*?(?:-----END [A-Z ]*PRIVATE KEY-----|$)/g,
]);
const BEARER = /\b((?:Bearer|Basic)\s{1,8})([A-Za-z0-9._~+/=-]{8,})/g;
/** A password may contain `@` and `/` as they are; a port and a path are not passwords. */
const URL_PASSWORD = /(\b[a-z][a-z0-9+.-]{0,31}:\/\/[^\s/:@]*:)(?!\d{1,5}[/?#])([^\s"'<>\\]{1,256})(@)/gi;
const COOKIE = /\b((?:set-)?cookie(?:\\{0,15}["'])?\s{0,4}:\s{0,4}(?:\\{0,15}["'])?)[\w.-]{1,64}=[^\n"'\\]{1,4096}/gi;
// NAME=value, "name": "value", {\"name\":\"value\"}, --name value, env["NAME"] = 'value'; then -u user:password, also
// in a bundle. The text is untrusted: a repetition that is tried at every position would cost the square of its length.
const NAMED =
  /(?<![\w-])(?:(?<name>[\w-]+)(?:\\{0,15}["']\]?)?(?<sep>\s{0,8}(?:=>?|:=?)\s{0,8})|(?<flag>--[\w-]+)\s{1,8})(?<quote>\\{0,15}["'])?/g;
const USER =
  /(?<![^\s"'])(?:-[a-zA-Z]{0,8}[uU] ?|--(?:proxy-)?user[ =])(?<quote>\\{0,15}["'])?(?<user>[^\s:"'\\]{1,64}):/g;
/** Programs and the option behind which they take a password; mysql takes it in the same word only. */
const PASSWORD_OPTION =
  /\b(?:(?:(?:sshpass|(?:docker|podman|nerdctl) login)\b[^\n|;&]{0,200}?\s-p|redis-cli\b[^\n|;&]{0,200}?\s-a) ?|(?:mysql|mysqldump|mysqladmin|mariadb)\b[^\n|;&]{0,200}?\s-p)(?<user>)(?<quote>\\{0,15}["'])?/g;
const SCHEME = /[A-Za-z][A-Za-z0-9-]{0,31} {1,8}/y;

/** A quoted value that is longer (UTF-16 units) has no end. */
const MAX_QUOTED = 4096;

/** Every pattern but {@link NAMED}, which matches any assignment and is tested by looking for a secret's name. */
const anyPattern = lazy(() =>
  new RegExp(
    [...secrets(), BEARER, URL_PASSWORD, COOKIE, USER, PASSWORD_OPTION]
      .map(({ source, ignoreCase }) => ignoreCase ? `(?i:${source})` : source).join("|"),
  )
);
/** Part of every name whose value is masked, and what must stand in the text for a name to have a value. */
const NAME_PART = /secret|pass|pwd|token|credential|key|authorization/i;
const ASSIGNMENT = /[=:]|--[\w-]/;

/** False where {@link maskEach} would change nothing: true of most texts, and a fifth of the cost of the search. */
function mayHoldSecret(text: string): boolean {
  return anyPattern().test(text) || (NAME_PART.test(text) && ASSIGNMENT.test(text));
}

/** Replaces what looks like a credential by `***`, keeping the words around it. */
export function maskSecrets(text: string): string {
  return mayHoldSecret(text) ? maskEach(text) : text;
}

/** {@link maskSecrets} without the test beforehand. */
export function maskEach(text: string): string {
  let out = text;
  for (const secret of secrets()) out = out.replace(secret, "***");
  out = out.replace(BEARER, "$1***").replace(URL_PASSWORD, "$1***$3").replace(COOKIE, "$1***");
  return [NAMED, USER, PASSWORD_OPTION].reduce(maskBehind, out);
}

/** Masks the values behind the matches of `head`, each part of the text looked at once. */
function maskBehind(text: string, head: RegExp): string {
  let out = "";
  let done = 0;
  const heads = new RegExp(head);
  for (let match = heads.exec(text); match !== null; match = heads.exec(text)) {
    const { name = "", sep = "", flag, quote, user } = match.groups ?? {};
    const authorization = /^-*(?:proxy-)?authorization$/i.test(flag ?? name);
    const prose = quote === undefined && sep.endsWith(" ");
    if (user === undefined && !authorization && !isSecretName(flag ?? name, prose)) continue;
    SCHEME.lastIndex = heads.lastIndex;
    const start = authorization && SCHEME.test(text) ? SCHEME.lastIndex : heads.lastIndex;
    const end = quote === undefined ? bareEnd(text, start) : quotedEnd(text, start, quote);
    if (end - start < MIN_SECRET) continue;
    const value = text.slice(start, end);
    const isNumber = /^[\d.,]+$/.test(value);
    if (isNumber && (user === undefined ? /token/i.test(flag ?? name) : /^\d+$/.test(user))) continue; // a count; uid:gid
    if (authorization && quote === undefined && value.length < 16 && !/\d/.test(value)) continue; // a word
    out += text.slice(done, start) + "***";
    done = heads.lastIndex = end;
  }
  return out + text.slice(done);
}

/** Where a value without quotes ends. An escape counts as a whole, so that JSON stays JSON. */
function bareEnd(text: string, start: number): number {
  for (let at = start;; at++) {
    if (text[at] === "\\" && /[^\s"']/.test(text[at + 1] ?? " ")) at++;
    else if (/[\s"',;\\]/.test(text[at] ?? " ")) return at;
  }
}

/**
 * Where a value in quotes ends: before the same quote behind as many backslashes (JSON within JSON), or where the text
 * around it ends first; where neither comes, at the next quote or line.
 */
function quotedEnd(text: string, start: number, quote: string): number {
  const depth = quote.length - 1;
  const mark = quote[depth];
  let next: number | undefined;
  for (let at = start; at < Math.min(text.length, start + MAX_QUOTED); at++) {
    const from = at;
    while (text[at] === "\\") at++;
    const slashes = at - from;
    const char = text[at] ?? "";
    if (char === mark && slashes % (2 * (depth + 1)) === depth) return at - depth;
    const closesJson = char === '"' && slashes === 0 && (depth > 0 || /[,:}\]]/.test(text[at + 1] ?? ""));
    if (closesJson || (char === mark && slashes < depth)) return from;
    if (/["'\n]/.test(char)) next ??= from;
  }
  return next ?? Math.max(start, bareEnd(text, Math.min(text.length, start + MAX_QUOTED)));
}
