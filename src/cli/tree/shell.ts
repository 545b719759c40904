/** The commands for shells and readers: completions, the man page. */
import { Argument, type Command } from "commander";
import { writeStdout } from "../../platform/stdio.ts";
import { completionScript } from "../completion/scripts.ts";
import { type CompletionShell, SHELLS } from "../completion/shell_words.ts";

export function shellCommands(root: Command): void {
  root.command("completions").description("a script that completes commands, options and what the daemon knows")
    .addArgument(new Argument("<shell>", "whose script").choices(SHELLS))
    .action((shell: CompletionShell) => void writeStdout(completionScript(shell)));
  root.command("man").description("the manual page agent-console.1, for man")
    .action(async () => void writeStdout((await import("../man_page.ts")).manPage(root)));
}
