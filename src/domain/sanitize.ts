/** Makes text from outside safe to store and to show. Pure. */

/** Cuts `text` to at most `cap` UTF-16 units, never inside a surrogate pair, marking the cut with `…`. */
export function clip(text: string, cap: number): string {
  if (text.length <= cap) return text;
  let end = cap - 1;
  const code = text.charCodeAt(end - 1);
  if (code >= 0xd800 && code <= 0xdbff) end--;
  return text.slice(0, end) + "…";
}

/** Shows both ends of a long text: the dangerous part of a command is often at its end. */
export function headAndTail(text: string, cap: number): string {
  if (text.length <= cap) return text;
  const half = Math.floor((cap - 1) / 2);
  return text.slice(0, half).toWellFormed() + "…" + text.slice(text.length - half).toWellFormed();
}

// Controls and line separators; bidi controls (Unicode TR36, "Trojan Source"); what no font draws (zero-width characters,
// fillers, tags), but for the selector that makes an emoji of a sign.
const HIDDEN =
  /[\p{Cc}\u2028\u2029\u2800\p{Bidi_Control}]|(?!(?<=[\p{Extended_Pictographic}\d#*])[\ufe0e\ufe0f])\p{Default_Ignorable_Code_Point}/gu;

/**
 * One line without anything that a terminal obeys or that deceives a reader: controls, escape sequences, bidi,
 * zero-width and other invisible characters are shown as `\x1b` or `\u202e`, newline and tab as `\n` and `\t`.
 */
export function escapeControls(text: string): string {
  return text.toWellFormed().replace(HIDDEN, (char) => {
    if (char === "\n") return "\\n";
    if (char === "\t") return "\\t";
    if (char === "\r") return "\\r";
    const code = char.codePointAt(0) ?? 0;
    return code < 0x100 ? `\\x${code.toString(16).padStart(2, "0")}` : `\\u${code.toString(16).padStart(4, "0")}`;
  });
}

/** JSON as one line in which nothing deceives a reader or a terminal; what it says when it is read again is the same. */
export function visibleJson(value: unknown): string {
  return (JSON.stringify(value) ?? "null").replace(
    HIDDEN,
    (char) =>
      [...Array(char.length)].map((_, at) => `\\u${char.charCodeAt(at).toString(16).padStart(4, "0")}`).join(""),
  );
}

/** {@link escapeControls}, line by line. */
export function escapeControlsKeepLines(text: string): string {
  return text.split("\n").map(escapeControls).join("\n");
}

// Spaces other than the plain one, characters that no font draws, and marks that cover what stands beside them: on
// anything but a letter, or more than three on one.
const DECEIVING = /[^\P{Zs} ]|[\p{Default_Ignorable_Code_Point}\u2800]|(?<!\p{L}\p{M}{0,2})\p{M}/gu;

/**
 * {@link escapeControlsKeepLines} for text that will run. Also escapes characters that look like a space and are none,
 * so that `git status` as one word does not read like two, characters without width, and combining marks over signs.
 * Ordinary letters of any language stay.
 */
export function escapeDeceptive(text: string): string {
  return escapeControlsKeepLines(text).replace(
    DECEIVING,
    (char) => `\\u${(char.codePointAt(0) ?? 0).toString(16).padStart(4, "0")}`,
  );
}

/** The text as one line: runs of spaces and line breaks become one space. */
export function oneLine(text: string): string {
  return text.replace(/\s+/g, " ").trim();
}

const SECRETS: readonly RegExp[] = [
  // Keys with a vendor's prefix: Anthropic, OpenAI, GitHub, Slack, Google, AWS, GitLab, npm, Stripe, Hugging Face, then
  // Vault, Docker, Slack apps, Google's OAuth, SendGrid, PyPI, DigitalOcean, age.
  /\b(?:sk-[A-Za-z0-9_-]{8,}|gh[pousr]_[A-Za-z0-9]{16,}|github_pat_\w{20,}|xox[abeprs]-[\w-]{8,}|AIza[\w-]{30,}|(?:AKIA|ASIA)[A-Z0-9]{12,}|glpat-[\w-]{12,}|npm_[A-Za-z0-9]{20,}|[rs]k_(?:live|test)_\w{10,}|hf_[A-Za-z0-9]{16,}|hvs\.[\w-]{20,}|dckr_pat_[\w-]{20,}|xapp-[\w-]{12,}|ya29\.[\w-]{20,}|SG\.[\w-]{16,}\.[\w-]{16,}|pypi-[\w-]{32,}|dop_v1_[0-9a-f]{32,}|AGE-SECRET-KEY-[A-Z0-9]{20,})/g,
  // JSON Web Tokens and PEM bodies.
  /\beyJ[\w-]{8,1024}\.[\w-]{8,16384}\.[\w-]{4,8192}/g,
  /-----BEGIN [A-Z ]*PRIVATE KEY-----[\s\S]*?(?:-----END [A-Z ]*PRIVATE KEY-----|$)/g,
  // Telegram bot tokens.
  /\b\d{8,10}:[A-Za-z0-9_-]{35}\b/g,
];
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

const SECRET_PART = /(?:secret|passwd|password|passphrase|token|credential|apikey)s?\d*$/;
/** Names of facts about a secret, not of the secret: `token_type`, `password_file`. */
const ABOUT = words("file path dir folder name type count limit usage field url uri endpoint length budget expiry ttl");
/** What comes before `key` in names of secrets; in capitals every key is one but those that come next. */
const SECRET_KEYS = words("access account api app auth client encryption master private secret service shared signing");
const HARMLESS_KEYS = words("cache foreign partition primary public row sort unique");

/**
 * Shorter values (UTF-16 units) are ordinary words and numbers. A quoted value longer than the other limit has no end.
 */
const MIN_SECRET = 6;
const MAX_QUOTED = 4096;

/** Every pattern but {@link NAMED}, which matches any assignment and is tested by looking for a secret's name. */
const ANY_PATTERN = new RegExp(
  [...SECRETS, BEARER, URL_PASSWORD, COOKIE, USER, PASSWORD_OPTION]
    .map(({ source, ignoreCase }) => ignoreCase ? `(?i:${source})` : source).join("|"),
);
/** Part of every name whose value is masked, and what must stand in the text for a name to have a value. */
const NAME_PART = /secret|pass|pwd|token|credential|key|authorization/i;
const ASSIGNMENT = /[=:]|--[\w-]/;

/** False where {@link maskEach} would change nothing: true of most texts, and a fifth of the cost of the search. */
function mayHoldSecret(text: string): boolean {
  return ANY_PATTERN.test(text) || (NAME_PART.test(text) && ASSIGNMENT.test(text));
}

/** Replaces what looks like a credential by `***`, keeping the words around it. */
export function maskSecrets(text: string): string {
  return mayHoldSecret(text) ? maskEach(text) : text;
}

/** {@link maskSecrets} without the test beforehand. */
export function maskEach(text: string): string {
  let out = text;
  for (const secret of SECRETS) out = out.replace(secret, "***");
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

/** @param prose `name: value` without quotes, as in a sentence: there `token-parser: rewritten` is no secret */
function isSecretName(name: string, prose: boolean): boolean {
  const parts = name.replace(/([a-z\d])([A-Z])/g, "$1_$2").replace(/([A-Z])([A-Z][a-z])/g, "$1_$2").toLowerCase()
    .split(/[_-]+/).filter(Boolean);
  const last = parts.at(-1) ?? "";
  const before = parts.at(-2);
  if (ABOUT.has(last)) return false;
  if (SECRET_PART.test(last)) return true;
  if (parts.some((part) => SECRET_PART.test(part))) return !(prose && /[a-z]-/.test(name));
  if (/^pass$|^pwd$/.test(last)) return before === undefined ? last === "pass" && !prose : true;
  if (last !== "key" || before === undefined) return false;
  return name === name.toUpperCase() ? !HARMLESS_KEYS.has(before) : SECRET_KEYS.has(before);
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

function words(list: string): ReadonlySet<string> {
  return new Set(list.split(" "));
}
