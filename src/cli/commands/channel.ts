/** `channel …`: who notifies you when an agent needs you. */
import { dim, green, red } from "@std/fmt/colors";
import { escapeControls } from "../../domain/sanitize.ts";
import { isTmuxSocket, socketOfTmux } from "../../domain/tmux.ts";
import { namedEnv } from "../../platform/environment.ts";
import { ownUid } from "../../platform/process.ts";
import { nearestWord } from "../../lib/did_you_mean.ts";
import { ConsoleError } from "../../protocol/errors.ts";
import type { ParamsOf, ResultOf } from "../../protocol/method_schemas.ts";
import { call, type CommandContext, read } from "../context.ts";
import { clockTime, duration } from "../../view/times.ts";
import { MAX_MUTE_MINUTES } from "../../protocol/limits.ts";
import { detailWords } from "../format.ts";
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
function channelLines(
  { name, enabled, program, target = program, problem, cure, last, turnOn = "", details }: Row,
): string[] {
  const trouble = problem ?? (last === undefined || last.ok ? undefined : `last notification: ${failureOf(last)}`);
  const state = !enabled ? "off" : trouble === undefined ? "on" : "fails";
  const notified = last?.ok === true ? `, notified ${duration(Date.now() - Date.parse(last.at))} ago` : "";
  const told = detailWords(details, trouble !== undefined);
  const about = enabled ? `${escapeControls(target ?? "")}${notified}` : dim(escapeControls(turnOn));
  return [
    `${name.padEnd(8)} ${PAINT[state](state.padEnd(6))} ${about}`.trimEnd(),
    ...(enabled && trouble !== undefined ? [`  ${escapeControls(trouble)}`] : []),
    ...(enabled && cure !== undefined ? [dim(`  hint: ${escapeControls(cure)}`)] : []),
    ...(enabled && told !== "" ? [dim(`  ${escapeControls(told)}`)] : []),
  ];
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
  await checkName(name);
  const socket = name === "tmux" ? socketOfTmux(namedEnv(["TMUX"])["TMUX"] ?? "") : "";
  const isOther = socket !== "" && !isTmuxSocket(socket, ownUid());
  const own = socket === "" || isOther ? {} : { tmuxSocket: socket };
  const params = { name, ...own } as ParamsOf<"channel.test">;
  const done = await call(run, "channel.test", params);
  const { ok, program, target = program, text, stderr } = done;
  const how = target.startsWith("/") ? "went out by" : "went to";
  const unspoken = isOther
    ? `the server of this terminal is not spoken to, because its socket, ${socket}, is not in tmux's own folder`
    : undefined;
  if (!ok) {
    const why = [failureOf(done), ...(unspoken === undefined ? [] : [unspoken])].join("; ");
    throw new ConsoleError("failed", `${name} did not notify: ${escapeControls(target)}: ${escapeControls(why)}`, {
      hint: isOther ? OWN_FOLDER : await whatToDo(run, name),
    });
  }
  run.out.line(`${name}: a notification ${how} ${escapeControls(target)}`);
  run.out.line(dim(escapeControls(text)));
  if (stderr !== undefined) run.out.note(`it said: ${stderr}`);
  if (unspoken !== undefined) run.out.note(`${unspoken}\nhint: ${OWN_FOLDER}`);
}

/** Whoever made another socket could have the tmux client that asks it run programs. */
const OWN_FOLDER = "start that server with tmux -L NAME instead of -S PATH";

/** @throws {ConsoleError} `usage` */
async function checkName(name: string): Promise<void> {
  const { CHANNEL_NAMES } = await import("../../daemon/features.ts");
  const names: readonly string[] = CHANNEL_NAMES;
  if (names.includes(name)) return;
  const near = nearestWord(name, names);
  const expected = `${names.slice(0, -1).join(", ")} or ${names.at(-1)}`;
  throw new ConsoleError("usage", `name is "${escapeControls(name)}", expected ${expected}`, {
    hint: near === undefined ? "agent-console channel list" : `did you mean ${near}?`,
  });
}

async function whatToDo(run: CommandContext, name: string): Promise<string> {
  const { channels } = await read(run, "channel.list", {});
  return channels.find((one) => one.name === name)?.whenItFails ?? "agent-console channel list";
}

/** Without a time. */
const USUAL = "1h";

export async function muteChannels(run: CommandContext, given: string = USUAL): Promise<void> {
  if (given === "off") {
    await call(run, "channel.mute", { minutes: null });
    return run.out.note("channels notify again");
  }
  await call(run, "channel.mute", { minutes: minutesOf(given) });
  const { mutedUntil, channels } = await read(run, "channel.list", {});
  run.out.note(
    `no channel notifies until ${untilText(mutedUntil ?? "")}\nhint: agent-console channel mute off ends that`,
  );
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
