/** `channel …`: who calls you when an agent needs you. */
import { dim, green, red } from "@std/fmt/colors";
import { escapeControls } from "../../domain/sanitize.ts";
import { isTmuxSocket, socketOfTmux } from "../../domain/tmux.ts";
import { namedEnv } from "../../platform/environment.ts";
import { ownUid } from "../../platform/process.ts";
import { ConsoleError } from "../../protocol/errors.ts";
import type { ParamsOf, ResultOf } from "../../protocol/method_schemas.ts";
import { call, type CommandContext, read } from "../context.ts";
import { clockTime, duration } from "../../view/times.ts";
import { MAX_MUTE_MINUTES } from "../../protocol/limits.ts";
import { seconds } from "../time_span.ts";

type Listed = ResultOf<"channel.list">;

export async function listChannels(run: CommandContext, options: { readonly json?: boolean }): Promise<void> {
  const list = await read(run, "channel.list", {});
  if (options.json) return run.out.json(list);
  for (const channel of list.channels) for (const line of channelLines(channel)) run.out.line(line);
  for (const line of whenLines(list)) run.out.line(dim(line));
}

type Row = Listed["channels"][number];

const PAINT = { on: green, off: dim, fails: red } as const;

/** A line, and below it what is wrong, in as many columns as it takes. */
function channelLines({ name, enabled, program, problem, last }: Row): string[] {
  const trouble = problem ?? (last === undefined || last.ok ? undefined : `last call: ${failureOf(last)}`);
  const state = !enabled ? "off" : trouble === undefined ? "on" : "fails";
  const called = last?.ok === true ? `, called ${duration(Date.now() - Date.parse(last.at))} ago` : "";
  const about = enabled ? `${escapeControls(program ?? "")}${called}` : dim(howToTurnOn(name));
  return [
    `${name.padEnd(8)} ${PAINT[state](state.padEnd(6))} ${about}`.trimEnd(),
    ...(enabled && trouble !== undefined ? [`  ${escapeControls(trouble)}`] : []),
  ];
}

function howToTurnOn(name: string): string {
  return name === "command"
    ? "channels.command.argv, in the file of agent-console config path"
    : `agent-console config set channels.${name}.enabled true`;
}

function failureOf({ problem, code, stderr }: { problem?: string; code?: number; stderr?: string }): string {
  return [problem ?? `exit code ${code}`, stderr].filter((part) => part).join(": ");
}

/** When it is silent, where it ever is. */
function whenLines({ channels, on, quietHours, quietNow, mutedUntil }: Listed): string[] {
  if (!channels.some(({ enabled }) => enabled)) return [];
  return [
    `for: ${on.length === 0 ? "nothing" : on.join(", ")}`,
    ...(quietHours === null ? [] : [`quiet: ${quietHours}${quietNow ? ", which is now" : ""}`]),
    ...(mutedUntil === null ? [] : [`muted until ${untilText(mutedUntil)}`]),
  ];
}

export async function testChannel(run: CommandContext, name: string): Promise<void> {
  const socket = name === "tmux" ? socketOfTmux(namedEnv(["TMUX"])["TMUX"] ?? "") : "";
  const isOther = socket !== "" && !isTmuxSocket(socket, ownUid());
  const own = socket === "" || isOther ? {} : { tmuxSocket: socket };
  const params = { name, ...own } as ParamsOf<"channel.test">;
  const done = await call(run, "channel.test", params);
  const { ok, program, text, stderr } = done;
  const unspoken = isOther
    ? `the server of this terminal is not spoken to, because its socket, ${socket}, is not in tmux's own folder`
    : undefined;
  if (!ok) {
    const why = [failureOf(done), ...(unspoken === undefined ? [] : [unspoken])].join("; ");
    throw new ConsoleError("failed", `${name} did not call: ${escapeControls(program)}: ${escapeControls(why)}`, {
      hint: isOther ? OWN_FOLDER : HINTS[name] ?? "agent-console channel list",
    });
  }
  run.out.line(`${name}: ${escapeControls(program)} has called`);
  run.out.line(dim(escapeControls(text)));
  if (stderr !== undefined) run.out.note(`it said: ${stderr}`);
  if (unspoken !== undefined) run.out.note(`${unspoken}\nhint: ${OWN_FOLDER}`);
}

/** Whoever made another socket could have the tmux client that asks it run programs. */
const OWN_FOLDER = "start that server with tmux -L NAME instead of -S PATH";

const HINTS: Readonly<Record<string, string>> = {
  desktop: "start the daemon where the desktop is: agent-console daemon restart, in a terminal of it",
  tmux: "attach a client to the tmux server that your agents run in",
  command: "run it by hand, with {} on its stdin",
};

/** Without a time. */
const USUAL = "1h";

export async function muteChannels(run: CommandContext, given: string = USUAL): Promise<void> {
  if (given === "off") {
    await call(run, "channel.mute", { minutes: null });
    return run.out.note("channels call again");
  }
  await call(run, "channel.mute", { minutes: minutesOf(given) });
  const { mutedUntil, channels } = await read(run, "channel.list", {});
  run.out.note(`no channel calls until ${untilText(mutedUntil ?? "")}\nhint: agent-console channel mute off ends that`);
  if (!channels.some(({ enabled }) => enabled)) run.out.note("no channel is on\nhint: agent-console channel list");
}

/** At least one, because shorter is no mute. @throws {ConsoleError} `usage` */
function minutesOf(given: string): number {
  const minutes = /^\d+[smhd]$/.test(given) ? Math.max(1, seconds(given) / 60) : Infinity;
  if (minutes <= MAX_MUTE_MINUTES) return minutes;
  throw new ConsoleError("usage", `TIME is "${escapeControls(given)}", expected a time up to 7d, or off`, {
    hint: "a number and s, m, h or d, like 30m or 8h",
  });
}

/** The time of day, and how long that is. */
function untilText(iso: string): string {
  return `${clockTime(iso).slice(0, 5)} (${duration(Date.parse(iso) - Date.now() + 999)})`;
}
