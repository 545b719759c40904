/** H5: real Qwen Code, an agent with hooks of Claude's shape, through `hook claude-like --name qwen`. */
import { assert, assertEquals, assertMatch } from "@std/assert";
import { exists } from "../support/exists.ts";
import { programArgv } from "../support/harness.ts";
import { eventually } from "../support/harness_wait.ts";
import { idOf, LabHub, labTest, STEP_MS } from "../support/lab.ts";
import { Terminal } from "../support/lab_terminal.ts";

const EVENTS = ["SessionStart", "SessionEnd", "UserPromptSubmit", "PreToolUse", "PostToolUse", "PermissionRequest"]
  .concat(["Notification", "Stop", "StopFailure", "SubagentStart", "SubagentStop"]);
/** Its unit is the millisecond. */
const TIMEOUT_MS = 600_000;

labTest(
  "qwen",
  "H5 A1 real Qwen Code: approve runs the tool, deny stops it, and its row ends in the right state",
  async () => {
    await using hub = await LabHub.open();
    await using terminal = await Terminal.open(hub, "qwen", { args: false });
    const command = [...programArgv(hub.home.root), "--home", hub.home.dir, "hook", "claude-like", "--name", "qwen"]
      .join(" ");
    const entry = [{ hooks: [{ type: "command", command, timeout: TIMEOUT_MS }] }];
    const settings = {
      security: { auth: { selectedType: "openai" } },
      general: { enableAutoUpdate: false, disableAutoUpdate: true },
      hooks: Object.fromEntries(EVENTS.map((event) => [event, entry])),
    };
    await Deno.writeTextFile(`${terminal.home}/.qwen/settings.json`, JSON.stringify(settings));
    await terminal.start([]);
    await terminal.type("run:touch yes-1");
    const yes = await hub.asked("yes-1");
    const id = String(yes["sessionId"]);
    await hub.answer(["approve", idOf(yes)]);
    await eventually(() => exists(`${terminal.work}/yes-1`), STEP_MS, "the file that the tool makes");
    await hub.reaches(id, "idle");

    await terminal.type("run:touch no-1");
    const no = await hub.asked("no-1");
    await hub.answer(["deny", idOf(no), "--message", "not on my watch"]);
    await hub.settled("no-1", "denied");
    await hub.reaches(id, "idle");
    assert(!exists(`${terminal.work}/no-1`), "the tool ran although it was denied");

    await terminal.type("run:touch esc-1");
    await hub.asked("esc-1");
    await terminal.keys("Escape");
    await hub.settled("esc-1", "dismissed");
    await hub.reaches(id, "idle");

    await terminal.keys("C-u");
    await terminal.type("/quit");
    await terminal.left();
    await hub.reaches(id, "closed");
    assertMatch(hub.states(id), /^starting( working waiting:permission( working)? idle){3} closed$/);
    assertEquals([hub.ids(), hub.row(id)?.["agent"], hub.row(id)?.["model"]], [[id], "qwen", "mock-model"]);
    assertEquals(await hub.pending(), []);
  },
);
