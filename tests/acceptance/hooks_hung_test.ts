/** H1: hooks without a daemon, with one that hangs, and with a spool that is full, by the line that agents run. */
import { assert, assertEquals } from "@std/assert";
import { exists } from "../support/exists.ts";
import { TestHome } from "../support/harness.ts";
import { isForeign } from "../support/harness_program.ts";
import { eventually, patience } from "../support/harness_wait.ts";
import { assertHarmless, EVENT } from "../support/hook_inputs.ts";
import { editLauncher, runStub, spyOnProgram } from "../support/stub_hook.ts";
import type { Json } from "../support/wire.ts";

const ignore = isForeign;

function prompt(text: string): string {
  return JSON.stringify({ ...JSON.parse(EVENT), prompt: text });
}

function spoolOf(home: TestHome): string[] {
  try {
    return [...Deno.readDirSync(home.path("spool"))].map(({ name }) => name.replace(/^.*(?=\.json$)/, "KEY")).sort();
  } catch {
    return [];
  }
}

async function lastPrompt(home: TestHome): Promise<unknown> {
  await using client = await home.connect({ token: true });
  return ((await client.request("session.get", { sessionId: "h1" }))["session"] as Json)["lastPrompt"];
}

Deno.test({
  name: "H1 a daemon that hangs costs one hook its wait, the next ones nothing, and no event is lost",
  ignore,
  fn: async () => {
    await using home = await TestHome.create();
    await home.start({ args: ["--limit", "tickMs=300"] });
    const pid = home.signal("SIGSTOP");
    try {
      for (const [nth, word] of ["report", "rule", "ask"].entries()) {
        assertHarmless(word, await runStub(home, word, { stdin: prompt(word) }));
        assertEquals(spoolOf(home), [...Array(nth + 1).fill("KEY.json"), "daemon-hung"], word);
      }
      const ran = await spyOnProgram(home);
      const curl = `${home.root}/curl`;
      await Deno.writeTextFile(curl, `#!/bin/sh\n: >'${curl}.ran'\nexit 7\n`, { mode: 0o755 });
      await editLauncher(home, (text) => `${text}curl='${curl}'\n`);
      await runStub(home, "report", { stdin: EVENT });
      assertEquals(ran(), ["claude report"]);
      assertEquals(exists(`${curl}.ran`), false, "the stub asked a daemon that is known to hang");
    } finally {
      Deno.kill(pid, "SIGCONT");
    }
    await eventually(() => spoolOf(home).length === 0, 30_000, "a daemon that has taken up what hooks left");
    assertEquals(await lastPrompt(home), "ask");
  },
});

Deno.test({
  name: "H1 the stub's own wait for a daemon that hangs is a third of a second",
  ignore,
  fn: async () => {
    await using home = await TestHome.create();
    await home.start();
    const ran = await spyOnProgram(home);
    const before = await patience(400);
    const free = await eventually(
      async () => {
        const tries = ran().length;
        const { ms } = await runStub(home, "report", { stdin: prompt("free") });
        return ran().length === tries ? ms : undefined; // else a daemon of a busy machine was late
      },
      30_000,
      "a report that needs no program",
    );
    const tries = ran();
    const pid = home.signal("SIGSTOP");
    try {
      const { ms } = await runStub(home, "report", { stdin: prompt("hung") });
      assertEquals(ran(), [...tries, "claude hung"]);
      const most = Math.max(before, await patience(400));
      assert(ms - free < most, `${ms} ms with a daemon that hangs, ${free} ms with one that answers`);
    } finally {
      Deno.kill(pid, "SIGCONT");
    }
  },
});

Deno.test({
  name: "H1 a daemon that hung and was killed is started again by the next hook",
  ignore,
  fn: async () => {
    await using home = await TestHome.create();
    const first = await home.start();
    home.signal("SIGSTOP");
    assertHarmless("hung", await runStub(home, "report", { stdin: prompt("first") }));
    assertEquals(spoolOf(home), ["KEY.json", "daemon-hung"]);
    await home.kill();
    assertHarmless("dead", await runStub(home, "report", { stdin: prompt("second") }));
    const second = await home.ready();
    assert(first !== second);
    await eventually(async () => await lastPrompt(home) === "second", 30_000, "the events in the next daemon");
    assertEquals(spoolOf(home).includes("daemon-hung"), false);
  },
});

Deno.test({
  name: "H1 without a daemon the event is spooled and starts one; after a stop by a person it starts none",
  ignore,
  fn: async () => {
    await using home = await TestHome.create();
    await home.cli(["hooks", "install", "claude"]);
    assertHarmless("no home at all", await runStub(home, "report", { stdin: prompt("starts") }));
    await home.ready();
    await eventually(async () => await lastPrompt(home) === "starts", 30_000, "the event that started it");
    assertEquals((await home.stop()).code, 0);
    for (const word of ["report", "ask"]) {
      assertHarmless(`${word}, stopped`, await runStub(home, word, { stdin: prompt(word) }));
    }
    const events = spoolOf(home).filter((name) => name !== "starting"); // the mark of the start above
    assertEquals([home.daemonPid(), events], [undefined, ["KEY.json", "KEY.json"]]);
  },
});

Deno.test({
  name: "H1 a spool that is full makes room, and a spool that is a file harms nothing",
  ignore,
  fn: async () => {
    await using home = await TestHome.create();
    await home.start();
    await home.stop();
    await Deno.mkdir(home.path("spool"), { recursive: true, mode: 0o700 });
    for (let i = 0; i < 512; i++) {
      await Deno.writeTextFile(home.path(`spool/${String(i).padStart(15, "0")}-x.json`), "{}");
    }
    assertHarmless("a full spool", await runStub(home, "report", { stdin: EVENT }));
    assertEquals(spoolOf(home).length, 512);
    await Deno.remove(home.path("spool"), { recursive: true });
    await Deno.writeTextFile(home.path("spool"), "");
    assertHarmless("a file", await runStub(home, "report", { stdin: EVENT }));
  },
});
