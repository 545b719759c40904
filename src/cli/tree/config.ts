/** The commands of the configuration. */
import type { Command } from "commander";
import type { CommandContext } from "../context.ts";
import { JSON_OPTION } from "./shared.ts";

export function configCommands(root: Command, run: () => CommandContext): void {
  const load = () => import("../commands/config.ts");
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
