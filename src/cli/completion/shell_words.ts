/** Words as a shell hands them over, and candidates as it takes them. Nothing is expanded or evaluated. Pure. */

export const SHELLS = ["bash", "zsh", "fish"] as const;
export type CompletionShell = (typeof SHELLS)[number];

interface Typed {
  readonly text: string;
  /** The quote that is open at its end. */
  readonly quote: "" | "'" | '"';
}

/** A word of bash as it was typed, less its quotes; a variable or a substitution in it stays the text that it is. */
export function unquoted(raw: string): Typed {
  let text = "";
  let quote: Typed["quote"] = "";
  for (let i = 0; i < raw.length; i++) {
    const sign = raw[i]!;
    if (quote === "'") {
      if (sign === "'") quote = "";
      else text += sign;
    } else if (sign === "\\" && i + 1 < raw.length) {
      const next = raw[++i]!;
      text += quote === '"' && !'"\\$`'.includes(next) ? `\\${next}` : next;
    } else if (sign === '"') quote = quote === '"' ? "" : '"';
    else if (sign === "'" && quote === "") quote = "'";
    else text += sign;
  }
  return { text, quote };
}

/** Where bash itself parts words (COMP_WORDBREAKS) outside of quotes: it replaces only what comes behind. */
const BREAKS = /[:=]/g;

/**
 * A candidate as bash must insert it in the place of `raw`; undefined where it has no such form.
 *
 * @param raw the word as it was typed, of which the candidate is a continuation
 */
export function bashForm(candidate: string, raw: string): string | undefined {
  const { quote } = unquoted(raw);
  if (quote === "'") return candidate.includes("'") ? undefined : candidate;
  if (quote === '"') return candidate.replace(/["\\$`]/g, "\\$&");
  // A break that was typed quoted parts nothing.
  const last = /["'\\]/.test(raw) ? undefined : [...raw.matchAll(BREAKS)].at(-1);
  const rest = last === undefined ? candidate : candidate.slice(last.index + 1);
  const escaped = rest.replace(/[^\w./:@%+,=\u0080-\uffff-]/g, "\\$&");
  return escaped.startsWith("~") ? `\\${escaped}` : escaped;
}
