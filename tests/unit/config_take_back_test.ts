/** `config set KEY null` of a key that the user has named: it is taken out of the file, and all else stays. */
import { assertEquals, assertThrows } from "@std/assert";
import { setKey } from "../../src/config/edit.ts";
import { SCHEMA } from "../../src/daemon/features.ts";
import { ConsoleError } from "../../src/protocol/errors.ts";

const taken = (text: string, key = "capsules.settings.demo.days") => setKey(text, key, null, "jsonc", SCHEMA);
const inDemo = (members: string) => `{ "capsules": { "settings": { "demo": ${members} } } }`;

Deno.test("null takes a key that the user has named out of the file, with the section of that name where it is empty", () => {
  assertEquals(taken(inDemo('{ "days": 1, "channel": "a" }')), inDemo('{  "channel": "a" }'));
  assertEquals(taken(inDemo('{ "channel": "a", "days": 1 }')), inDemo('{ "channel": "a",  }'));
  assertEquals(taken(inDemo('{ "days": 1, /* mine */ }')), inDemo("{  /* mine */ }"));
  for (const members of ['{ "days": 1 }', '{ "days": 1, }', '{"days":1 /* x, y */,}']) {
    assertEquals(taken(inDemo(members)), '{ "capsules": { "settings": {  } } }');
  }
  const lines = (...own: readonly string[]) =>
    ["{", '  "capsules": {', '    "settings": {', ...own, "    },", "  },", "}", ""].join("\n");
  const other = ['      "other": { "days": 2 },', "      // mine"];
  assertEquals(taken(lines('      "demo": {', '        "days": 1', "      },", ...other)), lines(...other));
  for (const without of ["{}\n", lines(...other)]) assertEquals(taken(without), without);
});

Deno.test("null takes back no key of the program's own, and none that is given twice", () => {
  assertThrows(() => taken("{}", "daemon.log_level"), ConsoleError, "daemon.log_level is null");
  assertThrows(() => taken(inDemo('{ "days": 1, "days": 2 }')), ConsoleError, "is given twice");
});
