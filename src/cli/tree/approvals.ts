/** The commands of approvals and rules. */
import { type Command, Option } from "commander";
import { APPROVAL_SCOPES } from "../../domain/approval.ts";
import type { CommandContext } from "../context.ts";
import type { GivenAnswer } from "../answers.ts";
import { KIND_CHOICES } from "../../domain/state_words.ts";
import { FORMAT_OPTION, FULL_OPTION, JSON_OPTION, NO_PAGER_OPTION, QUIET_OPTION, TARGET } from "./shared.ts";

const OPEN = `${TARGET}; several are decided one by one; without any, the only one that is asked`;

export function approvalCommands(root: Command, run: () => CommandContext): void {
  const load = () => import("../commands/approval.ts");
  root.command("approvals").description("the requests that wait for your answer, oldest first")
    .argument("[id]", "one of them with all of its text, as show").option(...FULL_OPTION).option(...NO_PAGER_OPTION)
    .option("--all", "the resolved ones too").option("--session <id>", "only this session's")
    .option("--agent <name>", "only this agent's")
    .addOption(new Option("--for <what>", "only these").choices(KIND_CHOICES))
    .option(...QUIET_OPTION).option(...FORMAT_OPTION).option(...JSON_OPTION)
    .action(async (id, options) => await (await load()).approvals(run(), id, options));
  const loadDecide = () => import("../commands/decide.ts");
  // One list for both, in the order in which they were given.
  const answers: GivenAnswer[] = [];
  const collect = (own: boolean) => (text: string) => {
    answers.push({ text, own });
    return answers;
  };
  root.command("approve").description("allow it: the agent runs it; a question is answered").argument("[id...]", OPEN)
    .option("-i, --interactive", "go through all that is asked, one by one, with single keys")
    .addOption(
      new Option(
        "--scope <scope>",
        "how far it reaches (default: once); beyond once it becomes a rule for the very same call",
      )
        .choices([...APPROVAL_SCOPES]),
    )
    .option("--expires <time>", "the rule ends after so long: 30m, 8h, 7d")
    .option("--remember", "with --scope: the agent is to keep it in its own settings too, where it offers to")
    .option(
      "--answer <choice>",
      "the number of a choice, its text or the beginning of it; one for each question, in their order",
      collect(false),
    )
    .option("--say <text>", "your own words instead of a choice", collect(true))
    .option("--all", "everything that one session waits for, after a confirmation").option(
      "--session <id>",
      "with --all",
    )
    .option("--yes", "do not ask: with --all, or by a name for what destroys or cannot be told")
    .action(async (ids, { say, answer, ...options }) => {
      const given = answer ?? say;
      await (await loadDecide()).approve(run(), ids, { ...options, ...(given === undefined ? {} : { answer: given }) });
    });
  root.command("deny").description("say no: the agent is told, and goes on without").argument("[id...]", OPEN)
    .option("-m, --message <text>", "told to the agent")
    .action(async (ids, options) => await (await loadDecide()).deny(run(), ids, options));
  const loadRules = () => import("../commands/rules.ts");
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
      await (await import("../commands/rule_add.ts")).addRule(run(), pattern, options)
    );
  rules.command("test").description("what would be decided of a command in this folder, and why")
    .argument("<command>", "the whole command line, in quotes; with --tool a path or a URL").option(...JSON_OPTION)
    .option("--tool <name>", "the agent's name of the tool, such as Write, Read or WebFetch", "Bash")
    .option("--agent <name>", "whose call it is; else rules for one agent are only named")
    .action(async (command, options) =>
      await (await import("../commands/rule_test.ts")).testRule(run(), command, options)
    );
  rules.command("revoke").description("take one back").argument("<id>", "its id, or the beginning of it")
    .action(async (id) => await (await loadRules()).revokeRule(run(), id));
}
