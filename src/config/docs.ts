/** Documentation that is made from the schema, so that it cannot be wrong. Pure. */
import { ENV_SETTINGS } from "./env.ts";
import type { ConfigSchema, Entry, Group, Named, Setting } from "./schema.ts";

/** A Markdown table of all keys, for the documentation. */
export function configDocs(schema: ConfigSchema): string {
  const rows = schema.settings.map(({ key, must, fallback, applies, means }) => {
    const variable = ENV_SETTINGS.find((setting) => setting.key === key)?.variable;
    const also = variable === undefined ? "" : ` Also \`${variable}\`.`;
    return `| \`${key}\` | ${must} | \`${JSON.stringify(fallback)}\` | ${APPLIES[applies]} | ${means}${also} |`;
  });
  return ["| key | value | default | a change applies | meaning |", "|---|---|---|---|---|", ...rows, ""].join("\n");
}

const APPLIES = { live: "at reload", restart: "at restart" } as const;

/**
 * What `config init` writes as config.jsonc: every key with its meaning, commented out at its default (a list: with an
 * example), so that a default that a later version changes changes here too.
 */
export function initialConfig({ root }: ConfigSchema): string {
  return [
    "// agent-console. Comments and trailing commas are allowed; take the // from a line to set its key.",
    "{",
    ...groupLines(root, "  "),
    "}",
    "",
  ].join("\n");
}

function groupLines({ entries }: Group, indent: string): string[] {
  return [...entries].flatMap(([name, entry]) => {
    if (entry.kind === "setting") return settingLines(name, entry, indent);
    const inner = entry.kind === "group" ? groupLines(entry, `${indent}  `) : exampleLines(entry, `${indent}  `);
    return [`${indent}"${name}": {`, ...inner, `${indent}},`];
  });
}

function settingLines(name: string, setting: Setting, indent: string): string[] {
  const { means, must, applies, example } = setting;
  return [
    `${indent}// ${means}`,
    `${indent}// Must be ${must}. A change applies ${APPLIES[applies]}.${example === undefined ? "" : " For example:"}`,
    `${indent}// "${name}": ${exampleOf(setting)},`,
  ];
}

/** Names are the user's own: one example on a line of its own, which counts when its `//` is gone. */
function exampleLines({ must, example, entry }: Named, indent: string): string[] {
  return [
    `${indent}// Under a name of your own; a name must be ${must}.`,
    ...explained(entry, "").map((line) => `${indent}// ${line}`),
    `${indent}// For example:`,
    `${indent}// "${example}": ${exampleOf(entry)},`,
  ];
}

function explained(entry: Entry, key: string): string[] {
  if (entry.kind === "group") {
    return [...entry.entries].flatMap(([name, inner]) => explained(inner, key === "" ? name : `${key}.${name}`));
  }
  if (entry.kind === "named") return explained(entry.entry, `${key}.<name>`);
  return [`${key === "" ? "" : `${key}: `}${entry.means} Must be ${entry.must}. Applies ${APPLIES[entry.applies]}.`];
}

/** A value as it could stand in the file, on one line. */
function exampleOf(entry: Entry): string {
  if (entry.kind === "setting") return entry.example ?? JSON.stringify(entry.fallback);
  if (entry.kind === "named") return `{ ${JSON.stringify(entry.example)}: ${exampleOf(entry.entry)} }`;
  return `{ ${[...entry.entries].map(([name, inner]) => `"${name}": ${exampleOf(inner)}`).join(", ")} }`;
}
