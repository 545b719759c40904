/** Who decided a request. In the journal and on the wire it is one word, in here a union. Pure. */

export type Decider =
  | { readonly kind: "rule"; readonly ruleId: string }
  /** The safety mode by itself: nothing but reads. */
  | { readonly kind: "mode"; readonly mode: string }
  /** It only ever denies. */
  | { readonly kind: "interceptor"; readonly name: string }
  /** A client, by its actor's name: its kind, which is none of these words (protocol/schemas.ts), and its scope. */
  | { readonly kind: "client"; readonly name: string; readonly scope: string };

export function deciderText(decider: Decider): string {
  switch (decider.kind) {
    case "rule":
      return `rule:${decider.ruleId}`;
    case "mode":
      return `mode:${decider.mode}`;
    case "interceptor":
      return `interceptor:${decider.name}`;
    case "client":
      return decider.scope === "" ? decider.name : `${decider.name}:${decider.scope}`;
  }
}

/** What {@link deciderText} wrote, in this version or an earlier one. */
export function parseDecider(text: string): Decider {
  const colon = text.indexOf(":");
  const [first, rest] = colon < 0 ? [text, ""] : [text.slice(0, colon), text.slice(colon + 1)];
  if (first === "rule") return { kind: "rule", ruleId: rest };
  if (first === "interceptor") return { kind: "interceptor", name: rest };
  return first === "mode" ? { kind: "mode", mode: rest } : { kind: "client", name: first, scope: rest };
}
