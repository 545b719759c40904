/** The channel `command`: a program of the user, which gets the notification as JSON. */
import { group, programWords, setting } from "../../config/section.ts";
import { programNamed } from "../../platform/program_places.ts";
import { channelKind } from "../kind.ts";
import { programPermissions } from "../programs.ts";

export const commandKind = channelKind({
  name: "command",
  config: group({
    argv: setting(programWords, [], {
      title: "Your own command",
      means:
        "Notifies by a program of yours and its arguments, run without a shell: it gets the request as JSON on stdin. " +
        "The program is an absolute path, a path that begins with `~/`, or a name in a usual folder. [] = none.",
      must: "an array of words, the first of them a program: an absolute path, one that begins with ~/, or a name",
      applies: "restart",
      example: '["~/bin/notify-me", "--short"]',
    }),
  }),
  reaches: "program",
  configKey: "channels.command.argv",
  turnOn: "write channels.command.argv into the file that agent-console config path names",
  whenItFails: "run it by hand, with {} on its stdin",
  isOn: ({ argv }) => argv.length > 0,
  permissions: ({ settings: { argv: [program = ""] }, env, exists }) =>
    programPermissions(programNamed(program, env("HOME")), exists, "channels.command.argv"),
  open: async (context) => (await import("./notify.ts")).openCommand(context),
});
