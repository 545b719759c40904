/** What is written to the bot: commands of the console, and those that only it has. No other text is a prompt. */
import type { ConsoleCommand } from "../../core/console_command.ts";
import { maskSecrets } from "../../domain/mask.ts";
import { escapeControls } from "../../domain/sanitize.ts";
import { ConsoleError } from "../../protocol/errors.ts";
import { MAX_MUTE_MINUTES } from "../../protocol/limits.ts";
import { type BotContext, TELEGRAM } from "./bot_context.ts";
import type { MoreThanAnswers } from "./more_than_answers.ts";
import type { ReadCommand } from "./parse_update.ts";
import { failureText } from "./poller.ts";
import { splitMessage } from "./split_message.ts";
import type { AskedRequests } from "./questions.ts";
import type { TurnMessages } from "./turn_messages.ts";

type Line = Pick<ConsoleCommand, "name" | "summary" | "usage">;

/** The commands that the bot has beside those of the console. */
const OWN: readonly Line[] = [
  { name: "run", summary: "give a prompt to an agent that the daemon runs", usage: "AGENT PROMPT" },
  { name: "mute", summary: "no channel notifies for a while; off: they notify again", usage: "[30m | 8h | off]" },
];
/** Messages that one reply takes at most. */
const MAX_PARTS = 5;

export interface CommandsDeps {
  readonly context: BotContext;
  readonly questions: Pick<AskedRequests, "askAgain">;
  readonly turns: TurnMessages;
  readonly more: MoreThanAnswers;
  readonly canRun: boolean;
}

/** Names that the bot takes for its own. */
const TAKEN: ReadonlySet<string> = new Set([...OWN.map(({ name }) => name), "start"]);

/** All of them, as `/help` and Telegram's own list tell them. */
export function botCommands(commands: readonly ConsoleCommand[]): readonly Line[] {
  return [
    ...commands.filter(({ name }) => !TAKEN.has(name)).map((one) => ({ ...one, name: telegramName(one.name) })),
    ...OWN,
  ];
}

/** Telegram takes no hyphen in a command: its apps end the command there. */
function telegramName(name: string): string {
  return name.replaceAll("-", "_");
}

export class Commands {
  #deps: CommandsDeps;

  constructor(deps: CommandsDeps) {
    this.#deps = deps;
  }

  /**
   * The reply is sent behind it; none to what is meant for others.
   *
   * @param update its number, for the key of a change
   */
  async reply(chat: number, said: ReadCommand, update: number): Promise<void> {
    if (!this.#isMeant(chat, said)) return;
    const text = said.kind === "command"
      ? await this.#run(chat, said.line, update).catch(refusal)
      : this.#help(NO_COMMAND);
    if (text !== undefined) this.#send(chat, text);
  }

  #send(chat: number, text: string): void {
    const { sender, outgoing, signal } = this.#deps.context;
    const parts = splitMessage(maskSecrets(text) || "done");
    const shown = parts.length <= MAX_PARTS ? parts : [...parts.slice(0, MAX_PARTS - 1), "… and more: see it there."];
    outgoing.send(chat, async () => {
      for (const part of shown) {
        const sent = await sender.send({ chat, text: part }, signal);
        if (!sent.ok) return outgoing.lose(failureText(sent.failure));
      }
    });
  }

  /** In a group others talk too, to one another and to other bots: there only commands of ours are. */
  #isMeant(chat: number, said: ReadCommand): boolean {
    if (said.kind === "foreign") return false;
    if (chat > 0) return true;
    if (said.kind === "text") return false;
    const name = /^\/(\S+)/.exec(said.line)?.[1];
    return said.isNamed || name === "start" ||
      botCommands(this.#deps.context.host.commands()).some((command) => command.name === telegramName(name ?? ""));
  }

  /** @returns undefined where it has replied already @throws {ConsoleError} why it did nothing */
  async #run(chat: number, line: string, update: number): Promise<string | undefined> {
    const { context: { caller, botId, host } } = this.#deps;
    const [, name = "", rest = ""] = /^\/(\S+)\s*([\s\S]*)$/.exec(line) ?? [];
    const idempotencyKey = `${TELEGRAM}:${botId}:${update}`;
    if (name === "start" || (name === "help" && rest === "")) return this.#help();
    if (name === "run") return await this.#beginTurn(chat, rest, idempotencyKey);
    if (name === "mute") return await this.#mute(rest.trim(), idempotencyKey);
    if (name === "deny" && rest.trim() === "") {
      // Which one is meant must stand in the message: another may have come since the last one was read.
      throw new ConsoleError("usage", "/deny needs the id of a request, or the name of its session", {
        hint: "/approvals lists them",
      });
    }
    if (name === "show" && await this.#askAgain(chat, rest.trim())) return undefined;
    if (name === "approve") this.#assertShown(chat, rest.trim().split(/\s+/)[0] ?? "");
    const ofCapsule = host.commands().find((one) =>
      one.capsule !== undefined && telegramName(one.name) === telegramName(name)
    );
    if (ofCapsule !== undefined) return this.#runOfCapsule(chat, ofCapsule, rest, idempotencyKey);
    return (await caller.call("command.execute", { command: line, idempotencyKey })).response;
  }

  /** Beside all else: a capsule that takes its time, or hangs, keeps no answer of the person waiting. */
  #runOfCapsule(
    chat: number,
    { name, capsule = name }: ConsoleCommand,
    rest: string,
    idempotencyKey: string,
  ): undefined {
    const { caller, outgoing } = this.#deps.context;
    outgoing.run(async () => {
      const command = `/${name} ${rest}`.trimEnd();
      const said = await caller.call("command.execute", { command, idempotencyKey }).then(
        // A refusal names the capsule itself.
        ({ response, success }) =>
          success && name !== capsule ? `${escapeControls(capsule)}: ${response || "done"}` : response,
        refusal,
      );
      this.#send(chat, said);
    });
    return undefined;
  }

  /**
   * A yes is for what stands in this chat, as it stands there. By a session's name it could be for another request, which
   * came while the words were on their way.
   *
   * @throws {ConsoleError} `usage`, `conflict`
   */
  #assertShown(chat: number, id: string): void {
    const { host, shown } = this.#deps.context;
    const approval = host.approvals.approvalOf(id);
    if (approval === undefined) {
      throw new ConsoleError("usage", "/approve needs the id of a request, and takes no name here", {
        hint: "/approvals lists them",
      });
    }
    if (approval.status !== "pending" || shown.has(chat, id)) return;
    throw new ConsoleError("conflict", `what "${id}" asks was not shown here in whole, so it cannot be approved here`, {
      hint: `/deny ${id}, or agent-console show ${id} on the machine`,
    });
  }

  /** What is open is shown as it was asked, with its buttons. @returns whether it was */
  async #askAgain(chat: number, id: string): Promise<boolean> {
    const { questions, context: { host } } = this.#deps;
    const approval = host.approvals.approvalOf(id);
    return approval?.status === "pending" && await questions.askAgain(chat, approval);
  }

  async #beginTurn(chat: number, rest: string, idempotencyKey: string): Promise<undefined> {
    const { context: { sender, outgoing, signal }, turns, more, canRun } = this.#deps;
    const [, agent, text = ""] = /^(\S+)\s+([\s\S]*\S)\s*$/.exec(rest) ?? [];
    if (agent === undefined) throw new ConsoleError("usage", "/run needs an agent and a prompt: /run AGENT PROMPT");
    if (!canRun) {
      throw new ConsoleError("forbidden", "no prompts are taken by Telegram", {
        hint:
          "on the machine: agent-console config set channels.telegram.can_run true, then agent-console daemon reload",
      });
    }
    const { turnId } = await more.beginTurn({ agent, text, idempotencyKey });
    const message = { chat, text: `○ ${escapeControls(agent)}: queued` };
    outgoing.run(async () => {
      const sent = (await outgoing.inOrder(chat, () => sender.send(message, signal)))?.done;
      // It goes on all the same: where that is not there, a later message says how.
      turns.follow(turnId, chat, sent?.ok ? sent.result : undefined);
    });
    return undefined;
  }

  async #mute(given: string, idempotencyKey: string): Promise<string> {
    const { more } = this.#deps;
    if (given === "off") {
      await more.mute({ minutes: null, idempotencyKey });
      return "Channels notify again.";
    }
    const minutes = minutesOf(given === "" ? "1h" : given);
    await more.mute({ minutes, idempotencyKey });
    return `No channel notifies for ${given === "" ? "1h" : given}: /mute off ends that.`;
  }

  #help(before = ""): string {
    const { context: { host } } = this.#deps;
    const lines = botCommands(host.commands()).map(({ name, usage, summary }) =>
      `/${name}${usage === "" ? "" : ` ${usage}`} – ${summary}`
    );
    return escapedLines([...(before === "" ? [] : [before, ""]), ...lines]);
  }
}

const NO_COMMAND = "That is no command, and nothing was done. A prompt is /run AGENT PROMPT.";

function escapedLines(lines: readonly string[]): string {
  return lines.map(escapeControls).join("\n");
}

const MINUTES: Readonly<Record<string, number>> = { m: 1, h: 60, d: 1440 };

function minutesOf(given: string): number {
  const [, count, unit = ""] = /^(\d{1,5})([mhd])$/.exec(given) ?? [];
  const minutes = Number(count) * (MINUTES[unit] ?? NaN);
  if (minutes >= 1 && minutes <= MAX_MUTE_MINUTES) return minutes;
  throw new ConsoleError("usage", `"${escapeControls(given)}" is no time up to 7d`, {
    hint: "/mute 30m, or /mute off",
  });
}

function refusal(error: unknown): string {
  if (!(error instanceof ConsoleError)) throw error;
  const { message, hint } = error;
  return [message, ...(hint === undefined ? [] : [`hint: ${hint}`])].map(escapeControls).join("\n");
}
