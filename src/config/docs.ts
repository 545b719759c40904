/** Documentation that is made from the schema, so that it cannot be wrong. Pure. */
import { ENV_SETTINGS } from "./env.ts";
import { SETTINGS } from "./schema.ts";

/** A Markdown table of all keys, for the documentation. */
export function configDocs(): string {
  const rows = SETTINGS.map(({ key, must, fallback, applies, means }) => {
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
export function initialConfig(): string {
  const lines = [
    "// agent-console. Comments and trailing commas are allowed; take the // from a line to set its key.",
    "{",
  ];
  let section = "";
  for (const { key, name, must, fallback, applies, means, example } of SETTINGS) {
    const [next = ""] = key.split(".");
    if (next !== section) {
      if (section !== "") lines.push("  },");
      lines.push(`  "${next}": {`);
      section = next;
    }
    lines.push(`    // ${means}`);
    lines.push(
      `    // Must be ${must}. A change applies ${APPLIES[applies]}.${example === undefined ? "" : " For example:"}`,
    );
    lines.push(`    // "${name}": ${example ?? JSON.stringify(fallback)},`);
  }
  lines.push("  },", "}", "");
  return lines.join("\n");
}
