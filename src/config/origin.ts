/** Where a value of the configuration comes from. On the wire and on the screen it is one word, in here a union. Pure. */

export type Origin =
  | { readonly kind: "default" }
  /** `<file>:<line>:<column>`, both from 1; only the file where the place is not known. The file is absolute. */
  | { readonly kind: "file"; readonly place: string }
  /** A variable of the environment. */
  | { readonly kind: "variable"; readonly name: string }
  /** An option of the command line, with its hyphens. */
  | { readonly kind: "flag"; readonly flag: string };

export function originText(origin: Origin): string {
  switch (origin.kind) {
    case "default":
      return "default";
    case "file":
      return origin.place;
    case "variable":
      return origin.name;
    case "flag":
      return origin.flag;
  }
}

/** What {@link originText} wrote, in this process or in a daemon's reply. */
export function parseOrigin(text: string): Origin {
  if (text === "default") return { kind: "default" };
  if (text.startsWith("--")) return { kind: "flag", flag: text };
  return text.startsWith("/") ? { kind: "file", place: text } : { kind: "variable", name: text };
}

/** Whether a value was told on the command line; undefined: there is no such value. */
export function isFlag(text: string | undefined): boolean {
  return text !== undefined && parseOrigin(text).kind === "flag";
}
