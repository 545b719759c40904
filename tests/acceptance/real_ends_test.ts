/** H4, H5: a real agent that ends without a word leaves neither a working row nor an open approval. */
import { assert, assertEquals } from "@std/assert";
import { isAlive } from "../support/harness_process.ts";
import { eventually } from "../support/harness_wait.ts";
import { LAB, type LabAgent, LabHub, labTest, STEP_MS } from "../support/lab.ts";
import { Terminal } from "../support/lab_terminal.ts";

/** The daemon looks at its processes every 10 s; a minute is promised. */
const LOST_MS = 60_000;

interface Asking {
  readonly args: readonly string[];
  readonly prompt: string;
}

const AGENTS: Readonly<Record<Exclude<LabAgent, "qwen">, Asking>> = {
  claude: { args: [], prompt: "run:touch never" },
  codex: {
    args: ["--dangerously-bypass-hook-trust", "--no-daemon", "-c", "tui.animations=false"],
    prompt: `esc:touch ${LAB}/outside/never`,
  },
  gemini: { args: [], prompt: "run:touch never" },
  opencode: { args: [], prompt: "run:touch never" },
};

const ENDS: Readonly<Record<string, (pid: number, terminal: Terminal) => Promise<void> | void>> = {
  "killed (-9)": (pid) => Deno.kill(pid, "SIGKILL"),
  "told to end (TERM)": (pid) => Deno.kill(pid, "SIGTERM"),
  "left without its terminal": (_, terminal) => terminal.close(),
};

for (const [agent, asking] of Object.entries(AGENTS) as [LabAgent, Asking][]) {
  for (const [how, end] of Object.entries(ENDS)) {
    labTest(
      agent,
      `H4 H5 real ${agent} in its dialog, ${how}: the row is closed or lost, no approval is left`,
      async () => {
        await using hub = await LabHub.open();
        await using terminal = await Terminal.open(hub, agent, { args: asking.args });
        await terminal.type("say:hello");
        const id = await eventually(() => hub.ids()[0], STEP_MS, "the row", 40);
        await hub.says(id, "hello");
        await terminal.type(asking.prompt);
        await hub.reaches(id, "waiting:permission");
        const pid = hub.row(id)?.["pid"] as number;
        assert((await Deno.readTextFile(`/proc/${pid}/environ`)).includes(terminal.home), `${pid} is not the agent`);
        await end(pid, terminal);
        const gone = () => hub.row(id)?.["lost"] === true || hub.row(id)?.["status"] === "closed";
        await eventually(gone, LOST_MS, "the row without its agent", 50);
        await eventually(async () => (await hub.pending()).length === 0, STEP_MS, "no open approval", 200);
        // some say that they end a moment before they do
        await eventually(() => !isAlive(pid), STEP_MS, "the end of the agent", 50);
        assertEquals(hub.ids(), [id]);
      },
    );
  }
}
