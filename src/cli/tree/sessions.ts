/** The commands of sessions: the lists, one of them, changes by hand. */
import { type Command, Option } from "commander";
import { STATUSES } from "../../domain/session.ts";
import { KIND_CHOICES, STATE_CHOICES } from "../../domain/state_words.ts";
import * as list from "../commands/list.ts";
import * as session from "../commands/session.ts";
import type { CommandContext } from "../context.ts";
import { FORMAT_OPTION, FULL_OPTION, JSON_OPTION, NO_PAGER_OPTION, QUIET_OPTION, SESSION, TARGET } from "./shared.ts";

export function sessionCommands(root: Command, run: () => CommandContext): void {
  withFilters(root.command("ls").description("the sessions, who needs you first"))
    .option("--all", "closed ones too")
    .option(...QUIET_OPTION).option(...FORMAT_OPTION).option(...JSON_OPTION)
    .action(async (options) => await list.ls(run(), options));
  withFilters(
    root.command("dashboard").description("all of it in one window, to answer by keys; what no command at all opens"),
  )
    .addOption(new Option("--view <view>", "what it begins with").choices(["sessions", "inbox", "activity", "jobs"]))
    .option("--snapshot <size>", "print one frame of that size, as 120x40, and end")
    .action(async (options) => await (await import("../commands/dashboard.ts")).showDashboard(run(), options));
  root.command("show").description("everything about one session and what it asks, or about one request")
    .argument("<id>", TARGET).option(...FULL_OPTION).option(...NO_PAGER_OPTION).option(...JSON_OPTION)
    .action(async (id, options) => await (await import("../commands/show.ts")).show(run(), id, options));
  withFilters(
    root.command("watch").description("the dashboard, of some sessions only; in a pipe a line for each change"),
  )
    .option("--log", "in a terminal too: a line for each change")
    .option("--since <seq>", "begin after this record of the journal")
    .option("--json", "one JSON object a line")
    .action(async (options) => await (await import("../commands/watch.ts")).watch(run(), options));
  root.command("next").description("the session that needs you most").option(...JSON_OPTION)
    .action(async (options) => await list.next(run(), options));
  root.command("status").description("the daemon, its sessions, its work and its journal")
    .option("-v, --verbose", "everything it says of itself").option(...JSON_OPTION)
    .action(async (options) =>
      await (await import("../commands/status.ts")).showStatus(run(), { ...options, start: true })
    );

  root.command("wait").description("until a session is in a state").argument(
    "[id...]",
    "which; without any, every open one",
  )
    .addOption(
      new Option("--until <status>", "which state").choices(STATE_CHOICES)
        .default("waiting"),
    )
    .option("--all", "until all of them are")
    .option("--timeout <seconds>", "not longer; exit 124 then")
    .option(...QUIET_OPTION).option(...FORMAT_OPTION).option(...JSON_OPTION)
    .action(async (ids, options) => await (await import("../commands/wait.ts")).wait(run(), ids, options));

  const byHand = root.command("session").description("change a session by hand");
  byHand.command("update").description("set fields; absent ones stay").argument("<id>", SESSION)
    .option("--agent <name>", "create the session if it is unknown, as this agent's")
    .addOption(new Option("--status <status>").choices(STATUSES.filter((status) => status !== "closed")))
    .option("--text <text>", "what it waits for, says or failed with")
    .option("--title <title>").option("--cwd <path>").option("--branch <name>").option("--model <name>")
    .option("--priority <number>", "higher comes first; 0 is usual")
    .option("--tag <tag...>", "replaces the tags")
    .action(async (id, options) => await session.updateSession(run(), id, options));
  byHand.command("rename").description("give it a title").argument("<id>", SESSION).argument("<title>")
    .action(async (id, title) => await session.rename(run(), id, title));
  byHand.command("close").description("mark it as ended").argument("<id>", SESSION).option("--reason <text>")
    .action(async (id, options) => await session.closeSession(run(), id, options));
  byHand.command("reopen").description("mark a closed one as open").argument("<id>", SESSION)
    .action(async (id) => await session.reopenSession(run(), id));
  byHand.command("delete").description("forget it; the journal keeps its record")
    .argument("<id>", "its whole id or whole name; the beginning of an id asks first")
    .option("-y, --yes", "without a question")
    .action(async (id, options) => await session.removeSession(run(), id, options));
}

/** The options by which lists are narrowed. */
function withFilters(command: Command): Command {
  return command
    .addOption(new Option("--status <status>", "only these").choices(STATE_CHOICES))
    .option("--agent <name>", "only this agent's")
    .option("--session <id>", "only this one, by its id, the beginning of it, or its name")
    .addOption(new Option("--for <what>", "only who waits for this").choices(KIND_CHOICES));
}
