/** A reader of XML property lists, as much of plist(5) as our templates use; anything else is an error. */

export type Plist = string | number | boolean | Plist[] | { [key: string]: Plist };

const TOKEN = /<!--[\s\S]*?-->|<\?[\s\S]*?\?>|<!DOCTYPE[^>]*>|<(\/?)(\w+)([^>]*?)(\/?)>|[^<]+/g;

export function parsePlist(text: string): Plist {
  const tokens: { tag: string; close: boolean; empty: boolean; text: string }[] = [];
  let at = 0;
  for (const match of text.matchAll(TOKEN)) {
    if (match.index !== at) throw new Error(`not XML at ${at}`);
    at += match[0].length;
    const [all, close = "", tag = "", , empty = ""] = match;
    if (/^<[!?]/.test(all)) continue;
    tokens.push({ tag, close: close === "/", empty: empty === "/", text: tag === "" ? decode(all) : "" });
  }
  if (at !== text.length) throw new Error(`not XML at ${at}`);
  let next = 0;

  function blank(): void {
    while (tokens[next]?.tag === "" && tokens[next]?.text.trim() === "") next++;
  }
  function open(): { tag: string; empty: boolean } {
    blank();
    const token = tokens[next++];
    if (token === undefined || token.tag === "" || token.close) throw new Error("an element is missing");
    return token;
  }
  function closes(tag: string): boolean {
    blank();
    return tokens[next]?.close === true && tokens[next]?.tag === tag;
  }
  function textUntil(tag: string): string {
    let content = "";
    while (tokens[next]?.tag === "") content += tokens[next++]!.text;
    if (!closes(tag)) throw new Error(`${tag} is not closed`);
    next++;
    return content;
  }
  function value(): Plist {
    const { tag, empty } = open();
    if (empty && (tag === "true" || tag === "false")) return tag === "true";
    if (tag === "string") return textUntil(tag);
    if (tag === "integer") return Number(textUntil(tag));
    if (tag === "array") {
      const items: Plist[] = [];
      while (!closes(tag)) items.push(value());
      next++;
      return items;
    }
    if (tag !== "dict") throw new Error(`unknown element ${tag}`);
    const dict: { [key: string]: Plist } = {};
    while (!closes(tag)) {
      if (open().tag !== "key") throw new Error("a key is missing");
      dict[textUntil("key")] = value();
    }
    next++;
    return dict;
  }

  if (open().tag !== "plist") throw new Error("the root is not plist");
  const result = value();
  if (!closes("plist")) throw new Error("plist is not closed");
  return result;
}

function decode(text: string): string {
  return text.replace(/&(?:#(\d+)|(\w+));/g, (all, code: string | undefined, name: string | undefined) => {
    if (code !== undefined) return String.fromCodePoint(Number(code));
    const char = { amp: "&", lt: "<", gt: ">", quot: '"', apos: "'" }[name ?? ""];
    if (char === undefined) throw new Error(`unknown entity ${all}`);
    return char;
  });
}
