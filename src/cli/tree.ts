/**
 * Every command with its options and one line of help. The handlers of the session commands come along, because they
 * are used most and import little; the others are loaded when they are called.
 */
import { type Command, Option } from "commander";
import { FAMILY, HOOK_WORDS } from "../agents/names.ts";
import { nearestWord } from "../lib/did_you_mean.ts";
import { ConsoleError } from "../protocol/errors.ts";
import { APPROVAL_SCOPES } from "../domain/approval.ts";
import { STATUSES } from "../domain/session.ts";
import { VERSION } from "../protocol/version.ts";
import { writeStdout } from "../platform/stdio.ts";
import * as session from "./commands/session.ts";
import type { CommandContext } from "./context.ts";

/** A command that has an exit code of its own. */
export class CommandEnded extends Error {
  constructor(readonly code: number) {
    super();
  }
}

const JSON_OPTION = ["--json", "as one JSON object"] as const;

export function addCommands(root: Command, run: () => CommandContext): void {
  sessions(root, run);
  approvals(root, run);
  daemon(root, run);
  hooks(root, run);
  config(root, run);
  audit(root, run);
  root.command("version").description("show the version").option(...JSON_OPTION)
    .action((options: { json?: boolean }) => {
      if (options.json) run().out.json({ version: VERSION });
      else writeStdout(`agent-console ${VERSION}\n`);
    });
}

function sessions(root: Command, run: () => CommandContext): void {
  root.command("ls").description("the sessions, who needs you first")
    .addOption(new Option("--status <status>", "only these").choices([...STATUSES, "lost"]))
    .option("--agent <name>", "only this agent's")
    .option("--all", "closed ones too")
    .option(...JSON_OPTION)
    .action(async (options) => await session.ls(run(), options));
  root.command("show").description("everything about one session").argument("<id>", "its id, or the beginning of it")
    .option(...JSON_OPTION)
    .action(async (id, options) => await session.showSession(run(), id, options));
  root.command("watch").description("every change as it happens")
    .option("--since <seq>", "begin after this record of the journal")
    .option("--json", "one JSON object a line")
    .action(async (options) => await (await import("./commands/watch.ts")).watch(run(), options));
  root.command("next").description("the session that needs you most").option(...JSON_OPTION)
    .action(async (options) => await session.next(run(), options));
  root.command("status").description("the daemon, its sessions and its journal on one screen").option(...JSON_OPTION)
    .action(async (options) =>
      await (await import("./commands/daemon.ts")).showStatus(run(), { ...options, start: true })
    );

  const byHand = root.command("session").description("change a session by hand");
  byHand.command("update").description("set fields; absent ones stay").argument("<id>")
    .option("--agent <name>", "create the session if it is unknown, as this agent's")
    .addOption(new Option("--status <status>").choices(STATUSES.filter((status) => status !== "closed")))
    .option("--text <text>", "what it waits for, says or failed with")
    .option("--title <title>").option("--cwd <path>").option("--branch <name>").option("--model <name>")
    .option("--priority <number>", "higher comes first; 0 is usual")
    .option("--tag <tag...>", "replaces the tags")
    .action(async (id, options) => await session.updateSession(run(), id, options));
  byHand.command("rename").description("give it a title").argument("<id>").argument("<title>")
    .action(async (id, title) => await session.rename(run(), id, title));
  byHand.command("close").description("mark it as ended").argument("<id>").option("--reason <text>")
    .action(async (id, options) => await session.closeSession(run(), id, options));
  byHand.command("reopen").description("mark a closed one as open").argument("<id>")
    .action(async (id) => await session.reopenSession(run(), id));
  byHand.command("delete").description("forget it; the journal keeps its record").argument("<id>")
    .action(async (id) => await session.removeSession(run(), id));
}

function approvals(root: Command, run: () => CommandContext): void {
  const load = () => import("./commands/approval.ts");
  root.command("approvals").description("what the agents wait for you to answer, oldest first")
    .argument("[id]", "one of them, with all of its text")
    .option("--all", "the resolved ones too").option("--session <id>", "only this session's")
    .option(...JSON_OPTION)
    .action(async (id, options) => await (await load()).approvals(run(), id, options));
  root.command("approve").description("allow it: the agent runs it").argument("[id]", "its id, or the beginning of it")
    .addOption(
      new Option(
        "--scope <scope>",
        "how far it reaches (default: once); beyond once it becomes a rule for the very same call",
      )
        .choices([...APPROVAL_SCOPES]),
    )
    .option("--expires <time>", "the rule ends after so long: 30m, 8h, 7d")
    .option("--remember", "with --scope: the agent is to keep it in its own settings too, where it offers to")
    .option("--answer <text...>", "the answers to its questions, in their order; a choice or your own words")
    .option("--all", "everything that one session waits for, after a confirmation").option(
      "--session <id>",
      "with --all",
    )
    .option("--yes", "with --all: do not ask")
    .action(async (id, options) => await (await load()).approve(run(), id, options));
  root.command("deny").description("say no: the agent is told, and goes on without").argument(
    "<id>",
    "its id, or the beginning of it",
  )
    .option("--message <text>", "told to the agent")
    .action(async (id, options) => await (await load()).deny(run(), id, options));
  const loadRules = () => import("./commands/rules.ts");
  const rules = root.command("rules").description("standing answers");
  rules.command("list").description("the rules, and who gave them").option(...JSON_OPTION)
    .action(async (options) => await (await loadRules()).listRules(run(), options));
  rules.command("add").description("write one, after a look at what it would have decided")
    .argument("<pattern>", "which calls: make * · src/* · https://*.example.com/*")
    .option("--deny", "say no to them; else they pass")
    .option("--tool <name>", "the agent's name of the tool, or * for every tool", "Bash")
    .option("--agent <name>", "only calls of this agent")
    .option("--workspace <path>", "only calls of sessions in this folder or below it")
    .option("--expires <time>", "ends the rule: 30m, 8h, 7d")
    .option("-y, --yes", "without a question")
    .action(async (pattern, options) =>
      await (await import("./commands/rule_add.ts")).addRule(run(), pattern, options)
    );
  rules.command("test").description("what would be decided of a command in this folder, and why")
    .argument("<command>", "the whole command line, in quotes; with --tool a path or a URL").option(...JSON_OPTION)
    .option("--tool <name>", "the agent's name of the tool, such as Write, Read or WebFetch", "Bash")
    .option("--agent <name>", "whose call it is; else rules for one agent are only named")
    .action(async (command, options) =>
      await (await import("./commands/rule_test.ts")).testRule(run(), command, options)
    );
  rules.command("revoke").description("take one back").argument("<id>", "its id, or the beginning of it")
    .action(async (id) => await (await loadRules()).revokeRule(run(), id));
}

function daemon(root: Command, run: () => CommandContext): void {
  const load = () => import("./commands/daemon.ts");
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
    const { runSandboxed } = await import("../client/foreground.ts");
    const { parseDaemonArgs } = await import("../daemon/options.ts");
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
    // Words after a subcommand are the subcommand's: `daemon start --ephemeral` would else be read here and lost.
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
  command.command("status").description("the same as status, but never starts it").option(...JSON_OPTION)
    .action(async (options) => await (await load()).showStatus(run(), { ...options, start: false }));
  command.command("reload").description("read the configuration again").option(...JSON_OPTION)
    .action(async (options) => await (await load()).reload(run(), options));
  command.command("logs").description("the end of its log")
    .option("-f, --follow", "go on as it grows").option("-n, --lines <count>", "how many (default: 50)")
    .option("--level <level>", "debug, info, warn or error and above").option("--json", "the lines as they are")
    .action(async (options) => await (await import("./commands/logs.ts")).logs(run(), options));
  command.command("dump").description("all it holds, as JSON, for a bug report")
    .action(async () => await (await load()).showDump(run()));
  command.command("permissions").description("its sandbox: each flag with the reason").option(...JSON_OPTION)
    .action(async (options) => await (await load()).permissions(run(), options));
  const service = () => import("./commands/service.ts");
  command.command("install").description("install it as a systemd or launchd service")
    .option("--dry-run", "show the unit and the commands, do nothing")
    .action(async (options) => await (await service()).installAsService(run(), options));
  command.command("uninstall").description("remove the service; the data stays")
    .option("--dry-run", "show what would be done, do nothing")
    .action(async (options) => await (await service()).uninstallAsService(run(), options));
}

function globals(root: Command): Record<string, unknown> {
  const { home, socket } = root.opts<Record<string, unknown>>();
  return { home, socket };
}

function hooks(root: Command, run: () => CommandContext): void {
  const load = () => import("./commands/hooks.ts");
  root.command("hook").description("report one event of an agent, read from stdin (the agent calls this)")
    .argument("<agent>", HOOK_WORDS.join(", "))
    .option("--name <name>", `with ${FAMILY}: the agent's own name`);
  root.command("statusline").description(
    "tee for agents' status lines: records cost and context, then runs the user's own",
  )
    .argument("[command...]", "behind --: the user's own status line, as argv without a shell")
    .action(async (words: string[]) => {
      const { runStatusline } = await import("../client/statusline.ts");
      const { paths, socketFlag } = run().context;
      throw new CommandEnded(await runStatusline({ command: words, home: paths.root, socket: socketFlag }));
    });
  const command = root.command("hooks").description("our hooks in the agents' own settings");
  const options = (sub: Command) =>
    sub.option("--dry-run", "show the change, write nothing").option("--project", "for this folder only");
  options(command.command("install").description("make an agent report to the daemon")).argument("[agent]")
    .option("--trust", "where the agent asks for it: tell it that you trust them, after showing them")
    .option("--statusline", "where the agent has a status line: also record cost and context, from a tee around it")
    .action(async (agent, given) => await (await load()).installHooks(run(), agent, given));
  options(command.command("uninstall").description("give the settings back as they were")).argument("[agent]")
    .action(async (agent, given) => await (await load()).uninstallHooks(run(), agent, given));
  command.command("status").description("whether the hooks are there and current").argument("[agent]")
    .option("--project", "for this folder").option(...JSON_OPTION)
    .action(async (agent, given) => await (await load()).statusOfHooks(run(), agent, given));
}

function config(root: Command, run: () => CommandContext): void {
  const load = () => import("./commands/config.ts");
  const command = root.command("config").description("the configuration");
  command.command("path").description("where the file is or would be").option(...JSON_OPTION)
    .action(async (options) => (await load()).path(run(), options));
  command.command("init").description("write a commented file").action(async () => (await load()).init(run()));
  command.command("show").description("every value in force, with its origin").option(...JSON_OPTION)
    .action(async (options) => await (await load()).showConfig(run(), options));
  command.command("get").description("one value").argument("<key>").option(...JSON_OPTION)
    .action(async (key, options) => await (await load()).showConfigKey(run(), key, options));
  command.command("set").description("change one value, keeping comments and order").argument("<key>").argument(
    "<value>",
  )
    .action(async (key, value) => await (await load()).setConfigKey(run(), key, value));
  command.command("validate").description("check the file, and that of the current folder").option(...JSON_OPTION)
    .action(async (options) => await (await load()).validate(run(), options));
}

function audit(root: Command, run: () => CommandContext): void {
  const load = () => import("./commands/audit.ts");
  const command = root.command("audit").description("the journal as a record that can be checked");
  command.command("tail").description("the last records").option("-n, --lines <count>", "how many (default: 20)")
    .option(...JSON_OPTION)
    .action(async (options) => await (await load()).showTail(run(), options));
  command.command("head").description("size and last hash: keep it for verify --against").option(...JSON_OPTION)
    .action(async (options) => await (await load()).showHead(run(), options));
  command.command("verify").description("check every record (exit 7 names the place)")
    .option("--against <file>", "a head that was kept elsewhere").option(...JSON_OPTION)
    .action(async (options) => await (await load()).verify(run(), options));
}
