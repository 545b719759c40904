/** Answers in the dashboard, by real keys in a real terminal to real hooks. */
import { assert, assertEquals, assertMatch } from "@std/assert";
import { TestHome } from "../support/harness.ts";
import { ALLOWED, approval, deniedWith, held, row } from "../support/hook_process.ts";
import { pause } from "../support/harness_wait.ts";
import { HAS_TMUX, TmuxScreen } from "../support/tmux.ts";
import type { Json, RawClient } from "../support/wire.ts";

const END_MS = 20_000;
/** A question takes no key before it was there to be read. */
const READ_MS = 600;
const SIDE = { columns: 120, rows: 32 };

interface Stage {
  readonly home: TestHome;
  readonly client: RawClient;
  readonly screen: TmuxScreen;
}

/** The dashboard is open, and nothing is asked yet. */
function dashboardTest(name: string, test: (stage: Stage) => Promise<void>): void {
  Deno.test({
    name: HAS_TMUX ? name : `${name} (ignored: no tmux)`,
    ignore: !HAS_TMUX,
    fn: async () => {
      await using home = await TestHome.create();
      await home.start();
      await using client = await home.connect({ token: true });
      await using screen = await TmuxScreen.open(home, SIDE);
      await screen.runs("dashboard");
      await screen.shows(/No sessions\./);
      await test({ home, client, screen });
      await screen.types("q");
      await screen.shows(/^exit 0$/m);
    },
  });
}

dashboardTest(
  "V1 the dashboard: a question is answered by a, and a pasted text answers nothing",
  async ({ home, client, screen }) => {
    await using asks = await held(home, client);
    await screen.shows(/▸ ▲ .*Bash: touch a1/);
    await pause(READ_MS);
    await screen.types("aya"); // as a text that is pasted
    await screen.shows(/pasted text, answer nothing/);
    assert(!asks.hook.ended);
    await pause(READ_MS);
    await screen.types("a");
    assertEquals((await asks.hook.exit(END_MS)).stdout, ALLOWED);
    await screen.shows(/approved once \(Bash: touch a1\)/);
    assertEquals((await row(client))["status"], "working");
    const { approvals: [answered] } = await client.request("approval.list", { status: "all" }) as {
      approvals: { approved: { by: string } }[];
    };
    assertEquals(answered?.approved.by, "tui:admin", "by the window in which it was given, as its prompts are");
  },
);

dashboardTest(
  "V2 the dashboard: a question that appears under the mark takes no key for 400 ms",
  async ({ home, client, screen }) => {
    // Keys come all the time, as from somebody who types elsewhere and looks up.
    let typing = true;
    const typist = (async () => {
      while (typing) {
        for (const key of ["d", "n"]) {
          await screen.types(key);
          await pause(80); // as a person types: faster keys are no person's
        }
      }
    })();
    await using asks = await held(home, client);
    const { stdout } = await asks.hook.exit(END_MS).finally(() => typing = false);
    await typist;
    assertEquals(stdout, deniedWith("Denied by the user"));
    const { requestedAt, denied } = await approval(client, asks.id) as { requestedAt: string; denied: { at: string } };
    const ms = Date.parse(denied.at) - Date.parse(requestedAt);
    assert(ms >= 400, `${ms} ms from the request to its answer, as the daemon has them`);
  },
);

dashboardTest("V2 the dashboard: what destroys asks once more", async ({ home, client, screen }) => {
  await using asks = await held(home, client, { command: "git push --force origin main" });
  await screen.shows(/!! Bash: git push --force/);
  await pause(READ_MS);
  await screen.types("a");
  await screen.shows(/it destroys: y allows it/);
  assert(!asks.hook.ended);
  await pause(READ_MS);
  await screen.types("y");
  assertEquals((await asks.hook.exit(END_MS)).stdout, ALLOWED);
  await screen.shows(/approved once, it destroys/);
});

dashboardTest("V2 the dashboard: D says no with a message", async ({ home, client, screen }) => {
  await using asks = await held(home, client);
  await screen.shows(/▸ ▲ .*Bash: touch a1/);
  await pause(READ_MS);
  await screen.types("D");
  await screen.shows(/^ no, because: ▏/m);
  await screen.types("-l", "use a2, please");
  await screen.shows(/because: use a2, please▏/);
  await screen.types("Enter");
  assertEquals((await asks.hook.exit(END_MS)).stdout, deniedWith("use a2, please"));
});

dashboardTest(
  "V2 the dashboard: A makes a rule for the folder, after it has said what that passes",
  async ({ home, client, screen }) => {
    await using asks = await held(home, client, { cwd: "/home/u/shop" });
    await screen.shows(/▸ ▲ .*Bash: touch a1/);
    await pause(READ_MS);
    await screen.types("A");
    await screen.shows(/▸ session[^]*▸ 1 hour[^]*From now on exactly this runs unasked/);
    await screen.types("w");
    await screen.shows(/▸ workspace[^]*From now on exactly this runs unasked[^]*\/home\/u\/shop/);
    await screen.types("8");
    await screen.shows(/▸ 8 hours/);
    await pause(READ_MS);
    await screen.types("Enter");
    assertEquals((await asks.hook.exit(END_MS)).stdout, ALLOWED);
    await screen.shows(/rule \w+; take it back with/);
    const rules = (await client.request("approval.rules"))["rules"] as Json[];
    assertEquals(rules.map(({ scope, workspace, pattern }) => ({ scope, workspace, pattern })), [
      { scope: "workspace", workspace: "/home/u/shop", pattern: "touch a1" },
    ]);
    const hours = (Date.parse(String(rules[0]?.["expiresAt"])) - Date.now()) / 3_600_000;
    assert(hours > 7.9 && hours < 8.1, `${hours}`);
  },
);

dashboardTest(
  "V2 the dashboard: Space marks several, and one y answers all of them",
  async ({ home, client, screen }) => {
    await using one = await held(home, client, { session: "s1", command: "touch one" });
    await using two = await held(home, client, { session: "s2", command: "rm -rf build" });
    await screen.shows(/touch one[^]*rm -rf build/);
    await screen.types("2");
    await pause(READ_MS);
    await screen.types("Home");
    await screen.types("Space");
    await screen.types("Space");
    await screen.shows(/2 marked/);
    await pause(READ_MS);
    await screen.types("a");
    await screen.shows(/Allow these 2, each once\?[^]*1 of them destroys/);
    await pause(READ_MS);
    await screen.types("y");
    assertEquals((await one.hook.exit(END_MS)).stdout, ALLOWED);
    assertEquals((await two.hook.exit(END_MS)).stdout, ALLOWED);
    await screen.shows(/2 answered, allowed/);
  },
);

const TWO_PARTS = {
  questions: [
    {
      question: "Which ones?",
      header: "",
      multiSelect: true,
      options: [{ label: "red" }, { label: "blue" }, { label: "green" }],
    },
    { question: "How many?", header: "", options: [{ label: "one" }, { label: "two" }] },
  ],
};

dashboardTest(
  "first hour 3 the dashboard asks the parts of a question one after the other, also while its size changes",
  async ({ home, client, screen }) => {
    await using asks = await held(home, client, { tool: "AskUserQuestion", more: TWO_PARTS });
    await screen.shows(/▸ ▲ .*question: Which ones\?/);
    await pause(READ_MS);
    await screen.types("a");
    await screen.shows(/question 1 of 2/);
    await pause(READ_MS);
    await screen.types("Escape");
    await screen.shows(/a answer/);
    assert(!asks.hook.ended);
    await pause(READ_MS);
    await screen.types("Enter");
    await screen.shows(/question 1 of 2/);
    await pause(READ_MS);
    await screen.types("3");
    await screen.shows(/■ 3 {2}green/);
    await pause(READ_MS); // faster keys are no person's
    await screen.types("1");
    await screen.shows(/■ 1 {2}red[^]*■ 3 {2}green/);
    await screen.resizes({ columns: 40, rows: 9 });
    await screen.shows(/■ 1 {2}red/);
    await pause(READ_MS);
    await screen.types("Enter");
    await screen.shows(/How many\?/);
    await pause(READ_MS);
    await screen.types("w");
    await screen.shows(/your words:/);
    await screen.types("-l", "as many as fit");
    await screen.shows(/your words: as many as fit▏/);
    await pause(READ_MS);
    await screen.types("Enter");
    assertMatch((await asks.hook.exit(END_MS)).stdout, /"Which ones\?":"green, red","How many\?":"as many as fit"/);
    await screen.resizes(SIDE);
  },
);

dashboardTest(
  "V2 the dashboard: one question with few choices is answered by its number",
  async ({ home, client, screen }) => {
    const more = { questions: [TWO_PARTS.questions[1]] };
    await using asks = await held(home, client, { tool: "AskUserQuestion", more });
    await screen.shows(/question: How many\?/);
    await pause(READ_MS);
    await screen.types("2");
    assertMatch((await asks.hook.exit(END_MS)).stdout, /"How many\?":"two"/);
  },
);

dashboardTest(
  "V2 the dashboard: v shows the whole of a long command before a may allow it",
  async ({ home, client, screen }) => {
    const command = `echo ${"long ".repeat(900)}end`;
    await using asks = await held(home, client, { command });
    await screen.shows(/Bash: echo long .*….* end/);
    await pause(READ_MS);
    await screen.types("a");
    await screen.shows(/read all of it first: v, Space/);
    await screen.types("v");
    await screen.shows(/ 1–\d+ of \d+ ─$/m);
    assert(!(await screen.text()).includes("read all of it first"));
    await pause(READ_MS);
    await screen.types("a");
    await screen.shows(/read all of it first: v, Space/);
    assert(!asks.hook.ended);
    await screen.types("Space");
    await screen.shows(/↳ .*long end/);
    await pause(READ_MS);
    await screen.types("a");
    assertEquals((await asks.hook.exit(END_MS)).stdout, ALLOWED);
  },
);

dashboardTest(
  "V2 the dashboard: what somebody else answers is said on its page, and its key answers nothing else",
  async ({ home, client, screen }) => {
    await using other = await held(home, client, { session: "s2", command: "touch other" });
    for (const key of ["v", "D"]) {
      await using asks = await held(home, client, { session: `asks-${key}`, command: `touch ${key}` });
      await screen.shows(new RegExp(`touch ${key}`));
      await screen.types("Home");
      await screen.types("j"); // the other one is older
      await screen.shows(new RegExp(`▸ ▲ .*touch ${key}`));
      await pause(READ_MS);
      await screen.types(key);
      await screen.shows(key === "v" ? /Esc back/ : /no, because: ▏/);
      await client.request("approval.decide", { id: asks.id, decision: "deny" });
      await screen.shows(/asks-\w: denied, by test; any key goes back/);
      await pause(READ_MS);
      await screen.types("y");
      await screen.shows(/\? help/);
      assert(!other.hook.ended);
      await pause(READ_MS);
    }
  },
);
