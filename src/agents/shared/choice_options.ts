/** The options of a question as agents send them: a label, and often a description of it. */
import type { Choice } from "../../domain/approval.ts";
import { type Fields, isFields, stringField } from "../../lib/json_fields.ts";

/** @param label the field that is the answer, @param description what is said of it; an entry may be the label alone */
export function choiceOptions(
  entries: readonly unknown[],
  label = "label",
  description = "description",
): Pick<Choice, "options" | "descriptions"> {
  const found = entries.flatMap((entry) => {
    const fields: Fields = isFields(entry) ? entry : {};
    const text = typeof entry === "string" ? entry : stringField(fields, label);
    if (text === undefined) return [];
    const said = stringField(fields, description) ?? "";
    // What only repeats the label tells nothing.
    return [{ text, said: said === text ? "" : said }];
  });
  const options = found.map(({ text }) => text);
  return found.every(({ said }) => said === "")
    ? { options }
    : { options, descriptions: found.map(({ said }) => said) };
}
