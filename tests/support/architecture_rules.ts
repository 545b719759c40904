/** The rooms of src, and which may import which. Read by tests/architecture_test.ts. */

import { FEATURES } from "../../src/daemon/features.ts";

export interface RoomRule {
  readonly may: readonly string[];
  readonly why: string;
}

/** What every feature of the daemon may import. */
const FEATURE: readonly string[] = ["core", "domain", "lib", "platform", "protocol", "rpc", "config/section.ts"];

const FEATURE_RULE: RoomRule = {
  may: FEATURE,
  why: "a feature of the daemon reaches others through the core's doors only",
};

/** Room → rooms, folders and files that it may import, types too, and why. `agents/*` is the folder of one agent. */
export const RULES: Readonly<Record<string, RoomRule>> = {
  lib: { may: [], why: "helpers of use in any program import nothing of this one" },
  domain: { may: ["lib"], why: "the core is pure: no I/O, no clock, nothing of ours below it" },
  policy: {
    may: [
      "domain",
      "lib",
      "agents/files.ts", // where each agent keeps its settings and credentials: a table of texts
    ],
    why: "rules and risks are pure: they evaluate what the domain describes",
  },
  platform: { may: ["lib"], why: "the door to the system knows nobody who goes through it" },
  protocol: { may: ["domain"], why: "the wire speaks of sessions, not of how they are kept" },
  merkle: {
    may: [],
    why: "trees, proofs and signed notes are pure: whoever checks them needs nothing of this program",
  },
  journal: { may: ["lib", "merkle", "platform", "protocol"], why: "the journal knows bytes and records, not sessions" },
  config: {
    may: ["domain", "lib", "platform", "policy", "protocol"],
    why: "client and daemon read the same configuration, the rules in it included",
  },
  "agents/shared": {
    may: ["domain", "lib", "platform", "protocol"],
    why: "what all agents have in common names none of them",
  },
  "agents/*": {
    may: [
      "agents/shared",
      "domain",
      "lib",
      "platform",
      "protocol",
      "rpc",
    ],
    why: "an adapter says what happened; the core decides",
  },
  agents: {
    may: ["agents"],
    why: "the registry, and what fast paths know without it, list the agents; nobody else names one",
  },
  rpc: { may: ["domain", "lib", "platform", "protocol"], why: "requests are dispatched without knowing what they do" },
  feeds: {
    may: [...FEATURE, "agents/feeds.ts", "agents/shared"],
    why: "a feed says what an agent published; the daemon hands it on to the core",
  },
  acp: {
    may: ["domain", "lib", "platform", "protocol"],
    why: "a connection to an agent says what was said; what that means for a session others know",
  },
  turn: {
    may: [...FEATURE, "acp", "agents/shared"],
    why: "turns run agents over ACP and reach all else through the core's doors only",
  },
  settings: {
    may: [
      "agents/shared",
      "lib",
      "platform",
      "protocol",
      "domain/mask.ts",
      "domain/sanitize.ts",
    ],
    why: "our entries in other people's settings are the command line's work; the daemon never touches them",
  },
  approvals: {
    may: [
      ...FEATURE,
      "policy",
      "agents/shared/free_name.ts", // which names a script may not take
      "agents/shared/tool_label.ts", // until the text of a script's request is made in domain
      "config/base_sections.ts",
      "config/workspace.ts", // until the policy engine gets the workspace's policy from a port
    ],
    why: "the broker answers through the core's two doors: commit, subscribe",
  },
  channel: {
    may: [
      ...FEATURE,
      "view", // a notification says what windows show; loaded where a channel is on
    ],
    why: "a channel notifies in the words of the windows, and reaches others through the core's doors only",
  },
  command: {
    may: [
      ...FEATURE,
      "view", // what the console says are the words of the windows; loaded with the first command
    ],
    why: "the console's commands call methods as their caller, and say what windows say",
  },
  capsule: {
    may: [
      ...FEATURE,
      "config/jsonc.ts", // its manifest, with the place of what is wrong
    ],
    why: "what a capsule is and who may run is told through the core's doors only",
  },
  job: {
    may: [
      ...FEATURE,
      "view/turn_words.ts", // why a turn ended early, as windows say it; loaded with the first run of a prompt
    ],
    why: "a job runs programs and calls methods, and reaches others through the core's doors only",
  },
  service: {
    may: ["agents/files.ts", "install", "lib", "platform", "protocol"],
    why: "units are made from templates and sandbox flags",
  },
  core: {
    may: [
      "domain",
      "lib",
      "platform",
      "policy",
      "protocol",
      "rpc",
      "config/section.ts",
      "agents/shared/adapter.ts", // types: what the registry, handed in by the composition root, gives
    ],
    why: "the core owns the state and reaches no disk",
  },
  transport: { may: ["core", "lib", "platform", "protocol", "rpc"], why: "connections carry requests to the core" },
  daemon: {
    may: [
      "agents/adapters.ts",
      "approvals",
      "config",
      "core",
      "domain",
      "journal",
      "lib",
      "platform",
      "protocol",
      "rpc",
      "transport",
      ...FEATURES.map(({ name }) => name),
    ],
    why: "the composition root of the daemon knows no window",
  },
  gateway: {
    may: [
      ...FEATURE,
      "dist", // the page's script, which is made of page
      "page", // its other files, as text
    ],
    why: "the gateway carries clients and the page's files; what they mean others know",
  },
  page: {
    may: ["domain", "lib", "protocol", "view"],
    why: "the page runs in a browser: it knows the wire's words and what every window shows, and no system",
  },
  dist: { may: [], why: "what is made of the sources imports nothing" },
  view: { may: ["domain", "lib"], why: "what windows show is made without a terminal, a clock or a connection" },
  client: {
    may: [
      "agents/files.ts", // the variables that move agents' folders, for the launcher that hooks start the daemon by
      "agents/hook_env.ts",
      "agents/shared",
      "agents/statusline.ts",
      "capsule/folder.ts", // what the person grants is read and hashed as the daemon reads it
      "capsule/granted_copy.ts", // and lies where the daemon starts it from
      "capsule/manifest.ts",
      "capsule/names.ts",
      "capsule/path_risk.ts",
      "capsule/read_manifest.ts",
      "config",
      "daemon/options.ts",
      "daemon/launch.ts",
      "domain",
      "install", // the stub that hooks run
      "lib",
      "platform",
      "protocol",
      "rpc",
      "service", // the unit that it starts instead of a daemon of its own
      "view/state_counts.ts", // tmux's status line counts as every window does
      "view/states.ts",
    ],
    why: "a client never imports the daemon, only the words of its command line",
  },
  cli: {
    may: [
      "agents/hook_env.ts",
      "agents/names.ts",
      "agents/registry.ts",
      "agents/shared",
      "capsule/attention.ts",
      "capsule/discovery.ts", // capsules as the person has them, whatever the daemon says of them
      "capsule/folder.ts",
      "capsule/grant.ts",
      "capsule/manifest.ts",
      "capsule/names.ts",
      "capsule/read_manifest.ts",
      "capsule/section.ts",
      "capsule/setting_flaws.ts",
      "capsule_test",
      "chat",
      "client",
      "config",
      "daemon",
      "dashboard/entry.ts", // bundled.ts, where a bundle begins, names every part of the program
      "mcp_server/entry.ts",
      "domain",
      "journal",
      "lib",
      "merkle", // proofs and signatures are checked without a daemon
      "platform",
      "policy",
      "protocol",
      "service",
      "settings",
      "view",
    ],
    why: "the command line is a client; it loads the daemon only to become one, the journal only to verify it",
  },
  chat: {
    may: ["client", "domain", "lib", "platform", "protocol", "view"],
    why: "the chat is a client of the wire; the command line hands it the commands",
  },
  dashboard: {
    may: ["cli", "client", "domain", "lib", "platform", "protocol", "view"],
    why: "a window is a client with the command line's words; nothing but the entry points knows it",
  },
  mcp_server: {
    may: [
      "agents/session_env.ts",
      "cli/exit_code.ts", // the process ends as one of the command line
      "cli/interrupts.ts",
      "cli/named_home.ts",
      "cli/sessions_until.ts", // the wait for a state is that of `wait`
      "client",
      "domain",
      "platform",
      "protocol",
      "view/candidates.ts",
      "view/pick.ts",
    ],
    why:
      "the MCP server is a window for agents: a client that is a process of the command line, and names sessions as windows do",
  },
  capsule_host: {
    may: [
      "platform/capsule_streams.ts",
      "lib/json_nesting.ts", // what the daemon refuses is an error here already
      "install", // the types for authors of capsules
    ],
    why: "what runs in a capsule's process is small, and knows nothing but its two streams",
  },
  capsule_test: {
    may: [
      "capsule/folder.ts",
      "capsule/manifest.ts",
      "capsule/process", // the process of a granted capsule: what works in a test works for the daemon
      "capsule/read_strict.ts",
      "domain",
      "install", // the recorded events
      "platform",
      "protocol",
    ],
    why: "the test of a capsule runs what a daemon runs of it, and asks no daemon",
  },
  install: { may: [], why: "templates are text" },
  "main.ts": { may: ["client", "platform"], why: "argv in, exit code out, prebuilt where that is to be had" },
};

/** The room of a file, given from the root of the project; of an agent's file, that agent's folder. */
export function roomOf(path: string): string {
  const parts = path.split("/");
  if (parts[0] !== "src") return parts[0] ?? "";
  return parts[1] === "agents" && parts.length > 3 ? `agents/${parts[2]}` : parts[1] ?? "";
}

/** A feature's folder needs no line here unless it may more than the others. */
export function ruleOf(room: string): RoomRule | undefined {
  if (room.startsWith("agents/")) return RULES[room] ?? RULES["agents/*"];
  return RULES[room] ?? (FEATURES.some(({ name }) => name === room) ? FEATURE_RULE : undefined);
}

/** `to` is the folder or file `allowed` of src, or lies in it, or in that room beside src. */
export function lies(to: string, allowed: string): boolean {
  return [`src/${allowed}`, allowed].some((place) => to === place || to.startsWith(`${place}/`));
}
