/**
 * H5: every real agent plays the lab's whole scenario against a model double, with our hooks put into its settings by
 * our own command, and our command line answers the first of its questions.
 */
import { assert, assertEquals, assertMatch } from "@std/assert";
import { eventually } from "../support/harness_wait.ts";
import { endScenario, idOf, inLab, LAB, type LabAgent, labFolder, LabHub, labTest, STEP_MS } from "../support/lab.ts";
import type { Json } from "../support/wire.ts";

/** An own run of each script takes up to 30 s. */
const SCENARIO_MS = 120_000;

interface Scenario {
  /** The file that `hooks install` writes, below HOME; the script takes it as its argument. */
  readonly settings: string;
  /** What stands in that file before. */
  readonly before?: object;
  /** False where no hook may say yes: then the script answers in the agent's own dialog. */
  readonly acceptsApproval: boolean;
  /** The states of the session that has one prompt on its command line, and of the one in the terminal. */
  readonly printed: RegExp;
  readonly talked: RegExp;
  readonly reopenedBy: (id: string) => readonly string[];
  /** What the agent tells about a session in the terminal, beside the folder. */
  readonly tells: readonly string[];
  readonly more?: (hub: LabHub, talked: string) => void;
}

const PRINTED = /^starting working idle closed$/;

const SCENARIOS: Readonly<Partial<Record<LabAgent, Scenario>>> = {
  claude: {
    settings: ".claude/settings.json",
    acceptsApproval: true,
    printed: PRINTED,
    // A sub-agent works in the background: its session rests in between, or does not. An Esc while the answer streams
    // fires nothing, so that the row still works when the next prompt comes.
    talked: new RegExp(
      "^starting working idle working waiting:permission working idle working waiting:permission idle( working idle)+ " +
        "working waiting:question working idle working error closed idle working idle closed$",
    ),
    reopenedBy: (id) => ["claude", "--resume", id],
    tells: ["lastPrompt", "pid", "model", "permissionMode", "transcriptPath"],
    more(hub, talked) {
      const talk = hub.rows(talked);
      assert(talk.some((row) => row["subagents"] === 1), "the sub-agent was not counted");
      assert(talk.some((row) => member(row, "waiting")?.["text"] === "Which colour?"), "the question was not read");
      assert(talk.some((row) => String(member(row, "error")?.["text"]).includes("mock error 400")), "no error text");
      assertEquals(outcomeOf(hub, "Which colour?"), ["elsewhere"]);
    },
  },
  codex: {
    settings: ".codex/hooks.json",
    acceptsApproval: true,
    printed: PRINTED,
    // An API error fires nothing: the row works until the agent quits.
    talked: new RegExp(
      "^starting working idle working waiting:permission working idle working waiting:permission idle( working idle)+ " +
        "working closed idle working idle closed$",
    ),
    reopenedBy: (id) => ["codex", "resume", id],
    tells: ["lastPrompt", "pid", "model", "permissionMode", "transcriptPath"],
    more(hub, talked) {
      assert(hub.rows(talked).some((row) => row["subagents"] === 1), "the sub-agent was not counted");
    },
  },
  gemini: {
    settings: ".gemini/settings.json",
    before: { hooksConfig: { enabled: true } },
    acceptsApproval: false,
    printed: PRINTED,
    // An Esc on the dialog fires nothing: the row waits until the next prompt.
    talked: new RegExp(
      "^starting working waiting:permission working idle working waiting:permission working idle working idle closed " +
        "idle working idle closed$",
    ),
    reopenedBy: (id) => ["gemini", "--resume", id],
    tells: ["lastPrompt", "pid", "transcriptPath"],
  },
  opencode: {
    settings: ".config/opencode/plugin/agent-console.js",
    acceptsApproval: true,
    // `opencode run` ends with its turn.
    printed: /^starting working( idle)? closed$/,
    talked: new RegExp(
      "^starting working waiting:permission working idle working waiting:permission idle working idle working idle " +
        "closed working( idle)? closed$",
    ),
    reopenedBy: (id) => ["opencode", "--session", id],
    tells: ["lastPrompt", "pid", "model", "title"],
    more(hub, talked) {
      assert(hub.rows(talked).some((row) => row["subagents"] === 1), "the sub-agent was not counted");
    },
  },
};

for (const [agent, scenario] of Object.entries(SCENARIOS)) {
  labTest(
    agent as LabAgent,
    `H5 real ${agent}: every state is seen live, approve answers it, and each session ends in the right state`,
    () => plays(agent, scenario),
  );
}

async function plays(agent: string, expected: Scenario): Promise<void> {
  await using hub = await LabHub.open();
  const settings = `${hub.home.root}/${expected.settings}`;
  if (expected.before !== undefined) {
    await Deno.mkdir(settings.replace(/\/[^/]*$/, ""), { recursive: true });
    await Deno.writeTextFile(settings, JSON.stringify(expected.before));
  }
  await hub.answer(["hooks", "install", agent]);
  await using script = inLab(hub.home, [`${LAB}/run-${agent}.sh`, settings], {
    WAIT: expected.acceptsApproval ? "10" : "1",
  });
  try {
    await eventually(() => hub.rows().some(asksToTouch), SCENARIO_MS, "the row that waits for a permission", 40);
    if (expected.acceptsApproval) await answerFirst(hub);
    const { code, stdout, stderr } = await script.exit(SCENARIO_MS);
    assertEquals(code, 0, `${stdout.slice(-3000)}${stderr}`);
    assertEquals(stdout.includes("(answered by a hook)"), expected.acceptsApproval, stdout);
  } finally {
    await endScenario(script);
  }
  const [printed = "", talked = "", ...others] = hub.ids();
  assertEquals(others, [], "one row for each session: none for a title or a sub-agent, and a resumed one is the same");
  await hub.reaches(printed, "closed");
  await hub.reaches(talked, "closed");
  assertMatch(hub.states(printed), expected.printed);
  assertMatch(hub.states(talked), expected.talked);
  if (expected.acceptsApproval) {
    assertEquals([outcomeOf(hub, "perm-1"), outcomeOf(hub, "perm-esc")], [["approved"], ["dismissed"]]);
  }
  assertEquals(await hub.pending(), []);
  for (const session of (await hub.home.json(["ls", "--all", "--json"]))["sessions"] as Json[]) {
    assertEquals([session["agent"], session["cwd"]], [agent, labFolder(`run-${agent}`)]);
    const { reopenable } = member(session, "closed") as { reopenable?: Json };
    assertEquals(reopenable, { command: expected.reopenedBy(idOf(session)), cwd: labFolder(`run-${agent}`) });
  }
  for (const fact of expected.tells) assert(hub.row(talked)?.[fact] !== undefined, `${talked} has no ${fact}`);
  expected.more?.(hub, talked);
}

async function answerFirst(hub: LabHub): Promise<void> {
  const { sessions: [urgent] } = await hub.home.json(["next", "--json"]) as { sessions: Json[] };
  assert(urgent !== undefined && asksToTouch(urgent), `next names ${JSON.stringify(urgent)}`);
  await hub.answer(["approve", idOf(await hub.asked("perm-1", STEP_MS))]);
}

function outcomeOf(hub: LabHub, words: string): unknown[] {
  return hub.approvals().filter((one) => String(one["input"]).includes(words)).map((one) => one["status"]);
}

function asksToTouch(row: Json): boolean {
  return row["status"] === "waiting" && /: touch \S*perm-1$/.test(String(member(row, "waiting")?.["text"]));
}

function member(row: Json, status: string): Json | undefined {
  return row[status] as Json | undefined;
}
