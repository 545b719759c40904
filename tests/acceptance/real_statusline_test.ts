/** H5: the tee in the status line of real Claude Code: its user's own line is shown, and the row has what it counts. */
import { assert, assertEquals } from "@std/assert";
import { programArgv } from "../support/harness.ts";
import { eventually } from "../support/harness_wait.ts";
import { LabHub, labTest, STEP_MS } from "../support/lab.ts";
import { Terminal } from "../support/lab_terminal.ts";
import type { Json } from "../support/wire.ts";

labTest(
  "claude",
  "H5 real Claude Code: its user's own status line is shown, and the row gets cost, context and branch",
  async () => {
    await using hub = await LabHub.open();
    await using terminal = await Terminal.open(hub, "claude", { args: false });
    const path = `${terminal.home}/.claude/settings.json`;
    const settings = JSON.parse(await Deno.readTextFile(path)) as Json;
    const tee = [...programArgv(hub.home.root), "--home", hub.home.dir, "statusline", "--", "sh", "-c"].join(" ");
    const own = `jq -r '"own line of " + .model.display_name + " in " + .workspace.current_dir'`;
    const command = `${tee} '${own.replaceAll("'", `'\\''`)}'`;
    await Deno.writeTextFile(path, JSON.stringify({ ...settings, statusLine: { type: "command", command } }));
    await terminal.start([]);
    await terminal.type("run:echo hello");
    const id = await eventually(() => hub.ids()[0], STEP_MS, "the row", 40);
    await hub.says(id, "tool said: hello");
    await terminal.sees(/own line of \S.* in \S+ac-claude/);
    const counted = () => (hub.row(id)?.["cost"] as Json | undefined)?.["contextPercent"] !== undefined;
    await eventually(counted, STEP_MS, "a row with its context", 40);
    const { usd, tokens } = hub.row(id)?.["cost"] as { usd?: number; tokens?: number };
    assert(
      typeof usd === "number" && usd > 0 && typeof tokens === "number" && tokens > 0,
      `${usd} $, ${tokens} tokens`,
    );
    assertEquals([hub.row(id)?.["gitBranch"], hub.row(id)?.["status"], hub.ids()], ["main", "idle", [id]]);
  },
);
