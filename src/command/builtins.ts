/** The commands of the daemon itself. Each loads what it says at its first use. */
import type { ConsoleCommand } from "../core/console_command.ts";

const requests = () => import("./requests.ts");
const conversations = () => import("./conversations.ts");
const daemon = () => import("./daemon_texts.ts");

/** @param all the commands of all features, which `/help` lists */
export function builtins(all: () => readonly ConsoleCommand[]): readonly ConsoleCommand[] {
  return [
    {
      name: "help",
      summary: "the commands, or one of them",
      usage: "[COMMAND]",
      run: async ([name]) => (await import("./help.ts")).help(name, all()),
    },
    {
      name: "status",
      summary: "how the daemon is",
      usage: "",
      run: async (_args, call) => (await daemon()).statusText(call),
    },
    {
      name: "sessions",
      aliases: ["ls"],
      summary: "the sessions, most urgent first; all: those that have ended too",
      usage: "[all]",
      run: async ([which], call) => (await conversations()).sessionsText(which === "all" || which === "--all", call),
    },
    {
      name: "show",
      summary: "one session, or one request with all of its text",
      usage: "ID",
      run: async ([given], call) => (await conversations()).showNamed(given, call),
    },
    {
      name: "approvals",
      summary: "what waits for an answer",
      usage: "",
      run: async (_args, call) => (await requests()).listRequests(call),
    },
    {
      name: "approve",
      summary: "say yes once; with yes behind it also where it destroys something",
      usage: "[ID [yes]]",
      attended: true,
      run: async (args, call) => (await requests()).approveRequest(args, call),
    },
    {
      name: "deny",
      summary: "say no",
      usage: "[ID [MESSAGE]]",
      run: async (args, call) => (await requests()).denyRequest(args, call),
    },
    {
      name: "context",
      summary: "the last turns of the agents that the daemon runs, of one session or of all",
      usage: "[ID] [COUNT]",
      run: async (args, call) => (await conversations()).turnsText(args, call),
    },
    {
      name: "cancel",
      summary: "end the turn of a session that the daemon runs",
      usage: "ID",
      run: async ([given], call) => (await conversations()).cancelTurns(given, call),
    },
    {
      name: "cron",
      aliases: ["jobs"],
      summary: "the jobs; begin a run of one now, or end it",
      usage: "[list | run NAME | cancel NAME]",
      notByJobs: ["run", "cancel"],
      run: async (args, call) => (await daemon()).cronText(args, call),
    },
    {
      name: "memory",
      summary: "the notes for all folders: look, look for words, keep one",
      usage: "[peek | search WORDS | append TEXT]",
      run: async (args, call) => (await daemon()).memoryText(args, call),
    },
  ];
}
