/** docs/capsule.schema.json: the manifest of a capsule for editors, made of the schema by which it is read. */
import { toJsonSchema } from "@valibot/to-json-schema";
import { API_VERSIONS, DEFAULT_OF_TYPE, EACH_ONCE, manifestSchema } from "../../src/capsule/manifest.ts";

export const CAPSULE_SCHEMA = "docs/capsule.schema.json";

type JsonSchema = ReturnType<typeof toJsonSchema>;

/** What a check of the manifest's own demands; others are the program's alone. */
const CHECKS: Readonly<Record<string, JsonSchema>> = {
  [EACH_ONCE]: { uniqueItems: true },
  [DEFAULT_OF_TYPE]: {
    oneOf: (["string", "number", "boolean"] as const).map((type) => ({
      properties: { type: { const: type }, default: { type } },
    })),
  },
};

/** The text of the file. */
export function capsuleSchema(): string {
  const { properties = {}, ...rest } = toJsonSchema(manifestSchema, {
    errorMode: "ignore", // of what no schema can say; the program says it
    target: "draft-2020-12",
    typeMode: "input",
    overrideAction: ({ valibotAction: { type, ...action }, jsonSchema }) => {
      if (type === "check") return { ...jsonSchema, ...CHECKS[String("message" in action ? action.message : "")] };
      if (type !== "regex") return undefined;
      const { requirement } = action as unknown as { readonly requirement: RegExp };
      return { ...jsonSchema, allOf: [...jsonSchema.allOf ?? [], { pattern: patternOf(requirement) }] };
    },
  });
  const { oldest, newest } = API_VERSIONS;
  const schema = {
    ...rest,
    title: "The manifest of a capsule of agent-console",
    properties: {
      $schema: { type: "string" },
      ...properties,
      apiVersion: { type: "integer", minimum: oldest, maximum: newest },
    },
  };
  return `${JSON.stringify(schema, null, 2)}\n`;
}

/** A schema's patterns have no flags: each letter of one that has the flag `i` is written in both cases. */
function patternOf({ source, flags }: RegExp): string {
  if (flags === "") return source;
  if (flags !== "i" || /\\[a-z]|\[/i.test(source)) throw new Error(`no pattern of a schema can say ${source}`);
  return source.replace(/[a-z]/gi, (letter) => `[${letter.toUpperCase()}${letter.toLowerCase()}]`);
}
