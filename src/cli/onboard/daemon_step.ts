/** The steps of `onboard` about the daemon: who starts it, and how it calls. */
import { serviceOfHome } from "../../client/own_service.ts";
import { namedEnv } from "../../platform/environment.ts";
import { findProgram } from "../../platform/find_program.ts";
import { OS } from "../../platform/process.ts";
import { ConsoleError } from "../../protocol/errors.ts";
import type { CommandContext } from "../context.ts";
import { lookAtRunning, restartText } from "../running_daemon.ts";
import { testChannel } from "../commands/channel.ts";
import { setConfigKey } from "../commands/config.ts";
import { restart, start } from "../commands/daemon.ts";
import { installAsService } from "../commands/service.ts";
import type { Questions } from "./questions.ts";

/** @returns whether there is a channel to try once the daemon runs */
export async function channelStep(run: CommandContext, questions: Questions): Promise<string | undefined> {
  const channel = usableChannel();
  if (channel === undefined) return undefined;
  const what = channel === "tmux" ? "a message of tmux" : "a desktop notification";
  if (!await questions.yes(`Notify you by ${what} when an agent needs you?`, !questions.isSilent)) return undefined;
  await setConfigKey(run, `channels.${channel}.enabled`, "true");
  return channel;
}

function usableChannel(): "tmux" | "desktop" | undefined {
  if (namedEnv(["TMUX"])["TMUX"] !== undefined) return "tmux";
  if (OS === "darwin") return "desktop";
  const desktop = Object.keys(namedEnv(["DISPLAY", "WAYLAND_DISPLAY"])).length > 0;
  return desktop && findProgram("notify-send") !== undefined ? "desktop" : undefined;
}

/** The service where it is wanted, else the first command or hook starts the daemon; here it is started at once. */
export async function daemonStep(run: CommandContext, questions: Questions): Promise<void> {
  if (serviceOfHome(run.context) !== undefined) run.out.say("It is installed as a service.");
  else if (
    await questions.yes("Start it with your session, as a service? Else the first hook or command does.", false)
  ) {
    await installAsService(run, {});
  }
  const settled = await needsRestart(run);
  if (settled === undefined) return await start(run, {});
  if (settled) await restart(run, {});
}

/** A daemon that was just started may have a journal to recover before it replies, ms. */
const REPLY_MS = 30_000;

/** Undefined where none runs. One with open requests is left alone. */
async function needsRestart(run: CommandContext): Promise<boolean | undefined> {
  const found = await lookAtRunning(run, { reload: true, ms: REPLY_MS });
  if (found === undefined) return undefined;
  const { needsRestart, open } = found;
  if (needsRestart.length > 0 && open > 0) run.out.note(restartText(needsRestart, open));
  return needsRestart.length > 0 && open === 0;
}

/** A channel that does not work is told, and keeps nobody from going on. */
export async function tryChannel(run: CommandContext, channel: string): Promise<void> {
  try {
    await testChannel(run, channel);
  } catch (error) {
    if (!(error instanceof ConsoleError)) throw error;
    run.out.note(`${error.message}${error.hint === undefined ? "" : ` (${error.hint})`}`);
  }
}
