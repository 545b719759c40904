/** F2 and F1 with approvals pending: whatever ends the daemon, no hook is left hanging and no approval stays open. */
import { assert, assertEquals, assertMatch } from "@std/assert";
import { TestHome } from "../support/harness.ts";
import { brokenAt, readJournal } from "../support/harness_journal.ts";
import { isAlive } from "../support/harness_process.ts";
import { patience, rounds } from "../support/harness_wait.ts";
import { ALLOWED, approval, deniedWith, type Held, held, pending, row, storyOf } from "../support/hook_process.ts";
import type { Json } from "../support/wire.ts";

const END_MS = 20_000;
const HOOKS = 3;

/** How the daemon goes, in turn. */
const WAYS = [
  (home: TestHome) => home.cli(["daemon", "restart", "--force"]),
  async (home: TestHome) => {
    await home.gone(home.signal("SIGTERM"));
    await home.start();
  },
  async (home: TestHome) => {
    await home.kill();
    await home.start();
  },
];

Deno.test("F2 restarts while hooks are held and answered: each ends with nothing, or with what the journal has", async () => {
  await using home = await TestHome.create();
  await home.start();
  for (let round = 0; round < rounds(3, 20); round++) {
    const asked: Held[] = [];
    try {
      await using client = await home.connect({ token: true });
      for (let i = 0; i < HOOKS; i++) {
        asked.push(await held(home, client, { session: `s${i}`, command: `touch ${round}-${i}` }));
      }
      // Two are answered in the very moment in which the daemon goes; the third never is.
      const answers = asked.slice(0, 2).map(({ id }, i) =>
        client.call("approval.decide", { id, decision: i === 0 ? "approve" : "deny", message: `no ${round}` })
          .then(({ result }) => result !== undefined, () => false)
      );
      const restarting = WAYS[round % WAYS.length]!(home);
      const ended = await Promise.all(asked.map(({ hook }) => hook.exit(END_MS)));
      const acknowledged = await Promise.all(answers);
      await restarting;
      for (const [i, { code, stdout, stderr }] of ended.entries()) {
        const story = storyOf(home, asked[i]!.id);
        const said = i === 0 ? ALLOWED : deniedWith(`no ${round}`);
        const decided = `approval.decided ${i === 0 ? "approved" : "denied"}`;
        assertEquals([code, stderr], [0, ""]);
        assert(stdout === "" || (i < 2 && stdout === said), `round ${round}, hook ${i}: ${stdout}`);
        if (stdout !== "" || acknowledged[i]) assertEquals(story[1], decided, `round ${round}, hook ${i}`);
        assertEquals(story.length, 2, `round ${round}, hook ${i}: ${story}`);
      }
      assertEquals(ended[HOOKS - 1]?.stdout, "");
    } finally {
      for (const one of asked) await one[Symbol.asyncDispose]();
    }
    await using client = await home.connect({ token: true });
    assertEquals(await pending(client), []);
    for (let i = 0; i < HOOKS; i++) {
      const session = await row(client, `s${i}`);
      assertEquals((session["waiting"] as Json | undefined)?.["approvalId"], undefined, `round ${round}, s${i}`);
    }
  }
  assertEquals(brokenAt(readJournal(home)), undefined);
});

Deno.test("F1 method shutdown: live approvals ask for a confirmation and say how many; confirmed it stops and frees the hook", async () => {
  await using home = await TestHome.create();
  const pid = await home.start();
  let id = "";
  {
    await using client = await home.connect({ token: true });
    await using asks = await held(home, client);
    id = asks.id;
    const { error } = await client.call("shutdown", { reason: "test" });
    assertEquals([error?.data?.["name"], error?.data?.["active"]], ["confirm_required", { approvals: 1 }]);
    assertEquals((await pending(client)).length, 1);
    assertEquals((await client.request("shutdown", { confirmed: true }))["pid"], pid);
    const { code, stdout, stderr } = await asks.hook.exit(END_MS);
    assertEquals([code, stdout, stderr], [0, "", ""]);
    await home.gone(pid);
  }
  const closed = storyOf(home, id);
  assertEquals(closed, ["approval.requested pending", "approval.decided cancelled"]);
  assertEquals(readJournal(home).at(-1)?.type, "daemon.stopping");
  await home.start();
  assertEquals(storyOf(home, id), closed);
  await using client = await home.connect({ token: true });
  assertEquals([await pending(client), (await row(client))["status"]], [[], "waiting"]);
  assertEquals(((await approval(client, id))["cancelled"] as Json)["reason"], "the daemon stops");
});

for (const words of [["daemon", "stop"], ["daemon", "stop", "--force"], ["daemon", "restart"]]) {
  Deno.test(`F1 ${words.join(" ")} without a terminal means it: the hook is freed with nothing, the approval is closed`, async () => {
    await using home = await TestHome.create();
    const pid = await home.start();
    await using client = await home.connect({ token: true });
    await using asks = await held(home, client);
    const { code, stderr } = await home.cli(words);
    assertEquals(code, 0, stderr);
    if (!words.includes("--force")) assertMatch(stderr, /^a request is open: left to the agents' own terminals$/m);
    assert(!isAlive(pid));
    const ended = await asks.hook.exit(END_MS);
    assertEquals([ended.code, ended.stdout, ended.stderr], [0, "", ""]);
    assertEquals(storyOf(home, asks.id), ["approval.requested pending", "approval.decided cancelled"]);
  });
}

Deno.test("F1 TERM frees a held hook at once, not after the drain", async () => {
  await using home = await TestHome.create();
  await home.start();
  await using client = await home.connect({ token: true });
  await using asks = await held(home, client);
  const asked = performance.now();
  const pid = home.signal("SIGTERM");
  assertEquals((await asks.hook.exit(END_MS)).stdout, "");
  await home.gone(pid);
  const ms = performance.now() - asked;
  assert(ms < await patience(4000), `took ${ms} ms`);
});
