/**
 * H5, A1: an answer given by our command line, seen from the side of the real agent: what it was allowed to do is done,
 * what it was not allowed is not, and the model hears why.
 */
import { assert, assertEquals } from "@std/assert";
import { dirname } from "@std/path";
import { exists } from "../support/exists.ts";
import { eventually } from "../support/harness_wait.ts";
import { idOf, LAB, LabHub, labTest, programOf, STEP_MS } from "../support/lab.ts";
import { Terminal } from "../support/lab_terminal.ts";

/** Codex's own: `esc:` asks to leave its sandbox, which needs a permission; the work folder is inside. */
const OUTSIDE = `${LAB}/outside`;
/** Codex as the lab's own script starts it. `--no-daemon`: its hooks are then children of this process. */
const CODEX_ARGS = ["--no-daemon", "-c", "tui.animations=false"];
const UNTRUSTED = "--dangerously-bypass-hook-trust";

labTest("claude", "H5 A1 real Claude Code: approve runs the tool, deny stops it and the model hears why", async () => {
  await using hub = await LabHub.open();
  await using terminal = await Terminal.open(hub, "claude");
  await approveAndDeny(hub, terminal, (file) => `run:touch ${terminal.work}/${file}`, terminal.work);
});

labTest("codex", "H5 A1 real Codex: approve runs the tool, deny stops it and the model hears why", async () => {
  await using hub = await LabHub.open();
  await using terminal = await Terminal.open(hub, "codex", { args: [UNTRUSTED, ...CODEX_ARGS] });
  emptyOutside();
  await approveAndDeny(hub, terminal, (file) => `esc:touch ${OUTSIDE}/${file}`, OUTSIDE);
});

labTest(
  "codex",
  "H5 A1 real Codex: hooks that were trusted by `hooks install codex --trust` ask and answer",
  async () => {
    await using hub = await LabHub.open();
    // the real codex is asked to trust them
    const path = `${dirname(programOf("codex"))}:${Deno.env.get("PATH")}`;
    await using terminal = await Terminal.open(hub, "codex", {
      install: ["--trust"],
      path,
      args: CODEX_ARGS,
    });
    emptyOutside();
    await approveAndDeny(hub, terminal, (file) => `esc:touch ${OUTSIDE}/${file}`, OUTSIDE);
  },
);

labTest("opencode", "H5 A1 real OpenCode: approve runs the tool, deny stops it", async () => {
  await using hub = await LabHub.open();
  await using terminal = await Terminal.open(hub, "opencode");
  await terminal.type("run:touch yes-1");
  const yes = await hub.asked("yes-1");
  await hub.answer(["approve", idOf(yes)]);
  await eventually(() => exists(`${terminal.work}/yes-1`), STEP_MS, "the file that the tool makes");
  await hub.reaches(String(yes["sessionId"]), "idle");
  await terminal.type("run:touch no-1");
  const no = await hub.asked("no-1");
  await hub.answer(["deny", idOf(no)]);
  await hub.settled("no-1", "denied");
  await hub.reaches(String(no["sessionId"]), "idle");
  assert(!exists(`${terminal.work}/no-1`), "the tool ran although it was denied");
  assertEquals(await hub.pending(), []);
});

labTest(
  "claude",
  "H5 A1 real Claude Code: approve --scope session: the same call is not asked about again",
  async () => {
    await using hub = await LabHub.open();
    await using terminal = await Terminal.open(hub, "claude");
    await terminal.type("run:touch again-1");
    const asked = await hub.asked("again-1");
    await hub.answer(["approve", idOf(asked), "--scope", "session"]);
    const file = `${terminal.work}/again-1`;
    await eventually(() => exists(file), STEP_MS, "the file that the tool makes");
    const id = String(asked["sessionId"]);
    await hub.reaches(id, "idle");
    await Deno.remove(file);
    const before = hub.rows(id).length;
    await terminal.type("run:touch again-1");
    await eventually(() => exists(file), STEP_MS, "the file that the tool makes again");
    await hub.reaches(id, "idle");
    assert(hub.rows(id).slice(before).every((row) => row["status"] !== "waiting"), "the row waited for an answer");
    assertEquals(await hub.pending(), []);
  },
);

labTest("claude", "H5 A1 real Claude Code: approve --answer answers a question in the terminal", async () => {
  await using hub = await LabHub.open();
  await using terminal = await Terminal.open(hub, "claude");
  await terminal.type("ask:Which colour?");
  const question = await hub.asked("Which colour?");
  assertEquals(question["choices"], [{ question: "Which colour?", options: ["Yes", "No"], multiple: false }]);
  await hub.answer(["approve", idOf(question), "--answer", "No"]);
  await terminal.sees(/"Which colour\?"="No"/);
  const row = await hub.reaches(String(question["sessionId"]), "idle");
  assert(hub.states(idOf(row)).includes("waiting:question"), hub.states(idOf(row)));
  assertEquals(await hub.pending(), []);
});

labTest("claude", "H5 A1 real Claude Code: one plan is denied, the next approved", async () => {
  await using hub = await LabHub.open();
  await using terminal = await Terminal.open(hub, "claude");
  await terminal.type("/plan");
  await terminal.sees(/plan mode on/);
  await terminal.type("tool:ExitPlanMode {}");
  const no = await hub.asked("ExitPlanMode", STEP_MS, "tool");
  assertEquals(no["for"], "plan");
  await hub.answer(["deny", idOf(no), "--message", "rather blue"]);
  const id = String(no["sessionId"]);
  await hears(terminal, "rather blue");
  await hub.reaches(id, "idle");
  await terminal.type("tool:ExitPlanMode {}");
  const yes = await hub.asked("ExitPlanMode", STEP_MS, "tool");
  await hub.answer(["approve", idOf(yes)]);
  await hears(terminal, "approved exiting plan mode");
  await hub.reaches(id, "idle");
  assertEquals(hub.approvals().map((one) => one["status"]), ["denied", "approved"]);
  assertEquals(await hub.pending(), []);
});

labTest("claude", "H5 A1 real Claude Code: a form of an MCP server is filled in by approve --answer", async () => {
  await using hub = await LabHub.open();
  const mcp = `${hub.home.root}/mcp.json`;
  const server = { command: "node", args: [`${LAB}/mcp-elicit.mjs`] };
  await Deno.writeTextFile(mcp, JSON.stringify({ mcpServers: { lab: server } }));
  await using terminal = await Terminal.open(hub, "claude", {
    args: ["--mcp-config", mcp, "--allowedTools", "mcp__lab__ask_name"],
  });
  await terminal.type("tool:mcp__lab__ask_name {}");
  const form = await hub.asked("What is your name?");
  assertEquals([form["for"], form["choices"]], ["elicitation", [{ question: "name", options: [], multiple: false }]]);
  await hub.answer(["approve", idOf(form), "--answer", "Ada"]);
  await hears(terminal, "Ada");
  await hub.reaches(String(form["sessionId"]), "idle");
  assertEquals(await hub.pending(), []);
});

labTest(
  "claude",
  "H5 A1 real Claude Code: a sub-agent that asks has a row of its own, its session never waits",
  async () => {
    await using hub = await LabHub.open();
    await using terminal = await Terminal.open(hub, "claude");
    await terminal.type("task:run:touch sub-1");
    const asked = await hub.asked("sub-1");
    const child = String(asked["sessionId"]);
    const parent = String(hub.row(child)?.["parentId"]);
    assertEquals([hub.ids(), hub.row(child)?.["status"]], [[parent, child], "waiting"]);
    await hub.answer(["approve", idOf(asked)]);
    await eventually(() => exists(`${terminal.work}/sub-1`), STEP_MS, "the file that the tool makes");
    await hub.reaches(child, "closed");
    await hub.reaches(parent, "idle");
    assert(!hub.states(parent).includes("waiting"), hub.states(parent));
    assert(hub.rows(parent).some((row) => row["subagents"] === 1), "the sub-agent was not counted");
    assertEquals([hub.row(parent)?.["subagents"], await hub.pending()], [0, []]);
  },
);

labTest("claude", "H5 A1 real Claude Code: of two calls made at once one is approved, one denied", async () => {
  await using hub = await LabHub.open();
  await using terminal = await Terminal.open(hub, "claude");
  await terminal.type("par:touch both-1||touch both-2");
  const yes = await hub.asked("both-1");
  await hub.answer(["approve", idOf(yes)]);
  const no = await hub.asked("both-2");
  await hub.answer(["deny", idOf(no)]);
  await hub.reaches(String(yes["sessionId"]), "idle");
  assertEquals([exists(`${terminal.work}/both-1`), exists(`${terminal.work}/both-2`)], [true, false]);
  assertEquals(hub.approvals().map((one) => one["status"]), ["approved", "denied"]);
  assertEquals(await hub.pending(), []);
});

labTest(
  "claude",
  "H4 real Claude Code: a question that is left with Esc is dismissed, one answered there is elsewhere",
  async () => {
    await using hub = await LabHub.open();
    await using terminal = await Terminal.open(hub, "claude");
    await terminal.type("ask:Left alone?");
    const id = String((await hub.asked("Left alone?"))["sessionId"]);
    await terminal.keys("Escape");
    await hub.settled("Left alone?", "dismissed");
    await hub.reaches(id, "idle");
    await terminal.keys("C-u");
    await terminal.type("ask:Answered?");
    await hub.asked("Answered?");
    await terminal.keys("1");
    await hub.settled("Answered?", "elsewhere");
    await hub.reaches(id, "idle");
    assertEquals(await hub.pending(), []);
  },
);

async function approveAndDeny(
  hub: LabHub,
  terminal: Terminal,
  touch: (file: string) => string,
  folder: string,
): Promise<void> {
  await terminal.type(touch("yes-1"));
  const yes = await hub.asked("yes-1");
  assert(!exists(`${folder}/yes-1`), "the tool ran before it was allowed");
  await hub.answer(["approve", idOf(yes)]);
  await eventually(() => exists(`${folder}/yes-1`), STEP_MS, "the file that the tool makes");
  const id = String(yes["sessionId"]);
  await hub.reaches(id, "idle");

  await terminal.type(touch("no-1"));
  const no = await hub.asked("no-1");
  await hub.answer(["deny", idOf(no), "--message", "not on my watch"]);
  await hears(terminal, "not on my watch");
  await hub.reaches(id, "idle");
  assert(!exists(`${folder}/no-1`), "the tool ran although it was denied");
  const outcomes = hub.approvals().map((one) => one["status"]);
  assertEquals([outcomes, await hub.pending()], [["approved", "denied"], []]);
}

/** The model double answers with what the tool said. */
async function hears(terminal: Terminal, words: string): Promise<void> {
  const heard = () => terminal.modelLog().some((line) => String(line["answer"]).includes(words));
  await eventually(heard, STEP_MS, `the model hears ${words}`, 100);
}

function emptyOutside(): void {
  Deno.mkdirSync(OUTSIDE, { recursive: true });
  for (const { name } of Deno.readDirSync(OUTSIDE)) Deno.removeSync(`${OUTSIDE}/${name}`);
}
