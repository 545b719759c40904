/** The commands of capsules: extensions in a sandbox. */
import type { Command } from "commander";
import type { CommandContext } from "../context.ts";
import { CommandEnded, JSON_OPTION } from "./shared.ts";

const NAME = "of a capsule, as `capsule list` has it";
const YES_OPTION = ["-y, --yes", "ask nothing: for scripts"] as const;
const more = (value: string, before: readonly string[] = []) => [...before, value];

export function capsuleCommands(root: Command, run: () => CommandContext): void {
  const load = () => import("../commands/capsule.ts");
  const command = root.command("capsule").description("extensions in a sandbox: what each may do is yours to grant");
  command.command("list").description("the capsules, each with its state").option(...JSON_OPTION)
    .action(async (options) => await (await load()).listCapsules(run(), options));
  command.command("show").description("what a capsule could do, or may, in words").argument("<name>", NAME)
    .option(...JSON_OPTION)
    .action(async (name, options) => await (await load()).showCapsule(run(), name, options));
  command.command("grant").description("let a capsule run as it is now; each option grants less of what it asks for")
    .argument("<name>", NAME)
    .option("--net <host:port>", "only this host, or none; can be repeated", more)
    .option("--read <path>", "only this path, or none; can be repeated", more)
    .option("--write <path>", "only this path, or none; can be repeated", more)
    .option("--env <name>", "only this variable, or none; can be repeated", more)
    .option("--secret <name>", "only this secret, or none; can be repeated", more)
    .option("--exec <command>", "only this command of the console, or none; can be repeated", more)
    .option("--kv <bytes>", "it may keep no more than so much")
    .option(...YES_OPTION).option(...JSON_OPTION)
    .action(async (name, options) => {
      const code = await (await load()).grantCapsule(run(), name, options);
      if (code !== 0) throw new CommandEnded(code);
    });
  command.command("revoke").description("take the grant back: the capsule ends, and runs no more")
    .argument("<name>", NAME).option("--forget", "remove what it has kept, too").option(...JSON_OPTION)
    .action(async (name, options) => await (await load()).revokeCapsule(run(), name, options));
  command.command("reload").description("start granted capsules anew, those too that have failed")
    .argument("[name]", NAME).option(...JSON_OPTION)
    .action(async (name, options) => {
      const code = await (await load()).reloadCapsules(run(), name, options);
      if (code !== 0) throw new CommandEnded(code);
    });
  command.command("test").description(
    "play the test of a capsule in its sandbox: without a daemon, with nothing granted",
  )
    .argument("<source>", "the path of its folder, or its name in the home").option(...JSON_OPTION)
    .action(async (source, options) => {
      const code = await (await import("../commands/test_capsule.ts")).testCapsule(run(), source, options);
      if (code !== 0) throw new CommandEnded(code);
    });
  command.command("new").description("write an example of a capsule, with a test, to begin one of your own with")
    .argument("<name>", "of the capsule").argument("[path]", "its folder, which must not be there; ./NAME where absent")
    .option(...JSON_OPTION)
    .action(async (name, path, options) =>
      (await import("../commands/capsule_new.ts")).writeNewCapsule(run(), name, path, options)
    );
  command.command("install").description("copy a capsule into the home; nothing of it runs before you grant it")
    .argument("<source>", "its folder, or npm:NAME").option(...YES_OPTION).option(...JSON_OPTION)
    .action(async (source, options) =>
      await (await import("../commands/capsule_install.ts")).installCapsule(run(), source, options)
    );
}
