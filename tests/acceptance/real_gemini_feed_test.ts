/** H4, H5: the real Gemini CLI against a model double, with feeds.gemini_chats: what no hook tells is in the row. */
import { assert, assertEquals } from "@std/assert";
import { exists } from "../support/exists.ts";
import { eventually } from "../support/harness_wait.ts";
import { LAB, LabHub, labTest, STEP_MS } from "../support/lab.ts";
import { Terminal } from "../support/lab_terminal.ts";

/** What a human does in the agent's terminal must be in the row so soon. */
const HEALED_MS = 2000;
const NO = "3";
const OPTIONS = { config: '{"feeds": {"gemini_chats": true}}', env: { GEMINI_CLI_HOME: `${LAB}/home/ac-gemini` } };

labTest("gemini", "H5 real Gemini CLI: No and Esc leave no ghost for 2 s, and an API error is told", async () => {
  await using hub = await LabHub.open(OPTIONS);
  await using terminal = await Terminal.open(hub, "gemini");
  await terminal.type("run:touch perm-no");
  const id = await asked(hub, 0);
  await terminal.sees(/3\. No/);
  await terminal.keys(NO);
  await hub.reaches(id, "idle", HEALED_MS);
  await terminal.type("run:touch perm-esc");
  await asked(hub, 1);
  await terminal.keys("Escape");
  await hub.reaches(id, "idle", HEALED_MS);
  assert(!exists(`${terminal.work}/perm-no`) && !exists(`${terminal.work}/perm-esc`), "the tool ran");
  await terminal.type("run:sleep 30");
  await asked(hub, 2);
  await terminal.keys("Enter");
  await terminal.sees(/Shell +sleep 30[^]*esc to cancel/);
  await terminal.keys("Escape");
  await hub.reaches(id, "idle", HEALED_MS);
  await terminal.type("error:400");
  const row = await hub.reaches(id, "error");
  assertEquals(row["error"], { kind: "unknown", text: "mock error 400" });
  await terminal.type("say:hi");
  await hub.reaches(id, "idle");
  assertEquals(hub.ids(), [id]);
});

/** Waits for the next dialog, whose row is returned. */
async function asked(hub: LabHub, before: number): Promise<string> {
  const dialogs = () => hub.states(hub.ids()[0] ?? "").split(" ").filter((state) => state.startsWith("waiting")).length;
  await eventually(() => dialogs() > before, STEP_MS, "the dialog in the row", 40);
  return hub.ids()[0] ?? "";
}
