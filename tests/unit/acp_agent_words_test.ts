/** What an agent says on its stderr and in errors: its secrets are masked before anything is cut. */
import { assert, assertEquals, assertRejects } from "@std/assert";
import { Agent } from "../../src/acp/agent.ts";
import { AgentWords } from "../../src/acp/agent_words.ts";
import { ConsoleError } from "../../src/protocol/errors.ts";

const BODY = Array.from({ length: 400 }, (_, at) => `MIIEvQIBADANBgkqhkiG9w0BAQEFAASC${at}`);
const KEY = ["-----BEGIN RSA PRIVATE KEY-----", ...BODY, "-----END RSA PRIVATE KEY-----"];

Deno.test("A3 a private key of an agent's stderr is masked, however far its begin is and however it comes", () => {
  for (const size of [7, 4096, 100_000]) {
    const words = new AgentWords([]);
    const text = `starting\n${KEY.join("\n")}\nit failed`;
    let logged = "";
    for (let at = 0; at < text.length; at += size) logged += words.add(text.slice(at, at + size));
    assertEquals(words.last(), "starting\n***\nit failed");
    assertEquals(logged.trim(), "starting\n***", "the last line is not whole yet");
  }
  const open = new AgentWords([]);
  open.add(KEY.slice(0, 300).join("\n"));
  assertEquals(open.last(), "***");
});

Deno.test("A3 values of an agent's environment are masked, in pieces, too; short ones are words", () => {
  const words = new AgentWords(["tulip-garden", "tulip-garden-long", "large"]);
  words.add("large: no tulip-");
  words.add("garden-long and tulip-garden\npassword=\nhunter2hunter2");
  assertEquals(words.last(), "large: no *** and ***\npassword=\n***");
  assertEquals(words.masked("bad tulip-garden, Bearer abcdefgh0123"), "bad ***, Bearer ***");
});

Deno.test("A3 R4 an agent that does not start is told with the last of its stderr, without its environment's values", async () => {
  const logged: string[] = [];
  const say = (message: string, fields?: unknown) => void logged.push(message + JSON.stringify(fields ?? {}));
  const command = {
    name: "mine",
    argv: ["/bin/sh", "-c", 'echo "no access with $AFTER" >&2; exit 3'],
    env: { AFTER: "tulip-garden" },
    secrets: ["tulip-garden"],
    cwd: "/",
  };
  const log = { debug: say, info: say, warn: say, error: say };
  const events = { update: () => {}, permission: () => Promise.reject(new Error("asked")) };
  const error = await assertRejects(
    () => Agent.start({ command, events, log: log as never, now: () => "" }, new AbortController().signal),
    ConsoleError,
  );
  assert(error.message.endsWith("\nno access with ***"), error.message);
  assert(logged.length > 0 && !logged.join().includes("tulip"), logged.join());
});
