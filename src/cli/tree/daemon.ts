/** The commands of the daemon: run here, started, stopped, looked at. */
import { type Command, Option } from "commander";
import { nearestWord } from "../../lib/did_you_mean.ts";
import { ConsoleError } from "../../protocol/errors.ts";
import type { CommandContext } from "../context.ts";
import { CommandEnded, JSON_OPTION } from "./shared.ts";

export function daemonCommands(root: Command, run: () => CommandContext): void {
  const load = () => import("../commands/daemon.ts");
  const runOptions = (command: Command) =>
    command
      .option("--ephemeral", "end when the last client has left")
      .option("-w, --workspace <path>", "the folder that it is started for")
      .option("-s, --session <uuid>", "the id of this run")
      .option("-v, --verbose", "log at level debug")
      .addOption(
        new Option("--limit <name=value>", "for tests").hideHelp()
          .argParser((word: string, before: readonly string[] = []) => [...before, word]),
      );
  const foreground = async (options: Record<string, unknown>) => {
    const { runSandboxed } = await import("../../client/foreground.ts");
    const { parseDaemonArgs } = await import("../../daemon/options.ts");
    const words = Object.entries({ ...options, ...globals(root) }).flatMap(([name, value]) =>
      value === true
        ? [`--${name}`]
        : [value].flat().flatMap((one) => typeof one === "string" ? [`--${name}`, one] : [])
    );
    const { context, takeSignals } = run();
    takeSignals();
    throw new CommandEnded(await runSandboxed(context, parseDaemonArgs(words)));
  };
  const command = runOptions(root.command("daemon").description("run the daemon here, or control the one that runs"))
    .option("-d, --daemonize", "run it in the background")
    .allowExcessArguments()
    .enablePositionalOptions()
    .action(async ({ daemonize, ...options }, daemon: Command) => {
      const [word] = daemon.args;
      if (word !== undefined) {
        const near = nearestWord(word, daemon.commands.map((sub) => sub.name()));
        const hint = near === undefined ? "agent-console daemon --help" : `did you mean daemon ${near}?`;
        throw new ConsoleError("usage", `unknown command "daemon ${word}"`, { hint });
      }
      if (daemonize) await (await load()).start(run(), options);
      else await foreground(options);
    });
  runOptions(command.command("start").description("start it in the background"))
    .option("-f, --foreground", "run it here instead")
    .option("-q, --quiet", "say nothing")
    .addOption(new Option("--auto", "only if daemon.auto_start says so").hideHelp())
    .action(async ({ foreground: here, quiet, auto, ...own }) => {
      const { daemonize: _, ...before } = command.opts<Record<string, unknown>>(); // `daemon --ephemeral start`
      const options = { ...before, ...own };
      if (here) await foreground(options);
      else await (await load()).start(run(), { ...options, quiet, auto });
    });
  const stopOptions = (stop: Command) =>
    stop
      .option("--force", "do not wait for requests in flight")
      .option("--reason <text>", "kept in the journal")
      .option("--timeout <seconds>", "for asking, TERM and KILL each (default: its drain, then 3)");
  stopOptions(command.command("stop").description("stop it, and see that it is gone"))
    .action(async (options) => await (await load()).stop(run(), options));
  stopOptions(command.command("restart").description("stop it if it runs, then start it"))
    .action(async (options) => await (await load()).restart(run(), options));
  command.command("status").description("the same as status, but never starts it")
    .option("-v, --verbose", "everything it says of itself").option(...JSON_OPTION)
    .action(async (own) => {
      const { verbose } = { ...command.opts<{ verbose?: boolean }>(), ...own }; // the root hands on both words to `daemon`
      await (await import("../commands/status.ts")).showStatus(run(), { ...own, verbose, start: false });
    });
  command.command("reload").description("have the one that runs read the configuration again").option(...JSON_OPTION)
    .action(async (options) => await (await load()).reload(run(), options));
  command.command("logs").description("the end of its log")
    .option("-f, --follow", "go on as it grows").option("-n, --lines <count>", "how many (default: 50)")
    .option("--level <level>", "debug, info, warn or error and above").option("--json", "the lines as they are")
    .action(async (options) => await (await import("../commands/logs.ts")).logs(run(), options));
  command.command("dump").description("all it holds, as JSON, for a bug report")
    .action(async () => await (await load()).showDump(run()));
  command.command("permissions").description("its sandbox: each flag with the reason").option(...JSON_OPTION)
    .action(async (options) => await (await load()).permissions(run(), options));
  const service = () => import("../commands/service.ts");
  command.command("install").description("install it as a systemd or launchd service")
    .option("--socket-activation", "systemd holds the socket: its first client starts the daemon")
    .option("--no-socket-activation", "not so any more")
    .option("--now", "start it at once, also where its first client would")
    .option("--no-start", "start nothing before the next login")
    .option("--dry-run", "show the unit and the commands, do nothing")
    .action(async (options) => {
      // The root has an option of this name, and takes the word wherever it stands.
      const { start } = root.opts<{ start?: boolean }>();
      await (await service()).installAsService(run(), { ...options, start });
    });
  command.command("uninstall").description("remove the service; the data stays")
    .option("--dry-run", "show what would be done, do nothing")
    .action(async (options) => await (await service()).uninstallAsService(run(), options));
  // Only `daemon` itself looks at its words, to say which command was meant.
  for (const sub of command.commands) sub.allowExcessArguments(false);
}

function globals(root: Command): Record<string, unknown> {
  const { home, socket } = root.opts<Record<string, unknown>>();
  return { home, socket };
}
