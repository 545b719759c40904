/** Keys that come faster than a person types answer nothing, in one read or key by key. */
import { assert, assertEquals } from "@std/assert";
import { BEHIND_MS, HOLD_MS, KeyHold } from "../../src/dashboard/key_hold.ts";
import { TerminalInput } from "../../src/dashboard/pi_terminal_input.ts";

/** Time that passes when it is told to. */
class Clock {
  now = 0;
  #waits: { readonly work: () => void; readonly at: number }[] = [];

  readonly later = (work: () => void, ms: number): () => void => {
    const one = { work, at: this.now + ms };
    this.#waits.push(one);
    return () => void (this.#waits = this.#waits.filter((other) => other !== one));
  };

  tick(ms: number): void {
    this.now += ms;
    for (const { work } of this.#waits.filter(({ at }) => at <= this.now)) work();
    this.#waits = this.#waits.filter(({ at }) => at > this.now);
  }
}

/** What is delivered of keys that come `gap` ms apart; in brackets what did not come alone. */
function typed(keys: readonly string[], gap: number): string[] {
  const time = new Clock();
  const heard: string[] = [];
  const hold = new KeyHold(({ key, alone }, at) => heard.push(`${alone ? key : `(${key})`}@${at}`), time.later);
  for (const key of keys) {
    hold.press({ key, alone: true }, time.now);
    time.tick(gap);
  }
  time.tick(10 * HOLD_MS);
  hold.close();
  return heard;
}

Deno.test("A4 a text that is written key by key, faster than a person types, answers nothing", () => {
  for (const text of ["approve this", "ay", "aya", "yes", "deny", "ja", "git add .\na", "1", "12"]) {
    for (const gap of [0, 1, 5, 12, HOLD_MS - 1]) {
      const heard = typed(text.replaceAll("\n", "\r").split(""), gap);
      const alone = heard.filter((one) => /^[aAdDynw1-9]@/.test(one));
      assertEquals(alone, text.length === 1 ? ["1@0"] : [], `${text} ${gap}`);
      assertEquals(heard.length, text.length);
    }
  }
});

Deno.test("V2 a key by itself counts as of when it was pressed, and its repeats as what it was", () => {
  assertEquals(typed(["a"], 100), ["a@0"]);
  assertEquals(typed(["a", "y"], 300), ["a@0", "y@300"]);
  assertEquals(typed(["j", "k"], 100), ["j@0", "k@100"]);
  const time = new Clock();
  const heard: boolean[] = [];
  const hold = new KeyHold(({ alone }) => heard.push(alone), time.later);
  hold.press({ key: "a", alone: true }, time.now);
  time.tick(500);
  for (let i = 0; i < 20; i++) {
    hold.press({ key: "a", alone: true }, time.now);
    time.tick(33);
  }
  time.tick(500);
  assert(heard.length > 10 && heard[0] === true);
});

Deno.test("A4 what stalls within a text answers nothing, and Enter behind a letter of somebody who types fast counts", () => {
  for (const gap of [HOLD_MS, 30, 40, BEHIND_MS - 1]) {
    for (const text of ["za", "zazzazz", "git y", "x1"]) {
      const alone = typed(text.split(""), gap).filter((one) => /^[aAdDynw1-9]@/.test(one));
      assertEquals(alone, [], `${text} ${gap}`);
    }
    assertEquals(typed(["z", "Enter"], gap), ["z@0", `Enter@${gap}`]);
  }
  assertEquals(typed(["z", "a"], BEHIND_MS), ["z@0", `a@${BEHIND_MS}`]);
});

Deno.test("A4 what comes right behind a pasted text belongs to it", () => {
  const time = new Clock();
  const heard: string[] = [];
  const hold = new KeyHold(({ key, alone }) => heard.push(alone ? key : `(${key})`), time.later);
  hold.paste(time.now);
  time.tick(HOLD_MS - 1);
  hold.press({ key: "a", alone: true }, time.now);
  time.tick(1000);
  assertEquals(heard, ["(a)"]);
});

Deno.test("A4 more keys in one read than anybody types are a pasted text, and Ctrl-C in them still counts", () => {
  const heard: string[] = [];
  const input = new TerminalInput({
    onKey: ({ key }) => heard.push(key),
    onMouse: ({ kind }) => heard.push(kind),
    onPaste: (text) => heard.push(`paste ${text.length} ${JSON.stringify(text.slice(0, 4))}`),
  }, 5);
  input.read(new TextEncoder().encode("a\r".repeat(2000)));
  assertEquals(heard.splice(0), ['paste 4000 "a\\na\\n"']);
  input.read(new TextEncoder().encode(`${"y".repeat(100)}\x03`));
  assertEquals(heard.splice(0), ["Ctrl+C", 'paste 100 "yyyy"']);
  input.read(new TextEncoder().encode("\x1b[<64;1;1M".repeat(100)));
  assertEquals(heard, Array(100).fill("wheelUp"));
  input.close();
});
