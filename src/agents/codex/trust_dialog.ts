/** Codex's trust in our hooks: read by `hooks status`, given by `hooks install codex --trust`. */
import { basename, dirname, join } from "@std/path";
import { type CodexHook, CodexServer, type OwnHookState, trustInFile, trustOf, trustRecords } from "./hook_trust.ts";
import { hookArgvs } from "../shared/hook_spec.ts";
import { codexTrustRecord } from "./trust_record.ts";
import type { HookTrust, Trust, TrustTarget } from "../shared/hook_trust.ts";
import { denoFiles, realPath } from "../../platform/deno_files.ts";
import { openLines } from "../../platform/line_process.ts";
import { currentFolder, env } from "../../platform/process.ts";
import { ConsoleError } from "../../protocol/errors.ts";
import { VERSION } from "../../protocol/version.ts";

/** The app-server replies in 0.2 s; `hooks status` waits no longer than this, ms. */
const ASK_MS = 2000;
/** For giving trust, which writes, ms. */
const GIVE_MS = 10_000;

const WORDS: Readonly<Record<Trust, string>> = {
  trusted: "Codex trusts them",
  untrusted: "Codex runs none of them before you trust them",
  modified: "they have changed since you trusted them",
  off: "Codex does not run them: hooks are switched off in its configuration, or it does not trust this folder",
  unknown: "whether Codex trusts them is unknown: codex could not be asked",
};

const CURE = '"/hooks" in Codex, or "agent-console hooks install codex --trust"';

export const codexTrustDialog: HookTrust = {
  words: WORDS,
  cure: CURE,
  read: codexTrust,
  give: giveTrust,
  take: takeTrust,
  record: { ...codexTrustRecord, file: configOf },
};

/** Codex's own reply where it comes in time, else what its config.toml says. Never throws. */
async function codexTrust(target: TrustTarget): Promise<Trust> {
  try {
    const hooks = await talk(ASK_MS, (server) => server.ours(oursOf(target)));
    if (hooks !== undefined) return trustOf(hooks);
  } catch {
    // a codex that is too old, too slow or broken: its file remains
  }
  return await trustInConfig(target);
}

/**
 * Tells Codex that its user trusts our present definitions, after `show` has shown them.
 *
 * @throws {ConsoleError} failed, timeout
 */
async function giveTrust(target: TrustTarget, show: (definitions: string) => void): Promise<void> {
  const ours = oursOf(target);
  const left = await talk(GIVE_MS, async (server) => {
    const hooks = await server.ours(ours);
    if (hooks.length > 0) {
      show(definitionsOf(hooks));
      await server.trust(hooks);
    }
    return trustOf(await server.ours(ours));
  });
  if (left === undefined) {
    throw new ConsoleError(
      "failed",
      "the hooks are installed and not trusted: codex is not on PATH, so it cannot be told to",
      {
        hint: 'trust them with "/hooks" in Codex',
      },
    );
  }
  if (left !== "trusted") throw new ConsoleError("failed", `the hooks are not trusted: ${WORDS[left]}`);
}

/** Only Codex writes its config.toml; a record that stays trusts nothing but the very same command line. */
async function takeTrust(target: TrustTarget): Promise<string | undefined> {
  const stay = (why: string) =>
    `Codex keeps its records of trust in our hooks, under [hooks.state] of its config.toml: ${why}`;
  try {
    const { config, known } = await recorded(target);
    if (trustRecords(config, known).length === 0) return undefined;
    const done = await talk(GIVE_MS, async (server) => {
      const ours = await server.ours(oursOf(target));
      const keys = ours.filter(({ trust }) => ["trusted", "modified"].includes(trust)).map(({ key }) => key);
      if (keys.length > 0) await server.forget(keys);
      return true;
    });
    return done === undefined ? stay("codex is not on PATH") : undefined;
  } catch (error) {
    return stay((error as Error).message);
  }
}

function definitionsOf(hooks: readonly CodexHook[]): string {
  const commands = [...new Set(hooks.map(({ command }) => command))];
  return commands.map((command) => {
    const events = hooks.filter((hook) => hook.command === command).map(({ event }) => event);
    return `Codex is to run, for ${events.join(", ")}:\n  ${command}`;
  }).join("\n");
}

/** Undefined where there is no codex. @throws {ConsoleError} failed, timeout */
async function talk<T>(ms: number, about: (server: CodexServer) => Promise<T>): Promise<T | undefined> {
  const signal = AbortSignal.timeout(ms);
  const child = openLines(["codex", "app-server"], signal);
  if (child === undefined) return undefined;
  try {
    return await about(await CodexServer.greet(child, VERSION));
  } catch (error) {
    if (!signal.aborted) throw error;
    throw new ConsoleError("timeout", `codex app-server took longer than ${ms / 1000} s`);
  } finally {
    await child.end();
  }
}

function oursOf({ agent, program, file }: TrustTarget): OwnHookState {
  return { file: real(file), argvs: hookArgvs(agent, program), cwd: currentFolder(), realPath: real };
}

function real(path: string): string {
  try {
    return realPath(path);
  } catch {
    return path;
  }
}

async function trustInConfig(target: TrustTarget): Promise<Trust> {
  try {
    const { config, known } = await recorded(target);
    return trustInFile(config, known, target.agent.rows.map(({ event }) => event));
  } catch {
    return "unknown";
  }
}

/**
 * Trust is recorded in the user's own config.toml, also that of a project's hooks: it as an object, and the settings
 * file as it is named there. @throws where it cannot be read
 */
async function recorded(target: TrustTarget): Promise<{ readonly config: unknown; readonly known: string }> {
  const { file } = target;
  const path = configOf(target);
  // Codex follows the links of folders, not that of the file (tried).
  const known = join(real(dirname(file)), basename(file));
  if (denoFiles.stat(path) === undefined) return { config: {}, known };
  const { parse } = await import("@std/toml/parse");
  return { config: parse(new TextDecoder().decode(denoFiles.read(path))), known };
}

function configOf({ agent }: TrustTarget): string {
  return join(dirname(agent.file({ env, userHome: env("HOME") ?? "", cwd: currentFolder() })), "config.toml");
}
