/** Forms of MCP servers: whose answer goes into which field. */
import { assertEquals } from "@std/assert";
import { formContent, parseForm } from "../../src/agents/shared/elicitation.ts";

function form(properties: Record<string, unknown>) {
  return parseForm({ requested_schema: { type: "object", properties } }) ?? [];
}

const TEXT = { type: "string" };

Deno.test("H4 a field is asked for by its title only where no other field has that title or that name", () => {
  const fields = form({ amount: { ...TEXT, title: "confirm" }, confirm: TEXT, to: { ...TEXT, title: "to" } });
  assertEquals(fields.map(({ question }) => question), ["amount", "confirm", "to"]);
  const content = formContent(fields, { amount: "5", confirm: "yes", to: "me" });
  assertEquals(content, { amount: "5", confirm: "yes", to: "me" });
  const twice = form({ a: { ...TEXT, title: "Name" }, b: { ...TEXT, title: "Name" }, c: { ...TEXT, title: "Town" } });
  assertEquals(twice.map(({ question }) => question), ["a", "b", "Town"]);
});

Deno.test("H4 what is no value of a field fills it with nothing", () => {
  for (const answer of ["constructor", "__proto__", "True", ""]) {
    assertEquals(formContent(form({ a: { type: "boolean" } }), { a: answer }), undefined, answer);
  }
  const list = (options: string[]) => form({ a: { type: "array", items: { enum: options } } });
  assertEquals(formContent(list(["p", "q"]), { a: "p, q" }), { a: ["p", "q"] });
  assertEquals(formContent(list(["p", "a, b"]), { a: "a, b" }), { a: ["a, b"] });
  assertEquals(formContent(list(["p", "q", "p, q"]), { a: "p, q" }), undefined, "one or two?");
});

Deno.test("H4 a form's choices are answered with their values, and their names for people are said beside them", () => {
  const oneOf = [{ const: "r", title: "Red" }, { const: "b" }, { title: "no value" }];
  const [titled, named, plain] = form({
    colour: { type: "string", oneOf },
    size: { type: "string", enum: ["s", "", 3, "l"], enumNames: ["Small", "None", "Three"] },
    kind: { type: "string", enum: ["a", ""] },
  });
  assertEquals([titled?.options, titled?.descriptions], [["r", "b"], ["Red", ""]]);
  assertEquals([named?.options, named?.descriptions], [["s", "", "l"], ["Small", "", ""]]);
  assertEquals([plain?.options, plain?.descriptions], [["a", ""], undefined]);
});
