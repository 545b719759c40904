/** The console without a terminal (`command.execute`): `/…` is a command of the daemon, other text a prompt to the default agent. */
import type { Projection } from "../core/projection.ts";
import type { Feature } from "../core/service.ts";
import { builtins } from "./builtins.ts";
import { commandMethods } from "./methods.ts";
import { commandSection } from "./section.ts";

export const command: Feature<keyof typeof commandMethods, Projection, typeof commandSection> = {
  name: "command",
  config: commandSection,
  methods: commandMethods,
  create: (context) => {
    const own = builtins(context.commands);
    return {
      commands: () => own,
      handlers: {
        "command.execute": async (params, call) => await (await import("./execute.ts")).execute(context, params, call),
        "command.list": () => ({
          commands: context.commands().map(({ name, aliases = [], capsule, summary, usage }) => ({
            name,
            ...(capsule === undefined ? {} : { capsule }),
            aliases: [...aliases],
            summary,
            usage,
          })),
        }),
      },
    };
  },
};
