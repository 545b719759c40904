/** Text from outside made safe to keep and to show. Pure. */

/** Cuts `text` to at most `cap` UTF-16 units, never inside a surrogate pair, marking the cut with `…`. */
export function clip(text: string, cap: number): string {
  if (text.length <= cap) return text;
  let end = cap - 1;
  const code = text.charCodeAt(end - 1);
  if (code >= 0xd800 && code <= 0xdbff) end--;
  return text.slice(0, end) + "…";
}

/** Shows both ends of a long text: the dangerous part of a command is often its tail. */
export function headAndTail(text: string, cap: number): string {
  if (text.length <= cap) return text;
  const half = Math.floor((cap - 1) / 2);
  return text.slice(0, half).toWellFormed() + "…" + text.slice(text.length - half).toWellFormed();
}

// C0, DEL, C1; zero-width and bidi controls (Unicode TR36, "Trojan Source"); line separators; BOM; tags.
const HIDDEN =
  // deno-lint-ignore no-control-regex
  /[\u0000-\u001f\u007f-\u009f\u061c\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff\u{e0000}-\u{e007f}]/gu;

/**
 * One line without anything that a terminal or a reader's eye would obey: controls, escape sequences,
 * bidi and zero-width characters are shown as `\x1b` or `\u202e`, newline and tab as `\n` and `\t`.
 */
export function visible(text: string): string {
  return text.toWellFormed().replace(HIDDEN, (char) => {
    if (char === "\n") return "\\n";
    if (char === "\t") return "\\t";
    if (char === "\r") return "\\r";
    const code = char.codePointAt(0) ?? 0;
    return code < 0x100 ? `\\x${code.toString(16).padStart(2, "0")}` : `\\u${code.toString(16).padStart(4, "0")}`;
  });
}

/** Spaces and line breaks folded: the text as one readable line. */
export function oneLine(text: string): string {
  return text.replace(/\s+/g, " ").trim();
}

const SECRETS: readonly RegExp[] = [
  // Keys with a vendor's prefix: Anthropic, OpenAI, GitHub, Slack, Google, AWS, GitLab, npm, Stripe, Hugging Face.
  /\b(?:sk-[A-Za-z0-9_-]{8,}|gh[pousr]_[A-Za-z0-9]{16,}|github_pat_\w{20,}|xox[abeprs]-[\w-]{8,}|AIza[\w-]{30,}|(?:AKIA|ASIA)[A-Z0-9]{12,}|glpat-[\w-]{12,}|npm_[A-Za-z0-9]{20,}|[rs]k_(?:live|test)_\w{10,}|hf_[A-Za-z0-9]{16,})/g,
  // JSON Web Tokens and PEM bodies.
  /\beyJ[\w-]{8,1024}\.[\w-]{8,16384}\.[\w-]{4,8192}/g,
  /-----BEGIN [A-Z ]*PRIVATE KEY-----[\s\S]*?(?:-----END [A-Z ]*PRIVATE KEY-----|$)/g,
  // Telegram bot tokens.
  /\b\d{8,10}:[A-Za-z0-9_-]{35}\b/g,
];
// NAME=value, "name": "value", --name value, Authorization: Bearer value, https://user:password@host
// Repeats that come before the telling word are bounded: the text is anybody's, and an open repeat that is
// tried at every position costs the square of its length.
const WORD = "[A-Za-z0-9_-]{0,64}(?:api[_-]?key|secret|passwd|password|token|credential)s?";
const NAMED = new RegExp(`((?:${WORD}["']?\\s*[=:]\\s*|--${WORD}\\s+)["']?)([^\\s"',;]{6,})`, "gi");
const BEARER = /\b((?:Bearer|Basic)\s+)([A-Za-z0-9._~+/=-]{8,})/g;
const URL_PASSWORD = /(\b[a-z][a-z0-9+.-]{0,31}:\/\/[^\s/:@]*:)([^\s/@]+)(@)/gi;

/** Replaces what looks like a credential by `***`, keeping the words around it. */
export function maskSecrets(text: string): string {
  let out = text;
  for (const secret of SECRETS) out = out.replace(secret, "***");
  return out
    .replace(BEARER, "$1***")
    .replace(URL_PASSWORD, "$1***$3")
    .replace(NAMED, (all, name: string, value: string) => value === "***" ? all : `${name}***`);
}
