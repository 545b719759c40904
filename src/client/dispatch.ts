/**
 * Which part of the program the arguments need. Hooks come first and load their code with it, because they run at each
 * event of each agent; then what scripts poll; everything else is for the full command line.
 */
import { stdinKeyboard } from "../platform/keyboard.ts";
import { onUncaught } from "../platform/process.ts";
import { type ThisProgram, thisProgram } from "../platform/program.ts";
import { canTakeScreen, writeStderr } from "../platform/stdio.ts";
import { errorText } from "../protocol/error_text.ts";
import { ERRORS } from "../protocol/errors.ts";
import { storedName } from "../agents/shared/agent_name.ts";
import { runHook } from "./hook.ts";
import type { StatuslineOptions } from "./statusline.ts";
import type { ContextOptions } from "./endpoint.ts";
import type { Windows } from "./windows.ts";

/** The commands that cli/quick.ts knows, each exactly as `NAME --json`. */
export type FastCommand = "ls" | "next" | "status";

export interface Rooms extends Windows {
  readonly cli: () => Promise<{
    runCli(args: readonly string[], program: ThisProgram, windows: Windows): Promise<number>;
  }>;
  readonly quick: () => Promise<{ runFastCommand(command: FastCommand, program: ThisProgram): Promise<number> }>;
  readonly statusline: () => Promise<{ runStatusline(options: StatuslineOptions): Promise<number> }>;
  readonly tmux: () => Promise<{ runTmuxStatus(options: ContextOptions): Promise<0> }>;
}

/**
 * @param mainUrl `import.meta.url` of the entry point
 * @returns the exit code
 */
export async function dispatch(args: readonly string[], mainUrl: string, rooms: Rooms): Promise<number> {
  const program = thisProgram(mainUrl);
  // `[--home PATH] hook AGENT [--name NAME | WORD]`, as the stub writes it. Other arguments are ignored: they must not make
  // an agent fail.
  const moved = args[0] === "--home" ? 2 : 0;
  if (args[moved] === "hook" && !args.includes("--help") && !args.includes("-h")) {
    onUncaught(() => {}); // H1: nor does a bug that no wait of the hook sees make an agent fail
    if (stdinKeyboard.isTerminal) return typedHook();
    const next = args[moved + 2];
    const agent = storedName(args[moved + 1] ?? "", next === "--name" ? args[moved + 3] : undefined);
    const word = next === "report" || next === "hung" ? next : undefined;
    return await runHook({ agent, word, home: moved > 0 ? args[1] : undefined, program });
  }
  // `[--home PATH] statusline [-- CMD…]`; words in another place are for the full command line to refuse.
  const [word, dashes, ...command] = args.slice(moved);
  if (word === "statusline" && (dashes ?? "--") === "--") {
    onUncaught(() => {});
    return await (await rooms.statusline()).runStatusline({ command, home: moved > 0 ? args[1] : undefined });
  }
  // Not by way of the command line, whose file would cost an open dashboard 11 MB.
  if (word === "dashboard" && dashes === undefined && canTakeScreen()) {
    const { runDashboard } = await rooms.dashboard();
    return await runDashboard(program, { home: moved > 0 ? args[1] : undefined, start: true, color: true });
  }
  // Each session of each agent starts one.
  if (word === "mcp" && dashes === undefined) {
    const { runMcp } = await rooms.mcp();
    return await runMcp(program, { home: moved > 0 ? args[1] : undefined, start: true });
  }
  if (word === "tmux" && dashes === "status" && command.length === 0) {
    const { runTmuxStatus } = await rooms.tmux();
    return await runTmuxStatus({ program, home: moved > 0 ? args[1] : undefined, start: false });
  }
  const quick = args.length === 2 && args[1] === "--json" ? args[0] : undefined;
  if (quick === "ls" || quick === "next" || quick === "status") {
    return await (await rooms.quick()).runFastCommand(quick, program);
  }
  return await (await rooms.cli()).runCli(args, program, rooms);
}

/** No agent gives its hooks a terminal: a person has typed it, who would wait for nothing. */
function typedHook(): number {
  writeStderr(errorText({
    message: "hook reads one event of an agent from its stdin, which is a terminal here",
    hint: "agents run it; to make one do so: agent-console hooks install AGENT",
  }));
  return ERRORS.usage.exit;
}
