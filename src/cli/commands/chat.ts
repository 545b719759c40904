/** `chat`: hands the commands of this very program to the chat, which knows none of them. */
import type { Command } from "commander";
import { isWellFormedName } from "../../agents/shared/agent_name.ts";
import type { CommandPort } from "../../chat/command_port.ts";
import { writeStdout } from "../../platform/stdio.ts";
import { splitLine } from "../../lib/line_words.ts";
import { ConsoleError } from "../../protocol/errors.ts";
import { candidatesFor } from "../completion/candidates.ts";
import { commandsOfCapsules } from "../completion/live.ts";
import { pathOfCommand, visible } from "../completion/place.ts";
import type { CommandContext } from "../context.ts";
import { exitCodeOf } from "../exit_code.ts";
import { output, phraseMessages, ReaderGone } from "../output.ts";
import { resolveSession } from "../resolve.ts";
import { runWords } from "../run_words.ts";
import type { TreeMaker } from "../tree/shared.ts";
import { versionNote } from "../version_note.ts";
import { completionSources } from "./complete.ts";

export interface ChatFlags {
  readonly argument: string | undefined;
  readonly agent?: string;
  readonly session?: string;
}

/** @returns the exit code. @throws {ConsoleError} `usage` */
export async function chat(
  run: CommandContext,
  root: Command,
  another: TreeMaker,
  { argument, agent = argument, session }: ChatFlags,
): Promise<number> {
  if (argument !== undefined && agent !== argument) {
    throw new ConsoleError("usage", `two agents are named, ${argument} and ${agent}`);
  }
  if (agent !== undefined && !isWellFormedName(agent)) {
    throw new ConsoleError("usage", `agent is "${agent}", which is no agent's name`, {
      hint: "the names are those of the configuration: agent-console config show",
    });
  }
  if (session !== undefined && agent !== undefined) {
    throw new ConsoleError("usage", "a session has an agent: --session stands alone");
  }
  const sessionId = session === undefined ? undefined : await resolveSession(run, session);
  run.takeSignals();
  const [{ runChat }, { slashText }] = await Promise.all([
    import("../../chat/mod.ts"),
    import("../../chat/slash_text.ts"),
  ]);
  const commands = commandPort(run, root, another);
  const names = commands.commands.filter(({ isListed }) => isListed).map(({ name }) => name);
  phraseMessages((text) => slashText(text, names));
  return await runChat({ context: run.context, commands, agent, sessionId });
}

/** Run where a person types, these would wait for an agent's words, or for themselves. */
const NOT_INSIDE: Readonly<Record<string, string>> = {
  chat: "this is the chat",
  hook: "an agent runs it, with an event on its stdin",
  statusline: "an agent runs it, with its state on its stdin",
  daemon: "without a further word it runs the daemon here; start, stop, status and others control it",
  "exec /approve": "what it answers may never have been on this screen; /approve and /deny answer here",
  "memory append -": "with - its text would be what is typed here",
};

function commandPort(run: CommandContext, root: Command, another: TreeMaker): CommandPort {
  const { color } = root.opts<{ color: boolean }>();
  const given = globalWords(run, color);
  const onGreeted = versionNote(run.out);
  const print = (text: string) => writeStdout(text);
  return {
    commands: visible(root).map((command) => ({
      name: command.name(),
      about: command.description(),
      isListed: command.name() === "daemon" || NOT_INSIDE[command.name()] === undefined,
    })),
    ofCapsules: () => commandsOfCapsules({ ...run.context, mayStart: false }),
    run: async (words, { signal, takeSignals, screen }) => {
      let isReaderGone = false;
      const tree = another({ signal, takeSignals, screen, onGreeted });
      tree.hook("preAction", (_, command) => fitInside(command));
      // Its handler is not in the tree: hooks are run before the tree is made.
      tree.commands.find((one) => one.name() === "hook")?.action(() => {});
      try {
        const code = await runWords(tree, () => Promise.resolve([...given, ...words]), signal, (error) => {
          isReaderGone ||= error instanceof ReaderGone;
        });
        return isReaderGone ? undefined : code;
      } finally {
        output(color); // the command's own --no-color is over
      }
    },
    complete: async (words) => {
      const tree = another({ signal: run.signal, takeSignals: () => {} });
      return (await candidatesFor(tree, [...given, ...words], completionSources(run.context.program))).found;
    },
    fail: exitCodeOf,
    note: (text) => run.out.note(text),
    print,
  };
}

/** What the chat was called with counts for its commands too. */
function globalWords({ context }: CommandContext, color: boolean): readonly string[] {
  return [
    "--home",
    context.paths.root,
    ...(context.socketFlag === undefined ? [] : ["--socket", context.socketFlag]),
    ...(context.mayStart ? [] : ["--no-start"]),
    ...(color ? [] : ["--no-color"]),
  ];
}

/** @throws {ConsoleError} `failed` for a command that cannot run inside */
function fitInside(command: Command): void {
  const path = pathOfCommand(command);
  // The full screen would take the keys for good.
  if (path === "watch") command.setOptionValue("log", true);
  const { daemonize, foreground } = command.opts<{ daemonize?: boolean; foreground?: boolean }>();
  const readsStdin = path === "memory append" && command.args.length === 1 && command.args[0] === "-";
  const [line = ""] = path === "exec" || path === "command run" ? command.args : [];
  const said = splitLine(line.trim().replace(/^\//, "")).words[0] ?? "";
  const answers = /^(?:approve|deny)$/i.test(said);
  const inside = readsStdin ? `${path} -` : answers ? "exec /approve" : path;
  const name = path === "daemon start" && foreground ? "daemon" : inside;
  // A mistyped word behind it is the command's to refuse.
  const controls = path === "daemon" && (daemonize || command.args.length > 0);
  const why = controls ? undefined : NOT_INSIDE[name];
  if (why === undefined) return;
  const hint = name === "daemon" ? "/daemon start" : "/help lists what runs here";
  throw new ConsoleError("failed", `/${path} does not run in the chat: ${why}`, { hint });
}
