/** `channel …`: who calls you when an agent needs you. */
import { dim, green, red } from "@std/fmt/colors";
import { escapeControls } from "../../domain/sanitize.ts";
import { namedEnv } from "../../platform/environment.ts";
import { ConsoleError } from "../../protocol/errors.ts";
import type { ParamsOf, ResultOf } from "../../protocol/method_schemas.ts";
import { call, type CommandContext, read } from "../context.ts";
import { clockTime, duration } from "../format.ts";
import { table } from "../table.ts";
import { seconds } from "../time_span.ts";

type Listed = ResultOf<"channel.list">;

export async function listChannels(run: CommandContext, options: { readonly json?: boolean }): Promise<void> {
  const list = await read(run, "channel.list", {});
  if (options.json) return run.out.json(list);
  const { isTerminal, columns } = run.out.screen;
  const rows = table(
    [
      { title: "CHANNEL", value: ({ name }) => name },
      {
        title: "STATE",
        value: stateOf,
        paint: (one, cell) => stateOf(one) === "on" ? green(cell) : stateColor(one)(cell),
      },
      { title: "ABOUT", value: aboutOf, shrinksTo: 10, grows: true },
    ],
    list.channels,
    isTerminal ? columns : 200,
  );
  for (const line of rows) run.out.line(line);
  for (const line of whenLines(list)) run.out.line(dim(line));
}

type Row = Listed["channels"][number];

function stateOf({ enabled, problem, last }: Row): string {
  return !enabled ? "off" : problem !== undefined || last?.ok === false ? "fails" : "on";
}

function stateColor(row: Row): (text: string) => string {
  return stateOf(row) === "off" ? dim : red;
}

function aboutOf({ name, enabled, program, problem, last }: Row): string {
  if (!enabled) {
    const how = name === "command"
      ? `config set channels.command.argv '["PROGRAM"]'`
      : `config set channels.${name}.enabled true`;
    return `agent-console ${how}`;
  }
  const failed = last === undefined || last.ok ? undefined : `last call: ${failureOf(last)}`;
  const called = last?.ok === true ? `called ${duration(Date.now() - Date.parse(last.at))} ago` : undefined;
  return escapeControls([problem, program, failed, called].filter((part) => part).join("  "));
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
  const socket = namedEnv(["TMUX"])["TMUX"]?.replace(/,[^,]*,[^,]*$/, "");
  const own = name === "tmux" && socket !== undefined ? { tmuxSocket: socket } : {};
  const params = { name, ...own } as ParamsOf<"channel.test">;
  const done = await call(run, "channel.test", params);
  const { ok, program, text, stderr } = done;
  if (!ok) {
    throw new ConsoleError(
      "failed",
      `${name} did not call: ${escapeControls(program)}: ${escapeControls(failureOf(done))}`,
      {
        hint: "agent-console channel list",
      },
    );
  }
  run.out.line(`${name}: ${escapeControls(program)} ended well`);
  run.out.line(dim(escapeControls(text)));
  if (stderr !== undefined) run.out.note(`it said: ${stderr}`);
}

/** Without a time. */
const USUAL = "1h";

export async function muteChannels(run: CommandContext, given: string = USUAL): Promise<void> {
  if (given === "off") {
    await call(run, "channel.mute", { minutes: null });
    return run.out.note("channels call again");
  }
  const minutes = seconds(given, "TIME") / 60;
  await call(run, "channel.mute", { minutes: Math.max(1, minutes) });
  const { mutedUntil, channels } = await read(run, "channel.list", {});
  run.out.note(`no channel calls until ${untilText(mutedUntil ?? "")}; agent-console channel mute off ends that`);
  if (!channels.some(({ enabled }) => enabled)) run.out.note("no channel is on: agent-console channel list");
}

/** The time of day, and how long that is. */
function untilText(iso: string): string {
  return `${clockTime(iso).slice(0, 5)} (${duration(Date.parse(iso) - Date.now() + 999)})`;
}
