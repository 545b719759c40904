import { assertEquals, assertThrows } from "@std/assert";
import { fillTemplate } from "../../src/lib/fill_template.ts";

Deno.test("a template is filled once, an empty value leaves no gap, and an unknown name is a fault", () => {
  const values = { a: "{{b}} $&", b: "", c: "x" };
  assertEquals(fillTemplate("1 {{a}}\n{{b}}\n{{b}} {{c}} {{b}}\n2\n", values), "1 {{b}} $&\nx 2\n");
  assertThrows(() => fillTemplate("{{toString2}}", values), Error, "the template has no value for toString2");
});
