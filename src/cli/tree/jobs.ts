/** The commands of jobs: what runs on a schedule. */
import { type Command, Option } from "commander";
import type { CommandContext } from "../context.ts";
import { JSON_OPTION, SESSION } from "./shared.ts";

const JOB = "its name, or the beginning of it";

export function jobCommands(root: Command, run: () => CommandContext): void {
  const load = () => import("../commands/jobs.ts");
  const command = root.command("cron").description("what runs on a schedule: programs, prompts, commands");
  command.command("list").description("the jobs, each with its next and its last run").option(...JSON_OPTION)
    .action(async (options) => await (await load()).listJobs(run(), options));
  command.command("show").description("one job with its schedule and its last runs").argument("<name>", JOB)
    .option(...JSON_OPTION)
    .action(async (name, options) => await (await load()).showJob(run(), name, options));
  command.command("add").description("add a job")
    .argument("<name>", "a lower-case letter, then letters, digits, _ and -")
    .argument(
      "<schedule>",
      "in quotes: minute hour day month weekday, a second before them, a year behind; @daily and the like",
    )
    .allowExcessArguments() // the handler says where a command line belongs
    .option("--program <program>", "one of scheduler.programs (default: the one of the job's name)")
    .option("--prompt <text>", "a prompt instead, for --agent or in --session; - reads it from stdin")
    .option("--agent <agent>", "whose prompt it is, in a new session at each run: a name in the configuration")
    .option("--session <id>", `the prompt goes on with one that the daemon runs: ${SESSION}`)
    .option("--cwd <folder>", "where the agent works (default: the current folder)")
    .option("--timeout <time>", "the agent's turn is cancelled after it: 90s, 30m (default: 1h)")
    .option(
      "--command <line>",
      'a command of the console instead, as "/cron list"; agent-console exec /help lists them',
    )
    .addOption(new Option("--maintenance <task>", "verify: check the journal instead").choices(["verify"]))
    .option("--timezone <zone>", "an IANA name (default: scheduler.timezone, or the machine's)")
    .addOption(
      new Option("--missed <what>", "times that passed while nothing could run: drop them, or one run for all")
        .choices(["skip", "once"]).default("skip"),
    )
    .addOption(
      new Option("--overlap <what>", "a time at which it still runs: drop it, or one run behind it")
        .choices(["skip", "queue"]).default("skip"),
    )
    .option("--cooldown <time>", "no run so soon after the end of one: 30m, 8h, 7d")
    .option("--jitter <time>", "each run begins up to so much later: 90s, 10m")
    .option("--max-runs <count>", "ends the schedule after so many")
    .option("--next <count>", "show so many of its next times")
    .option("--dry-run", "check it and show its next times; add nothing").option(...JSON_OPTION)
    .action(async (name, schedule, options, { args }: Command) => {
      const { addJob, assertNoProgramLine } = await load();
      assertNoProgramLine(name, args.slice(2));
      await addJob(run(), name, schedule, options);
    });
  command.command("remove").description("take a job away, its history too").argument("<name>", JOB)
    .action(async (name) => await (await load()).changeJob(run(), "remove", name));
  command.command("enable").description("its schedule counts again, from now on").argument("<name>", JOB)
    .action(async (name) => await (await load()).changeJob(run(), "enable", name));
  command.command("disable").description("its schedule does not count").argument("<name>", JOB)
    .action(async (name) => await (await load()).changeJob(run(), "disable", name));
  command.command("run").description("begin a run now, whatever its schedule says").argument("<name>", JOB)
    .action(async (name) => await (await load()).changeJob(run(), "run", name));
  command.command("cancel").description("end the run that goes on, with all that it has started").argument(
    "<name>",
    JOB,
  )
    .action(async (name) => await (await load()).changeJob(run(), "cancel", name));
  command.command("jobs").description("the runs: those that go on, and the last ones of each job")
    .argument("[name]", `of one job: ${JOB}`)
    .option("-n, --lines <count>", "how many (default: 20)").option(...JSON_OPTION)
    .action(async (name, options) => await (await load()).listRuns(run(), name, options));
}
