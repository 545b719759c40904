/** Reads back what render.ts has written: the command line and the environment of an installed service. Pure. */

/** Each of the templates says so, those of earlier versions too: what does not is somebody else's. */
export function isWrittenByUs(text: string): boolean {
  return /Written by `agent-console daemon install/.test(text);
}

export interface ServiceWords {
  readonly argv: readonly string[];
  readonly env: Readonly<Record<string, string>>;
}

/** Of a systemd unit as we write it: one word to an `Environment=`, no line continued. */
export function readUnit(text: string): ServiceWords {
  const values = (name: string) =>
    text.split("\n").flatMap((line) => line.startsWith(`${name}=`) ? [line.slice(name.length + 1)] : []);
  const assignments = values("Environment").flatMap(words);
  return {
    // A colon in front switches the expansion of variables off.
    argv: words((values("ExecStart").at(-1) ?? "").replace(/^:/, "")),
    env: Object.fromEntries(assignments.map((word) => split(word))),
  };
}

function words(line: string): string[] {
  return (line.match(/"(?:\\.|[^"\\])*"|\S+/g) ?? []).map((word) => {
    const bare = word.startsWith('"') ? word.slice(1, -1).replace(/\\(?:x([0-9a-f]{2})|(.))/g, unescaped) : word;
    return bare.replaceAll("%%", "%");
  });
}

function unescaped(_: string, hex: string | undefined, char: string | undefined): string {
  return hex === undefined ? char ?? "" : String.fromCharCode(parseInt(hex, 16));
}

function split(word: string): [string, string] {
  const at = word.indexOf("=");
  return at < 0 ? [word, ""] : [word.slice(0, at), word.slice(at + 1)];
}

/** Of a property list as we write it. */
export function readPlist(text: string): ServiceWords {
  const part = (key: string, kind: string) =>
    new RegExp(`<key>${key}</key>\\s*<${kind}>([\\s\\S]*?)</${kind}>`).exec(text)?.[1] ?? "";
  const texts = (xml: string, tag: string) =>
    Array.from(
      xml.matchAll(new RegExp(`<${tag}>([^<]*)</${tag}>`, "g")),
      ([, inner = ""]) => inner.replace(/&#(\d+);/g, (_, code: string) => String.fromCodePoint(Number(code))),
    );
  const env = part("EnvironmentVariables", "dict");
  const values = texts(env, "string");
  return {
    argv: texts(part("ProgramArguments", "array"), "string"),
    env: Object.fromEntries(texts(env, "key").map((key, at) => [key, values[at] ?? ""])),
  };
}
