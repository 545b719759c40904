/** What the chat offers: `/help` and Tab name what a line then does, whatever names the commands of capsules have. */
import { assert, assertEquals, assertMatch } from "@std/assert";
import { stripAnsiCode } from "@std/fmt/colors";
import type { CommandPort } from "../../src/chat/command_port.ts";
import { firstWords } from "../../src/chat/first_words.ts";
import { helpText } from "../../src/chat/help.ts";
import { mayNameCapsule, OWN_NAMES, parseInput } from "../../src/chat/input.ts";

const COMMANDS = ["approve", "help", "ls", "watch"].map((name) => ({ name, about: `to ${name}`, isListed: true }));
const NAMES = COMMANDS.map(({ name }) => name);
const OF_CAPSULES = [...OWN_NAMES.keys(), "watch", "standup", "constructor"].map((name) => ({
  name,
  about: "(capsule team)",
  capsule: "team",
}));

const PORT: CommandPort = {
  commands: COMMANDS,
  ofCapsules: () => Promise.resolve(OF_CAPSULES),
  run: () => Promise.resolve(0),
  complete: () => Promise.resolve([]),
  fail: () => 1,
  note: () => {},
  print: () => true,
};

/** What the chat does with the line: it asks for the capsules' commands only where the line may be one. */
function meaning(line: string): string {
  const { kind } = parseInput(line, NAMES, mayNameCapsule(line, NAMES) ? OF_CAPSULES.map(({ name }) => name) : []);
  return kind;
}

Deno.test("X1 capsule commands in the chat: /help and Tab call none by a name of the chat's own, and each own name stands there once", async () => {
  const help = stripAnsiCode(helpText(COMMANDS, OF_CAPSULES, Infinity));
  const rows = help.split("\n").filter((row) => row.startsWith("  /"));
  assertEquals(rows.length, COMMANDS.length - 1 + OWN_NAMES.size + OF_CAPSULES.length, help);
  for (const name of [...OWN_NAMES.keys(), "watch"]) {
    assertEquals(rows.filter((row) => row.startsWith(`  /${name} `)).length, 1, name);
    assert(rows.some((row) => row.startsWith(`  /exec /${name} `) && row.endsWith("(capsule team)")), help);
    assert(meaning(`/${name}`) !== "capsule", name);
  }
  assertMatch(help, /^ {2}\/exit +the same as \/quit$/m);
  for (const name of ["standup", "constructor"]) {
    assertMatch(help, new RegExp(`^ {2}/${name} +\\(capsule team\\)$`, "m"));
    assertEquals(meaning(`/${name}`), "capsule");
  }
  const offered = await firstWords(PORT);
  assertEquals(
    offered.map(({ value }) => value),
    ["approve", "constructor", "exit", "help", "ls", "quit", "sessions", "standup", "watch"],
  );
  for (const { value, about } of offered) assertEquals(meaning(`/${value}`) === "capsule", about === "(capsule team)");
});
