/** A notification of the desktop. Texts of agents are arguments, never a script or an option. */
import type { RunBounded } from "../../platform/bounded_run.ts";
import { permitted } from "../../platform/program_places.ts";
import type { NeedMessage } from "../../view/need_words.ts";
import { type ChannelContext, NOTIFY_MS, type OpenChannel } from "../kind.ts";
import { DESKTOP_PROGRAMS, withoutProgram } from "../programs.ts";

export function openDesktop({ run, programEnv }: ChannelContext): OpenChannel {
  const program = permitted(DESKTOP_PROGRAMS);
  return program === undefined ? withoutProgram() : desktopChannel(program, run, programEnv);
}

/** @param env the whole environment of the program */
export function desktopChannel(program: string, run: RunBounded, env: Readonly<Record<string, string>>): OpenChannel {
  const argv = ({ title, body }: NeedMessage) =>
    program.endsWith("/osascript") ? osascript(title, body) : [
      "--app-name=agent-console",
      "--icon=dialog-question",
      "--",
      `agent-console: ${title}`,
      escapeMarkup(body),
    ];
  return {
    program,
    target: program,
    notify: ({ message }, signal) => run([program, ...argv(message)], { env, ms: NOTIFY_MS, signal }),
  };
}

/** The body of a notification may be read as markup; the title is not. */
function escapeMarkup(text: string): string {
  return text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;");
}

const SCRIPT = [
  "on run argv",
  "display notification (item 2 of argv) with title (item 1 of argv)",
  "end run",
];

function osascript(title: string, body: string): readonly string[] {
  return [...SCRIPT.flatMap((line) => ["-e", line]), "--", `agent-console: ${title}`, body];
}
