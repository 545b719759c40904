/** Settings of capsules in the configuration that no capsule reads, in words. */
import { assertEquals } from "@std/assert";
import { settingFlaws } from "../../src/capsule/setting_flaws.ts";

const standup = {
  settings: {
    channel: { type: "string", default: "", description: "" },
    days: { type: "number", default: 1, description: "" },
    quiet: { type: "boolean", default: false, description: "" },
  },
} as const;

Deno.test("settings of no capsule, unknown ones and those of another type are told, with what was meant", () => {
  const there = new Map([["standup", standup], ["broken", undefined]]);
  const flaws = (given: Parameters<typeof settingFlaws>[0]) => settingFlaws(given, there);
  assertEquals(flaws({ standup: { channel: "#a", days: 2, quiet: true }, broken: { any: 1 } }), []);
  assertEquals(flaws({ standpu: { channel: "#a" }, else: {} }), [
    "capsules.settings.standpu is of a capsule that is not there, did you mean standup?",
    "capsules.settings.else is of a capsule that is not there",
  ]);
  assertEquals(flaws({ standup: { chanel: "#a", constructor: 1 } }), [
    "capsules.settings.standup.chanel is no setting of the capsule, did you mean channel?",
    "capsules.settings.standup.constructor is no setting of the capsule",
  ]);
  assertEquals(flaws({ standup: { channel: 1, days: "2\u001b", quiet: "yes" } }), [
    "capsules.settings.standup.channel is 1, expected a text; the capsule gets its default",
    'capsules.settings.standup.days is "2\\u001b", expected a number; the capsule gets its default',
    'capsules.settings.standup.quiet is "yes", expected true or false; the capsule gets its default',
  ]);
});
