/** The few forms that our recipes for others use, read strictly: a line of another form is an error. */

export interface Formula {
  /** What stands at the formula's own level with a text behind it. */
  readonly fields: ReadonlyMap<string, string>;
  readonly dependsOn: readonly string[];
  /** The beginnings of its blocks. */
  readonly blocks: readonly string[];
}

/** A Homebrew formula: one class, fields, blocks that end. */
export function parseFormula(text: string): Formula {
  const fields = new Map<string, string>();
  const dependsOn: string[] = [];
  const blocks: string[] = [];
  const open: string[] = [];
  for (const [at, raw] of text.split("\n").entries()) {
    const wrong = () => new Error(`line ${at + 1} of the formula: ${raw}`);
    const line = raw.trim();
    if (line === "" || line.startsWith("#")) continue;
    // Quotes come in pairs, and what is put into a text is known.
    if ((line.match(/"/g)?.length ?? 0) % 2 !== 0 || /#\{(?!bin\})/.test(line)) throw wrong();
    const indent = raw.length - raw.trimStart().length;
    if (line === "end") {
      if (open.pop() === undefined || indent !== open.length * 2) throw wrong();
    } else if (indent !== open.length * 2) throw wrong();
    else if (open.length === 0) {
      if (line !== "class AgentConsole < Formula") throw wrong();
      open.push(line);
    } else if (open.length === 1) {
      const [, name, value] = /^(\w+) "([^"\\]*)"$/.exec(line) ?? [];
      if (name === "depends_on") dependsOn.push(value!);
      else if (name !== undefined && !fields.has(name)) fields.set(name, value!);
      else if (/^(?:def \w+|test do)$/.test(line)) {
        blocks.push(line);
        open.push(line);
      } else throw wrong();
    }
  }
  if (open.length > 0) throw new Error(`${open.at(-1)} has no end`);
  return { fields, dependsOn, blocks };
}

export interface ContainerLine {
  readonly instruction: string;
  /** In one line. */
  readonly value: string;
}

/** Instructions of the Containerfile that ours may have. */
const KNOWN: readonly string[] =
  "FROM RUN COPY ARG USER WORKDIR ENV VOLUME HEALTHCHECK ENTRYPOINT CMD LABEL EXPOSE STOPSIGNAL".split(" ");

export function parseContainerfile(text: string): readonly ContainerLine[] {
  const found: ContainerLine[] = [];
  let begun = "";
  for (const [at, raw] of text.split("\n").entries()) {
    if (raw.trimStart().startsWith("#") || (raw.trim() === "" && begun === "")) continue;
    begun += raw.replace(/\\$/, "").replace(/^\s+/, begun === "" ? "" : " ");
    if (raw.endsWith("\\")) continue;
    const [, instruction = "", value = ""] = /^([A-Z]+) (\S.*)$/.exec(begun) ?? [];
    if (!KNOWN.includes(instruction)) throw new Error(`line ${at + 1} of the Containerfile: ${begun}`);
    found.push({ instruction, value: value.replace(/ +&&/g, " &&").trimEnd() });
    begun = "";
  }
  if (begun !== "") throw new Error("the Containerfile ends in the middle of an instruction");
  if (found[0]?.instruction !== "FROM") throw new Error("the Containerfile does not begin with FROM");
  return found;
}
