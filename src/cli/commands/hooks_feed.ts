/**
 * The feed of an agent whose hooks are installed: what it publishes about itself says at once what no hook tells, so an
 * installation turns it on, and an uninstallation off again. A daemon that runs gets it by a restart.
 */
import { AGENTS } from "../../agents/registry.ts";
import type { AgentFeed } from "../../agents/shared/feed_spec.ts";
import { originText, parseOrigin } from "../../config/origin.ts";
import type { FeedRecord } from "../../config/feed_keys.ts";
import { readFeedRecord, writeFeedRecord } from "../../config/feed_record.ts";
import { configView } from "../../config/values.ts";
import { SCHEMA } from "../../daemon/features.ts";
import { denoFiles } from "../../platform/deno_files.ts";
import { env } from "../../platform/process.ts";
import { checkSandboxPath } from "../../platform/sandbox.ts";
import { stdinKeyboard } from "../../platform/keyboard.ts";
import { ConsoleError } from "../../protocol/errors.ts";
import { editConfigFile, loadConfigFile } from "../config_file.ts";
import type { CommandContext } from "../context.ts";
import { lookAtRunning, restartText } from "../running_daemon.ts";
import { withTilde } from "../tilde.ts";

export interface FeedOptions {
  /** False: `--no-feed`. */
  readonly feed?: boolean;
  readonly dryRun?: boolean;
  /** A running daemon is left as it is: the caller restarts it. */
  readonly later?: boolean;
}

/** Behind `hooks install`, which it never fails: without its feed an agent's rows are true a little later. */
export async function turnOnFeed(run: CommandContext, agent: string | undefined, options: FeedOptions): Promise<void> {
  const feed = feedOf(agent);
  if (feed === undefined || options.feed === false) return;
  const key = keyOf(feed);
  try {
    const { place, isOn, off } = await feedNow(run, feed);
    if (place === undefined || off !== undefined) return run.out.note(`${key} stays off${off ?? ""}`);
    if (options.dryRun) {
      if (!isOn) run.out.note(`${key} would be turned on: the daemon may then ${whatFor(feed, place)}`);
      return;
    }
    if (!isOn) {
      await setOn(run, key);
      run.out.say(`${key} is on: the daemon may ${whatFor(feed, place)}`);
    }
    if (!options.later) await applyToDaemon(run, key);
  } catch (error) {
    if (!(error instanceof ConsoleError)) throw error;
    run.out.note(`${key} stays as it is: ${error.message}${error.hint === undefined ? "" : ` (${error.hint})`}`);
  }
}

/** For the question before {@link turnOnFeed}: what that would turn on, and what the daemon may do then; undefined: nothing. */
export async function feedWords(run: CommandContext, agent: string): Promise<string | undefined> {
  const feed = feedOf(agent);
  if (feed === undefined) return undefined;
  try {
    const { place, isOn, off } = await feedNow(run, feed);
    if (place === undefined || isOn || off !== undefined) return undefined;
    return `turns ${keyOf(feed)} on: the daemon may then ${whatFor(feed, withTilde(place))}`;
  } catch (error) {
    if (!(error instanceof ConsoleError)) throw error;
    return undefined; // then it is not turned on either, and that says why
  }
}

interface FeedNow {
  readonly place?: string;
  readonly isOn: boolean;
  /** Why it is not to be turned on, in words behind `stays off`. */
  readonly off?: string;
}

/** @throws {ConsoleError} where the configuration cannot be read */
async function feedNow(run: CommandContext, feed: AgentFeed): Promise<FeedNow> {
  const place = feed.place(env);
  if (place === undefined) return { isOn: false, off: ": its place is not known" };
  const unusable = checkSandboxPath(place);
  if (unusable !== undefined) return { isOn: false, off: `: ${place} ${unusable}` };
  const values = configView(await loadConfigFile(run)).values;
  const { value, origin } = values[keyOf(feed)] ?? { value: false, origin: "default" };
  const isOn = value === true;
  const from = parseOrigin(origin);
  return { place, isOn, ...(isOn || from.kind === "default" ? {} : { off: `, as ${originText(from)} says` }) };
}

/** Behind `hooks uninstall`: only what an installation turned on, and not while other hooks of the agent are there. */
export async function turnOffFeed(run: CommandContext, agent: string | undefined, options: FeedOptions): Promise<void> {
  const feed = feedOf(agent);
  const record = readFeedRecord(denoFiles, run.context.paths);
  if (feed === undefined || options.dryRun || !record?.keys.includes(keyOf(feed))) return;
  const { agentsWithHooks } = await import("./hooks_target.ts");
  if ((await agentsWithHooks(run)).includes(feed.agent)) return;
  const key = keyOf(feed);
  try {
    const { withFeedOff } = await import("../../config/feed_keys.ts"); // its JSON editor costs 15 ms
    const { value, origin } = configView(await loadConfigFile(run)).values[key] ?? {};
    const isOn = value === true && origin !== undefined && parseOrigin(origin).kind === "file";
    let after: FeedRecord = { ...record, keys: record.keys.filter((one) => one !== key) };
    if (isOn) {
      editConfigFile(run, (text, format) => {
        if (text === null || format === "toml") return text;
        after = withFeedOff(text, key, record, SCHEMA);
        return after.made;
      });
    }
    writeFeedRecord(denoFiles, run.context.paths, after);
    if (!isOn) return;
    run.out.say(`${key} is off again`);
    await applyToDaemon(run, key);
  } catch (error) {
    if (!(error instanceof ConsoleError)) throw error;
    run.out.note(`${key} stays as it is: ${error.message}`);
  }
}

/** What tells more of its sessions than the hooks of `agent` do. */
function feedOf(agent: string | undefined): AgentFeed | undefined {
  const feed = AGENTS.find(({ name }) => name === agent)?.feed;
  return feed?.tellsNothing ? undefined : feed;
}

function keyOf({ configKey }: AgentFeed): string {
  return `feeds.${configKey}`;
}

/** What the sandbox grants for it, in words. @param place as it is to be shown */
function whatFor({ permissions }: AgentFeed, place: string): string {
  return permissions(place).some(({ kind }) => kind === "net") ? `connect to ${place}` : `read ${place}`;
}

async function setOn(run: CommandContext, key: string): Promise<void> {
  const { withFeedOn } = await import("../../config/feed_keys.ts"); // its JSON editor costs 15 ms
  const { paths } = run.context;
  editConfigFile(run, (text, format) => {
    const record = withFeedOn(text, key, readFeedRecord(denoFiles, paths), format, SCHEMA);
    // Before the text itself: a record of what was not written turns nothing off.
    writeFeedRecord(denoFiles, paths, record);
    return record.made;
  });
}

/** A running daemon reads the change, and is restarted for it where a person says so and no request is open. */
async function applyToDaemon(run: CommandContext, key: string): Promise<void> {
  const found = await lookAtRunning(run, { reload: true }).catch((error) => {
    if (!(error instanceof ConsoleError)) throw error;
    return undefined; // without its reply nothing but the advice is missing
  });
  if (found === undefined || !found.needsRestart.includes(key)) return;
  const question = "Restart the running daemon for it now (no request is open)?";
  if (found.open === 0 && stdinKeyboard.isTerminal && await (await import("../ask.ts")).ask(run, question)) {
    return await (await import("./daemon.ts")).restart(run, {});
  }
  run.out.note(restartText([key], found.open));
}
