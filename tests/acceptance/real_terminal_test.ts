/**
 * H4, H5: what a human does in the agent's own terminal leaves no ghost in ours. Where an agent says nothing at all
 * about it (`unheard`), the row is wrong until the next thing that it does say, and this is tested instead.
 */
import { assert, assertEquals } from "@std/assert";
import { exists } from "../support/exists.ts";
import { eventually, pause } from "../support/harness_wait.ts";
import { idOf, LAB, type LabAgent, labFolder, LabHub, labTest, STEP_MS } from "../support/lab.ts";
import { Terminal } from "../support/lab_terminal.ts";

interface Act {
  readonly does: string;
  /** FILE stands for a file that no other act names. */
  readonly prompt: string;
  /** The state in which the human acts, and what is on the screen then. */
  readonly during: string;
  readonly sees?: RegExp;
  readonly keys: readonly string[];
  /** What the approval says afterwards, where there was one. */
  readonly approval?: string;
  /** The tool ran. */
  readonly ran?: boolean;
  /** No event tells of it. */
  readonly unheard?: boolean;
}

interface Human {
  readonly config?: string;
  readonly args: readonly string[];
  readonly acts: readonly Act[];
  /** What begins a new conversation, and whether the old one's row closes with it. */
  readonly anew: { readonly types: string; readonly keys: readonly string[]; readonly closes: boolean };
  readonly quits: string;
  /** Where a prompt's file goes. */
  readonly folder: string;
}

/** Nothing will come that could be waited for; what is typed before the agent is at its prompt again is lost. */
const UNHEARD_MS = 2500;
const CODEX = ["--dangerously-bypass-hook-trust", "--no-daemon", "-c", "tui.animations=false"];

/** Escape brings the prompt back into the line, where C-u removes it. */
const HUMANS: Readonly<Record<Exclude<LabAgent, "qwen">, Human>> = {
  claude: {
    args: [],
    folder: labFolder("ac-claude"),
    acts: [
      dialog({ does: "Yes", keys: ["1"], approval: "elsewhere", ran: true }, /Do you want/),
      dialog({ does: "No", keys: ["4"], approval: "dismissed" }, /Do you want/),
      dialog({ does: "Esc", keys: ["Escape", "C-u"], approval: "dismissed" }, /Do you want/),
      // Ctrl-C does nothing to its dialogs.
      streaming({ does: "Esc", keys: ["Escape", "C-u"], unheard: true }),
      streaming({ does: "Ctrl-C", keys: ["C-c", "C-u"], unheard: true }),
    ],
    anew: { types: "/clear", keys: [], closes: true },
    quits: "/exit",
  },
  codex: {
    // Codex shows its dialog only after the hook: here nobody answers.
    config: '{ "approvals": { "hook_wait_secs": 1 } }',
    args: CODEX,
    folder: `${LAB}/outside`,
    acts: [
      dialog({ does: "Yes", keys: ["y"], approval: "expired", ran: true }, /Would you like to run/, "esc"),
      dialog({ does: "No", keys: ["3", "C-u"], approval: "expired" }, /Would you like to run/, "esc"),
      dialog({ does: "Esc", keys: ["Escape", "C-u"], approval: "expired" }, /Would you like to run/, "esc"),
      dialog({ does: "Ctrl-C", keys: ["C-c", "C-u"], approval: "expired" }, /Would you like to run/, "esc"),
      streaming({ does: "Esc", keys: ["Escape", "C-u"] }),
      streaming({ does: "Ctrl-C", keys: ["C-c", "C-u"] }),
      { does: "an API error", prompt: "error:400", during: "working", keys: [], unheard: true },
    ],
    // It asks whether to go on in the same folder; the old thread lives on until Codex quits.
    anew: { types: "/new", keys: ["Enter"], closes: false },
    quits: "/quit",
  },
  gemini: {
    args: [],
    folder: labFolder("ac-gemini"),
    acts: [
      dialog({ does: "Yes", keys: ["Enter"], ran: true }, /Allow execution/),
      dialog({ does: "No", keys: ["Up", "Enter"], unheard: true }, /Allow execution/),
      dialog({ does: "Esc", keys: ["Escape"], unheard: true }, /Allow execution/),
      dialog({ does: "Ctrl-C", keys: ["C-c"], unheard: true }, /Allow execution/),
      streaming({ does: "Esc", keys: ["Escape"] }),
      streaming({ does: "Ctrl-C", keys: ["C-c"] }),
    ],
    anew: { types: "/clear", keys: [], closes: true },
    quits: "/quit",
  },
  opencode: {
    args: [],
    folder: labFolder("ac-opencode"),
    acts: [
      dialog({ does: "Allow once", keys: ["Enter"], approval: "elsewhere", ran: true }, /Permission required/),
      dialog({ does: "Reject", keys: ["Right", "Right", "Enter"], approval: "dismissed" }, /Permission required/),
      dialog({ does: "Esc", keys: ["Escape"], approval: "dismissed" }, /Permission required/),
      streaming({ does: "Esc Esc", keys: ["Escape", "Escape"] }),
    ],
    anew: { types: "/new", keys: [], closes: false },
    quits: "/exit",
  },
};

function dialog(act: Pick<Act, "does" | "keys" | "approval" | "ran" | "unheard">, sees: RegExp, verb = "run"): Act {
  return { ...act, does: `${act.does} in a dialog`, prompt: `${verb}:touch FILE`, during: "waiting:permission", sees };
}

function streaming(act: Pick<Act, "does" | "keys" | "unheard">): Act {
  return { ...act, does: `${act.does} while it answers`, prompt: "slow:20", during: "working" };
}

for (const [agent, human] of Object.entries(HUMANS) as [LabAgent, Human][]) {
  labTest(agent, `H4 H5 real ${agent}: what a human does in its own terminal leaves no ghost`, async () => {
    await using hub = await LabHub.open(human.config === undefined ? {} : { config: human.config });
    await using terminal = await Terminal.open(hub, agent, { args: human.args });
    await terminal.type("say:hello");
    await eventually(() => hub.ids().length === 1, STEP_MS, "the row", 40);
    const [id = ""] = hub.ids();
    await hub.says(id, "hello");
    for (const [i, act] of human.acts.entries()) await plays(hub, terminal, id, act, `${human.folder}/act-${i}`);
    const next = await beginsAnew(hub, terminal, id, human);
    await terminal.type(human.quits);
    await terminal.left();
    await hub.reaches(next, "closed");
    await hub.reaches(id, "closed");
    await reopens(hub, terminal, next, human);
    assertEquals(hub.ids(), [id, next], "a reopened session is the same row");
    assertEquals(await hub.pending(), []);
  });
}

async function plays(hub: LabHub, terminal: Terminal, id: string, act: Act, file: string): Promise<void> {
  const before = hub.rows(id).length;
  await terminal.type(act.prompt.replace("FILE", file));
  const began = () => hub.rows(id).slice(before).some((row) => row["status"] === act.during.split(":")[0]);
  await eventually(began, STEP_MS, `${act.does}: ${act.during}`, 40);
  if (act.sees !== undefined) await terminal.sees(act.sees);
  for (const key of act.keys) await terminal.keys(key);
  if (act.approval !== undefined) await hub.settled(file, act.approval);
  if (act.unheard === true) await pause(UNHEARD_MS);
  else await hub.reaches(id, "idle", STEP_MS, act.does);
  // the next prompt finds a row that is not stuck
  await terminal.type("say:on");
  await hub.reaches(id, "idle", STEP_MS, act.does);
  await hub.says(id, "on");
  assertEquals(exists(file), act.ran === true, act.does);
  assertEquals(await hub.pending(), [], act.does);
  await terminal.type("say:ready");
  await hub.says(id, "ready");
}

/** A new conversation in the same process; gives its id. */
async function beginsAnew(hub: LabHub, terminal: Terminal, id: string, { anew }: Human): Promise<string> {
  await terminal.type(anew.types);
  for (const key of anew.keys) await terminal.keys(key);
  if (anew.closes) await hub.reaches(id, "closed");
  await terminal.keys();
  await terminal.type("say:anew");
  await eventually(() => hub.ids().length === 2, STEP_MS, "the row of the new conversation", 40);
  const next = hub.ids()[1] ?? "";
  await hub.says(next, "anew");
  if (!anew.closes) assertEquals(hub.row(id)?.["status"], "idle");
  return next;
}

/** The command that the closed row offers really opens it. */
async function reopens(hub: LabHub, terminal: Terminal, id: string, { args, quits }: Human): Promise<void> {
  const { reopenable } = hub.row(id)?.["closed"] as { reopenable?: { command: string[]; cwd: string } };
  const [program, ...words] = reopenable?.command ?? [];
  assertEquals([program, reopenable?.cwd], [terminal.agent, terminal.work]);
  await terminal.start([...words, ...args]);
  await terminal.type("say:again");
  await hub.says(id, "again");
  assert(idOf(hub.rows().at(-1) ?? {}) === id, "another session went on");
  await terminal.type(quits);
  await terminal.left();
  await hub.reaches(id, "closed");
}
