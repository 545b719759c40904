/** H5: what the rows of real agents say where they once said something else; the agents' own screens are the witness. */
import { assertEquals } from "@std/assert";
import { exists } from "../support/exists.ts";
import { programArgv } from "../support/harness.ts";
import { eventually } from "../support/harness_wait.ts";
import { idOf, LabHub, labTest, STEP_MS } from "../support/lab.ts";
import { Terminal } from "../support/lab_terminal.ts";
import type { Json } from "../support/wire.ts";

labTest("claude", "H5 real Claude Code: a sub-agent's dialog comes at once while no window is open", async () => {
  await using hub = await LabHub.open();
  await using terminal = await Terminal.open(hub, "claude");
  await hub.window[Symbol.asyncDispose]();
  await terminal.type("task:run:touch sub-1");
  await terminal.sees(/Do you want to proceed|touch sub-1[^]*❯ 1\. Yes/);
  assertEquals(await hub.pending(), []);
  const rows = async () => (await hub.home.json(["ls", "--json"]))["sessions"] as Json[];
  await eventually(async () => (await rows()).some(({ status }) => status === "waiting"), STEP_MS, "a row that waits");
  await terminal.keys("1");
  await eventually(() => exists(`${terminal.work}/sub-1`), STEP_MS, "the file that the sub-agent makes");
  await eventually(
    async () => (await rows()).every(({ status }) => status !== "waiting"),
    STEP_MS,
    "no row that waits",
  );
  await terminal.type("/exit");
  await terminal.left();
});

labTest("claude", "H5 real Claude Code: Yes in the terminal, then deny from here while the tool runs", async () => {
  await using hub = await LabHub.open();
  await using terminal = await Terminal.open(hub, "claude");
  await terminal.type("run:touch long-1; sleep 6; touch long-2");
  const asked = await hub.asked("long-1");
  await terminal.sees(/1\. Yes/);
  await terminal.keys("1");
  await eventually(() => exists(`${terminal.work}/long-1`), STEP_MS, "the beginning of the tool");
  await hub.home.cli(["deny", idOf(asked)]);
  await eventually(() => exists(`${terminal.work}/long-2`), STEP_MS, "the end of the tool");
  await hub.settled("long-1", "elsewhere");
  await terminal.type("/exit");
  await terminal.left();
});

labTest("gemini", "H5 real Gemini CLI: its question is in the words that it asks", async () => {
  await using hub = await LabHub.open();
  await using terminal = await Terminal.open(hub, "gemini");
  const options = [{ label: "red", description: "r" }, { label: "blue", description: "b" }];
  // a question mark that is typed is a key of its window's
  const questions = [{ question: "Which colour", header: "Colour", type: "choice", options }];
  await terminal.type(`tool:ask_user ${JSON.stringify({ questions })}`);
  const [id = ""] = await eventually(() => hub.ids().length > 0 ? hub.ids() : undefined, STEP_MS, "a row");
  const row = await hub.reaches(id, "waiting:question");
  assertEquals((row["waiting"] as Json)["text"], "Which colour");
  await terminal.keys("Enter");
  await hub.reaches(id, "idle");
  await terminal.type("/quit");
  await terminal.left();
});

labTest(
  "qwen",
  "H5 real Qwen Code: its question is a question, on its screen at once and not in the inbox",
  async () => {
    await using hub = await LabHub.open();
    await using terminal = await Terminal.open(hub, "qwen", { args: false });
    const command = [...programArgv(hub.home.root), "--home", hub.home.dir, "hook", "claude-like", "--name", "qwen"]
      .join(" ");
    const entry = [{ hooks: [{ type: "command", command, timeout: 600_000 }] }];
    const events = ["SessionStart", "UserPromptSubmit", "PreToolUse", "PostToolUse", "PermissionRequest", "Stop"];
    const settings = {
      security: { auth: { selectedType: "openai" } },
      general: { enableAutoUpdate: false, disableAutoUpdate: true },
      hooks: Object.fromEntries([...events, "Notification"].map((event) => [event, entry])),
    };
    await Deno.writeTextFile(`${terminal.home}/.qwen/settings.json`, JSON.stringify(settings));
    await terminal.start([]);
    const options = [{ label: "red", description: "r" }, { label: "blue", description: "b" }];
    const questions = [{ question: "Which colour?", header: "Colour", options, multiSelect: false }];
    await terminal.type(`tool:ask_user_question ${JSON.stringify({ questions })}`);
    const [id = ""] = await eventually(() => hub.ids().length > 0 ? hub.ids() : undefined, STEP_MS, "a row");
    const row = await hub.reaches(id, "waiting:question");
    assertEquals((row["waiting"] as Json)["text"], "Which colour?");
    await terminal.sees(/Which colour\?[^]*red/);
    assertEquals(await hub.pending(), []);
    await terminal.keys("Enter");
    await hub.reaches(id, "idle");
    await terminal.type("/quit");
    await terminal.left();
  },
);
