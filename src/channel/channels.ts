/** The channels: what each runs for a call. Texts of agents are arguments or stdin, never a script, a format or an option. */
import type { Approval } from "../domain/approval.ts";
import { visibleJson } from "../domain/sanitize.ts";
import type { Session } from "../domain/session.ts";
import { displayMessage, listClients, readClients } from "../domain/tmux.ts";
import type { RunBounded, RunOutcome } from "../platform/bounded_run.ts";
import type { Need, NeedMessage } from "../view/need_words.ts";
import type { ChannelName } from "./methods.ts";

/** What is to be said. */
export interface CallContent {
  readonly message: NeedMessage;
  readonly needs: readonly Need[];
  /** Set by `channel.test`. */
  readonly test?: true;
}

export interface ChannelDeps {
  readonly run: RunBounded;
  /** The whole environment of programs. */
  readonly env: Readonly<Record<string, string>>;
  readonly sessionOf: (id: string) => Session | undefined;
  /** Sockets of the tmux servers that agents run in. */
  readonly tmuxSockets: () => readonly string[];
}

export interface Channel {
  readonly name: ChannelName;
  /** What it runs: absolute, and in the sandbox. */
  readonly program: string;
  /** Runs it to its end, within {@link CALL_MS}. */
  call(content: CallContent, signal: AbortSignal): Promise<RunOutcome | Nobody>;
}

/** Nobody is there whom the channel could reach: no failure of it. */
export interface Nobody {
  readonly kind: "nobody";
  readonly problem: string;
}

/** A program of a channel is killed after so long, ms. */
export const CALL_MS = 10_000;

export function desktopChannel(program: string, { run, env }: ChannelDeps): Channel {
  const argv = ({ title, body }: NeedMessage) =>
    program.endsWith("/osascript") ? osascript(title, body) : [
      "--app-name=agent-console",
      "--icon=dialog-question",
      "--",
      `agent-console: ${title}`,
      escapeMarkup(body),
    ];
  return {
    name: "desktop",
    program,
    call: ({ message }, signal) => run([program, ...argv(message)], { env, ms: CALL_MS, signal }),
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

/** Clients of one server that are told, and a bound for a look at a server, ms: one that hangs must not hold up the others. */
const MAX_CLIENTS = 8;
const LOOK_MS = 1000;

export function tmuxChannel(program: string, { run, env, tmuxSockets }: ChannelDeps): Channel {
  const call: Channel["call"] = async ({ message: { sign, text } }, signal) => {
    let told = 0;
    let problem: RunOutcome | undefined;
    for (const socket of tmuxSockets()) {
      const clients = await clientsOf(socket, { program, run, env }, signal);
      for (const { name } of (clients ?? []).slice(0, MAX_CLIENTS)) {
        const argv = [program, ...displayMessage({ socket, client: name, text: `${sign} ${text}` })];
        const outcome = await run(argv, { env, ms: LOOK_MS, signal });
        if (outcome.kind === "ended" && outcome.code === 0) told++;
        else problem ??= outcome;
      }
    }
    if (told > 0) return { kind: "ended", code: 0, stdout: "", stderr: "" };
    return problem ?? { kind: "nobody", problem: "no tmux client is attached to a server that an agent runs in" };
  };
  return { name: "tmux", program, call };
}

/** The clients of a tmux server; undefined where it does not answer. */
export async function clientsOf(
  socket: string,
  { program, run, env }: Pick<ChannelDeps, "run" | "env"> & { readonly program: string },
  signal?: AbortSignal,
): Promise<ReturnType<typeof readClients> | undefined> {
  const options = { env, ms: LOOK_MS, ...(signal === undefined ? {} : { signal }) };
  const outcome = await run([program, ...listClients(socket)], options);
  return outcome.kind === "ended" && outcome.code === 0 ? readClients(outcome.stdout) : undefined;
}

export function commandChannel(program: string, args: readonly string[], deps: ChannelDeps): Channel {
  const { run, env, sessionOf } = deps;
  return {
    name: "command",
    program,
    call: (content, signal) =>
      run([program, ...args], { env, ms: CALL_MS, signal, stdin: `${visibleJson(callJson(content, sessionOf))}\n` }),
  };
}

/** Version of the object that a command reads; grows when a member changes its meaning. */
const SCHEMA = 1;

/** The first need as the object itself, the others of the same call beside it. */
function callJson({ needs, message, test }: CallContent, sessionOf: ChannelDeps["sessionOf"]) {
  const [first, ...others] = needs.map((need) => ({
    kind: need.kind,
    ...("job" in need ? { job: need.job } : { session: sessionJson(need, sessionOf(need.sessionId)) }),
    ...(need.approval === undefined ? {} : { approval: approvalJson(need.approval, need.what) }),
    text: `${need.name}: ${need.what}`,
  }));
  return { schema: SCHEMA, ...first, text: message.text, others, ...(test === undefined ? {} : { test }) };
}

function sessionJson({ sessionId, name }: Need, session: Session | undefined) {
  const { agent, status, since, cwd, title, terminal } = session ?? {};
  const known = { agent, status, since, cwd, title, terminal };
  return {
    id: sessionId,
    name,
    ...Object.fromEntries(Object.entries(known).filter(([, value]) => value !== undefined)),
  };
}

function approvalJson({ id, tool, risk }: Approval, text: string) {
  return { id, tool, risk, text };
}
