/** Telegram's pure parts: who is heard, what a button means, how texts are split, and what of the configuration is taken. */
import { assert, assertEquals, assertMatch } from "@std/assert";
import * as fc from "fast-check";
import * as v from "valibot";
import { sandboxHost } from "../../src/lib/host_address.ts";
import { Buttons } from "../../src/channel/telegram/buttons.ts";
import { firstChoices, isAnswerableHere, scopeChoices } from "../../src/channel/telegram/choices.ts";
import { numberedUpdates, parseUpdate, readCommand } from "../../src/channel/telegram/parse_update.ts";
import { settingsKey, telegramGroup, type TelegramSettings } from "../../src/channel/telegram/settings.ts";
import { MAX_MESSAGE, splitMessage } from "../../src/channel/telegram/split_message.ts";
import { findToken } from "../../src/channel/telegram/token.ts";
import type { SecretPlaces } from "../../src/channel/secret.ts";
import type { Approval } from "../../src/domain/approval.ts";
import { OPEN_CALL } from "../support/open_call.ts";

const ALLOWED = new Set([7, -500]);
const person = (id: number) => ({ id, is_bot: false });

Deno.test("V4 chat and person must both be in the list; what comes without its types is nobody's", () => {
  const heard = (update: Record<string, unknown>) => parseUpdate({ update_id: 1, ...update }, ALLOWED).kind;
  const message = (chat: unknown, from: unknown, text: unknown = "/status") => ({
    message: { chat: { id: chat }, from, text },
  });
  assertEquals(heard(message(7, person(7))), "text");
  assertEquals(heard(message(-500, person(7))), "text");
  assertEquals(heard(message(-500, person(8))), "stranger");
  assertEquals(heard(message(8, person(7))), "stranger");
  assertEquals(heard(message(7, person(8))), "stranger");
  assertEquals(heard(message(7, { id: 7, is_bot: true })), "stranger");
  assertEquals(heard(message(7, person(7), 5)), "other");
  for (const chat of ["7", 7.5, null, undefined, {}, [7]]) assertEquals(heard(message(chat, person(7))), "other");
  const press = { id: "p", from: person(7), data: "x", message: { message_id: 3, chat: { id: 7 }, text: "t" } };
  assertEquals(heard({ callback_query: press }), "callback_query");
  assertEquals(heard({ callback_query: { ...press, from: person(8) } }), "stranger");
  assertEquals(heard({ callback_query: { ...press, data: undefined } }), "other");
  // A press is of who pressed it, and not of who wrote the message.
  assertEquals(
    heard({ callback_query: { ...press, from: person(8), message: { ...press.message, from: person(7) } } }),
    "stranger",
  );
  for (const passedOn of [{ forward_origin: { type: "user" } }, { via_bot: { id: 9 } }, { sender_chat: { id: 7 } }]) {
    assertEquals(heard({ message: { ...message(7, person(7)).message, ...passedOn } }), "other");
  }
  assertEquals(heard({ channel_post: { chat: { id: 7 }, text: "/status" } }), "other");
});

Deno.test("V4 no update of any form throws, or is heard for anybody else", () => {
  fc.assert(fc.property(fc.array(fc.object({ maxDepth: 4 })), (updates) => {
    for (const update of numberedUpdates(updates)) {
      const { kind } = parseUpdate(update, new Set());
      assert(kind === "stranger" || kind === "other");
    }
  }));
  const numbers = numberedUpdates([{ update_id: 3 }, { update_id: "4" }, null, { update_id: 1 }]);
  assertEquals(numbers.map(({ update_id }) => update_id), [1, 3]);
  for (const none of [undefined, null, {}, "x", 5, [{ update_id: Number.MAX_SAFE_INTEGER }]]) {
    assertEquals(numberedUpdates(none), []);
  }
});

Deno.test("V4 a command may name the bot; another bot's is told from no command at all", () => {
  const line = (line: string, isNamed = false) => ({ kind: "command" as const, line, isNamed });
  assertEquals(readCommand("/status", "a_bot"), line("/status"));
  assertEquals(readCommand(" /Status@A_bot  now \n", "a_bot"), line("/status  now", true));
  assertEquals(readCommand("/approve@a_bot k3 yes", "a_bot"), line("/approve k3 yes", true));
  assertEquals(readCommand("/status@b_bot", "a_bot"), { kind: "foreign" });
  for (const text of ["status", "a /status", "/", "//status", "/st-atus"]) {
    assertEquals(readCommand(text, "a_bot"), { kind: "text" }, text);
  }
});

Deno.test("V4 a button means one press, in its chat, on its message; the oldest give way", () => {
  const buttons = new Buttons();
  const [yes = "", no = ""] = buttons.offer(7, "k1", [{ kind: "approve", scope: "once" }, { kind: "deny" }]);
  assert(yes !== no && new TextEncoder().encode(yes).length <= 64);
  assertEquals(buttons.take(yes, 7, 30), "early");
  buttons.bind([yes, no], 7, 30);
  assertEquals(buttons.take(yes, 8, 30), undefined);
  assertEquals(buttons.take(yes, 7, 31), undefined);
  assertEquals(buttons.take("f".repeat(32), 7, 30), undefined);
  assertMatch(JSON.stringify(buttons.take(yes, 7, 30)), /"approval":"k1"/);
  assertEquals(buttons.take(yes, 7, 30), undefined);
  const [more = ""] = buttons.offer(7, "k1", [{ kind: "more" }]);
  buttons.bind([more], 7, 30);
  assertEquals(buttons.take(no, 7, 30), undefined, "others stand on the message now");
  buttons.drop("k1");
  assertEquals([buttons.take(more, 7, 30), buttons.size], [undefined, 0]);
  for (let n = 0; n < 3000; n++) buttons.offer(7, `k${n}`, [{ kind: "deny" }]);
  assertEquals(buttons.size, 2000);
});

Deno.test("V4 the buttons of each kind of request, and only a no for what was not shown whole", () => {
  const labels = (approval: Approval, isWhole = true) =>
    firstChoices(approval, isWhole).map((row) => row.map(({ text }) => text));
  assertEquals(labels(OPEN_CALL), [["Approve", "Deny"], ["More…"]]);
  assertEquals(labels(OPEN_CALL, false), [["Deny"]]);
  assertEquals(labels({ ...OPEN_CALL, for: "plan" }), [["Approve", "Deny"]]);
  const press = (approval: Approval) => firstChoices(approval, true)[0]?.[0]?.press.kind;
  assertEquals([press(OPEN_CALL), press({ ...OPEN_CALL, risk: "destroys" })], ["approve", "confirm"]);
  const choice = { question: "Which?", options: ["a\u202e", "b"], multiple: false };
  const asked = (...choices: (typeof choice)[]): Approval => ({ ...OPEN_CALL, for: "question", choices });
  assertEquals(labels(asked(choice)), [["a\\u202e"], ["b"], ["Deny"]]);
  const long = "Use the existing deployment configuration for the environment ";
  const [[first = ""] = [], [second = ""] = []] = labels(asked({ ...choice, options: [`${long}A`, `${long}B`] }));
  assertEquals([first.slice(0, 6), second.slice(0, 6)], ["1  Use", "2  Use"]);
  assert(first.length <= 60 && second.length <= 60);
  for (
    const other of [asked(choice, choice), asked({ ...choice, multiple: true }), asked({ ...choice, options: [] })]
  ) {
    assertEquals([isAnswerableHere(other), labels(other)], [false, [["Deny"]]]);
  }
  assertEquals(scopeChoices(["once", "session"]).map((row) => row.map(({ text }) => text)), [
    ["Session, 1 hour", "Session, 8 hours", "Session, no end"],
    ["Back"],
  ]);
});

Deno.test("V4 texts are split under the limit, at lines where they are near, and never inside a character", () => {
  fc.assert(fc.property(
    fc.array(fc.oneof(fc.string({ unit: "binary" }), fc.constantFrom("\n", "👩‍👩‍👧‍👦", "e\u0301", "🇩🇪", "x".repeat(30)))),
    fc.integer({ min: 20, max: 80 }),
    (pieces, max) => {
      const text = pieces.join("");
      const parts = splitMessage(text, max);
      for (const part of parts) assert(part.length <= max && part.isWellFormed() && part.trim() !== "");
      assertEquals(parts.join("").replace(/\s/g, ""), text.toWellFormed().replace(/\s/g, ""));
    },
  ));
  const flags = splitMessage("🇩🇪".repeat(2000));
  assert(flags.length > 1 && flags.every((part) => part.length % 4 === 0), "no flag is cut in two");
  assertEquals(splitMessage(`${"a".repeat(3000)}\n${"b".repeat(3000)}`).map((part) => part.length), [3000, 3000]);
  assertEquals(splitMessage("x".repeat(MAX_MESSAGE)).length, 1);
});

const settings = v.getDefaults(telegramGroup) as TelegramSettings;

Deno.test("V4 the token goes to Telegram by TLS or to a literal loopback address, and the list must have somebody", () => {
  const takes = (key: keyof typeof telegramGroup.entries, value: unknown) =>
    v.is(telegramGroup.entries[key].wrapped as v.GenericSchema, value);
  for (const url of ["https://api.telegram.org", "http://127.0.0.1:8081", "http://[::1]:8081"]) {
    assert(takes("api_url", url), url);
  }
  for (
    const url of [
      "http://api.telegram.org",
      "https://api.telegram.org.evil.example",
      "https://api.telegram.org/",
      "http://localhost:8081",
      "http://127.0.0.1",
      "http://127.0.0.1:0",
      "http://127.0.0.1:8081/x",
      "http://127.0.0.1:8081@evil.example",
      "http://127.0.0.2:1,evil.example:443",
      "https://127.0.0.1:8081",
    ]
  ) assert(!takes("api_url", url), url);
  assertEquals([sandboxHost(settings.api_url), sandboxHost("http://[::1]:80")], ["api.telegram.org:443", "[::1]:80"]);
  for (const ids of [[0], [1.5], ["7"], 7, Array.from({ length: 21 }, (_, n) => n + 1)]) {
    assert(!takes("allowed_chat_ids", ids), JSON.stringify(ids));
  }
  for (const name of ["4242:AAAAAAAAAAAAAAAAAAAAAAAAAAAAAA", "a b", "lower"]) {
    assert(!takes("bot_token_env", name), name);
  }
  for (const file of ["../x", "/etc/passwd", "a/b", ".x"]) assert(!takes("bot_token_file", file), file);
  const same = { ...settings, allowed_chat_ids: [2, 1] };
  assertEquals(settingsKey(same, "t"), settingsKey({ ...same, allowed_chat_ids: [1, 2] }, "t"));
  assert(settingsKey(same, "t") !== settingsKey(same, "u"));
});

Deno.test("V4 A3 the token comes from a variable or a file of ours alone; what is wrong is told without what stands there", () => {
  const token = "4242:AAAAAAAAAAAAAAAAAAAAAAAAAAAAAA";
  const file = { kind: "file", size: 40, mode: 0o600, uid: 5, inode: 1, device: 1, mtimeMs: 0 } as const;
  const places = (text: string, more: object = {}): SecretPlaces => ({
    files: { stat: () => ({ ...file, ...more }), read: () => new TextEncoder().encode(text) },
    keys: "/h/keys",
    uid: 5,
    env: (name) => name === "BOT_TOKEN" ? text : undefined,
  });
  const heard = { ...settings, allowed_chat_ids: [7], bot_token_file: "telegram.token" };
  assertEquals(findToken(heard, places(`${token}\n`)), { token, botId: "4242" });
  assertEquals(findToken({ ...heard, bot_token_file: null, bot_token_env: "BOT_TOKEN" }, places(token)), {
    token,
    botId: "4242",
  });
  const wrong = [
    findToken({ ...heard, allowed_chat_ids: [] }, places(token)),
    findToken({ ...heard, bot_token_file: null }, places(token)),
    findToken({ ...heard, bot_token_file: null, bot_token_env: "OTHER_TOKEN" }, places(token)),
    findToken({ ...heard, bot_token_file: null, bot_token_env: "BOT_TOKEN" }, places(`x${token}`)),
    findToken(heard, places(`x${token}`)),
    findToken(heard, places(token, { mode: 0o640 })),
    findToken(heard, places(token, { uid: 6 })),
    findToken(heard, places(token, { kind: "symlink" })),
    findToken(heard, places(token, { size: 4000 })),
  ];
  // A unit has no environment that a person could set something in.
  for (const one of wrong.slice(2, 4)) {
    assertMatch("cure" in one ? one.cure : "", /\/h\/keys\/telegram\.token, chmod 600/);
  }
  for (const one of wrong) {
    assert("problem" in one && one.problem !== "" && one.cure !== "", JSON.stringify(one));
    assert(!JSON.stringify(one).includes("AAAA"), JSON.stringify(one));
  }
});
