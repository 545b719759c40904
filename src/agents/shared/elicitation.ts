/**
 * Forms of MCP servers: a flat JSON schema whose properties are strings, numbers, booleans or choices (MCP 2025-06-18,
 * "elicitation"), as questions and back as content.
 */
import type { Choice } from "../../domain/approval.ts";
import { choiceOptions } from "./choice_options.ts";
import { type Fields, isFields, objectArrayField, objectField, stringField } from "../../lib/json_fields.ts";

interface Field extends Choice {
  readonly name: string;
  readonly required: boolean;
  /** The value of what a person chose or wrote, or undefined where it is none that the schema takes. */
  readonly read: (answer: string) => unknown;
}

/** The questions of a form; undefined where it is no form, or has a field of an unknown kind. */
export function parseForm(event: Fields): readonly Field[] | undefined {
  if ((stringField(event, "mode") ?? "form") !== "form" || stringField(event, "url") !== undefined) return undefined;
  const schema = objectField(event, "requested_schema") ?? {};
  const properties = Object.entries(objectField(schema, "properties") ?? {});
  const must = new Set(Array.isArray(schema["required"]) ? schema["required"] : []);
  const titles = properties.map(([, property]) => isFields(property) ? stringField(property, "title") : undefined);
  const fields = properties.map(([name, property], i) => {
    if (!isFields(property)) return undefined;
    const kind = kindOf(property);
    const title = titles[i];
    const another = properties.some(([other], j) => j !== i && (other === title || titles[j] === title));
    const question = title === undefined || another ? name : title;
    return kind && { name, question, required: must.has(name), ...kind };
  });
  return fields.every((field) => field !== undefined) ? fields : undefined;
}

/** The content for `answers` (question → answer); undefined where the form would refuse it. */
export function formContent(
  fields: readonly Field[],
  answers: Readonly<Record<string, string>>,
): Readonly<Record<string, unknown>> | undefined {
  const content: Record<string, unknown> = {};
  for (const { name, question, required, read } of fields) {
    const answer = Object.hasOwn(answers, question) ? answers[question] : undefined;
    if (answer === undefined) {
      if (required) return undefined;
      continue;
    }
    const value = read(answer);
    if (value === undefined) return undefined;
    Object.defineProperty(content, name, { value, enumerable: true, configurable: true, writable: true });
  }
  return content;
}

function kindOf(property: Fields): Pick<Field, "options" | "descriptions" | "multiple" | "read"> | undefined {
  const type = stringField(property, "type");
  const given = optionsOf(property);
  const { options } = given;
  const one = (answer: string) => options.length === 0 || options.includes(answer) ? answer : undefined;
  switch (type) {
    case "string":
    case undefined:
      return type === undefined && options.length === 0 ? undefined : { ...given, multiple: false, read: one };
    case "boolean":
      return { options: ["true", "false"], multiple: false, read: booleanIn };
    case "number":
    case "integer":
      return { options: [], multiple: false, read: (answer) => numberIn(answer, type === "integer") };
    case "array": {
      const chosen = optionsOf(objectField(property, "items") ?? {});
      if (chosen.options.length === 0) return undefined;
      return { ...chosen, multiple: true, read: (answer) => listIn(answer, chosen.options) };
    }
    default:
      return undefined;
  }
}

/** `enum: [value]`, with names for people in `enumNames`, or `oneOf|anyOf: [{const: value, title: name}]`. */
function optionsOf(property: Fields): Pick<Choice, "options" | "descriptions"> {
  const { enum: plain, enumNames: names } = property;
  if (Array.isArray(plain)) {
    const named = Array.isArray(names) ? names : [];
    const texts = plain.map((value, at) =>
      typeof value !== "string" ? undefined : value && named[at] ? { value, name: named[at] } : value
    );
    return choiceOptions(texts, "value", "name");
  }
  return choiceOptions(
    objectArrayField(property, "oneOf") ?? objectArrayField(property, "anyOf") ?? [],
    "const",
    "title",
  );
}

function booleanIn(answer: string): boolean | undefined {
  return answer === "true" ? true : answer === "false" ? false : undefined;
}

function numberIn(answer: string, whole: boolean): number | undefined {
  const number = answer.trim() === "" ? NaN : Number(answer);
  return Number.isFinite(number) && (!whole || Number.isInteger(number)) ? number : undefined;
}

/** Labels separated by commas, as Claude joins the answers to a question with several. */
function listIn(answer: string, options: readonly string[]): readonly string[] | undefined {
  const chosen = answer.split(",").map((label) => label.trim()).filter((label) => label !== "");
  const several = chosen.every((label) => options.includes(label));
  // A label may contain a comma.
  if (chosen.length > 1 && options.includes(answer)) return several ? undefined : [answer];
  return several ? chosen : undefined;
}
