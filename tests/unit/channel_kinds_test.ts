/** The table of kinds of channels: what follows from a line in it, without a daemon. */
import { assert, assertEquals } from "@std/assert";
import { CHANNEL_NAMES, KINDS } from "../../src/channel/kinds.ts";
import { methods } from "../../src/channel/methods.ts";
import { channelsSection, namesOn } from "../../src/channel/section.ts";
import { initialSettings, valuesOf } from "../../src/config/values.ts";
import { SCHEMA } from "../../src/daemon/features.ts";

Deno.test("first hour 5: a kind of channel is one line: off by default, turned on by a key of its own group, named everywhere", () => {
  assert(KINDS.length > 2, "the table was not read");
  assertEquals(namesOn(valuesOf(initialSettings(SCHEMA), channelsSection)), []);
  for (const { name, configKey, turnOn, whenItFails } of KINDS) {
    assert(configKey.startsWith(`channels.${name}.`), configKey);
    assert(SCHEMA.find(configKey) !== undefined, `${configKey} is no key`);
    assert(turnOn.includes(`channels.${name}.`), turnOn);
    assert(whenItFails !== "" && !/[\n.]$/.test(whenItFails), whenItFails);
  }
  assertEquals([...methods["channel.test"].params.entries.name.options], [...CHANNEL_NAMES]);
});
