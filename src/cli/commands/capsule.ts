/** `capsule list`, `show`, `grant`, `revoke`, `reload`: which extensions there are, and what each may do. */
import { bold, dim, green, red, yellow } from "@std/fmt/colors";
import { capsuleTroubles } from "../../capsule/attention.ts";
import { LISTED, narrowed, type Narrowing, within } from "../../capsule/grant.ts";
import type { Capabilities, Manifest } from "../../capsule/manifest.ts";
import type { CapsuleFolder } from "../../capsule/folder.ts";
import { grantedPaths, type RiskyPath } from "../../client/grantable_paths.ts";
import { putCapsule, removeCopies, removeOtherCopies, removeRefused } from "../../client/put_capsule.ts";
import { shellQuote } from "../../lib/shell_quote.ts";
import { escapeControls } from "../../domain/sanitize.ts";
import { env } from "../../platform/process.ts";
import { capsulePlaces } from "../../platform/capsule_places.ts";
import { denoFiles } from "../../platform/deno_files.ts";
import { ConsoleError } from "../../protocol/errors.ts";
import type { ResultOf } from "../../protocol/method_schemas.ts";
import { ask } from "../ask.ts";
import { untilStarted } from "../capsule_start.ts";
import { capsulesSection } from "../../capsule/section.ts";
import { valuesOf } from "../../config/values.ts";
import { capsuleNamed, idleSettings, lastGrant, wholeCapsule } from "../capsule_folders.ts";
import { loadConfigFile } from "../config_file.ts";
import { capabilityLines, changeLines, settingLines, withNewlyAsked } from "../capsule_text.ts";
import { call, type CommandContext, read } from "../context.ts";
import { takenCommands } from "../taken_commands.ts";
import { withTilde } from "../tilde.ts";
import { wholeNumber } from "../whole_number.ts";

type Capsule = ResultOf<"capsule.list">["capsules"][number];

interface JsonOption {
  readonly json?: boolean;
}

export async function listCapsules(run: CommandContext, { json }: JsonOption): Promise<void> {
  const { capsules } = await read(run, "capsule.list", {});
  if (json) return run.out.json({ capsules });
  if (capsules.length === 0) {
    run.out.note(`no capsules in ${withTilde(run.context.paths.capsules)}\nhint: agent-console capsule install PATH`);
  }
  const width = Math.max(...capsules.map(({ name }) => name.length));
  for (const one of capsules) {
    run.out.line(`${bold(one.name.padEnd(width))}  ${stateOf(one)}${dim(escapeControls(describedAs(one)))}`);
    for (const line of troubleLines(one)) run.out.line(yellow(line));
  }
  const loaded = await loadConfigFile(run).catch(() => undefined); // of an invalid one `config validate` says why
  for (const flaw of loaded === undefined ? [] : idleSettings(run, loaded.config)) run.out.note(flaw);
}

function describedAs({ version, description }: Capsule): string {
  return [version, description].flatMap((text) => text === undefined ? [] : [`  ${text}`]).join("");
}

function stateOf(one: Capsule): string {
  const { state } = one;
  if (state === "running") return green(state);
  if (capsuleTroubles(one).some(({ isMinor }) => !isMinor)) return red(state);
  return state;
}

function troubleLines(capsule: Capsule): string[] {
  return capsuleTroubles(capsule).flatMap(({ text, hint }) => [text, ...(hint === undefined ? [] : [`hint: ${hint}`])])
    .map((line) => `  ${escapeControls(line)}`);
}

export async function showCapsule(run: CommandContext, name: string, { json }: JsonOption): Promise<void> {
  const told = await read(run, "capsule.metadata", { name });
  if (json) return run.out.json({ ...told });
  run.out.line(`${bold(told.name)}  ${stateOf(told)}${dim(escapeControls(describedAs(told)))}`);
  for (const line of troubleLines(told)) run.out.line(yellow(line));
  const before = lastGrant(run, name);
  if (told.folder !== undefined) run.out.line(`folder   ${escapeControls(withTilde(told.folder))}`);
  const found = told.folder === undefined ? undefined : await capsuleNamed(run, name, before);
  const capsule = found !== undefined && "capsule" in found ? found.capsule : undefined;
  if (before !== undefined) {
    say(run, "granted", capabilityLines(before.manifest, before.capabilities, before.manifest.capabilities));
  } else if (capsule !== undefined) say(run, "asks", capabilityLines(capsule.manifest, capsule.manifest.capabilities));
  const manifest = before?.manifest ?? capsule?.manifest;
  if (manifest !== undefined) say(run, "settings", await settingsOf(run, manifest));
  if (found !== undefined && "reason" in found && told.state !== "invalid") {
    run.out.line(yellow(`refused  ${escapeControls(`the folder as it is now: ${found.reason}`)}`));
  }
  if (before === undefined || capsule === undefined || before.digest === capsule.digest) return;
  const capabilities = withNewlyAsked(before, capsule.manifest.capabilities);
  say(run, "differs", changeLines(before, { ...capsule, capabilities }));
}

/** Of an invalid configuration `config validate` says why: then none. */
async function settingsOf(run: CommandContext, { name, settings }: Manifest): Promise<readonly string[]> {
  const loaded = await loadConfigFile(run).catch(() => undefined);
  if (loaded === undefined) return [];
  const given = valuesOf(loaded.config, capsulesSection).settings;
  return settingLines(settings, Object.hasOwn(given, name) ? given[name] : undefined);
}

/** Prints the title with the first line beside it, and the other lines below that one. */
function say(run: CommandContext, title: string, lines: readonly string[]): void {
  lines.forEach((line, at) => run.out.line(`${(at === 0 ? title : "").padEnd(8)} ${line}`));
}

export interface GrantOptions extends JsonOption {
  readonly yes?: boolean;
  readonly net?: readonly string[];
  readonly read?: readonly string[];
  readonly write?: readonly string[];
  readonly env?: readonly string[];
  readonly secret?: readonly string[];
  readonly exec?: readonly string[];
  readonly kv?: string;
}

/** Gives the exit code: 1 where it is granted and does not start. @throws {ConsoleError} where nothing is granted */
export async function grantCapsule(run: CommandContext, name: string, options: GrantOptions): Promise<number> {
  const before = lastGrant(run, name);
  const capsule = await wholeCapsule(run, name, before);
  const { manifest, digest, folder } = capsule;
  const [taken] = await takenCommands(run, name, manifest.commands.map((command) => command.name));
  if (taken !== undefined) {
    throw new ConsoleError("conflict", taken, {
      hint: "give the command another name, or revoke the capsule that has it",
    });
  }
  const capabilities = grantedOf(capsule, options);
  const paths = grantedPaths(run.context, capabilities);
  const { risky } = paths;
  if (!options.json) {
    tell(run, capsule, capabilities, before);
    for (const line of riskLines(risky)) run.out.line(yellow(`         ${line}`));
  }
  if (options.yes || options.json) assertNamed(risky, options); // nobody has read the lines above
  if (!options.yes && !await ask(run, `Let ${name} do this?`)) {
    throw new ConsoleError("failed", "nothing was granted");
  }
  const copy = await putCapsule(run.context, { capsule, capabilities, paths }).catch((error) => {
    removeEmptyPlace(run, name);
    throw error;
  });
  const grant = { name, digest, capabilities: { ...capabilities }, manifest: { ...manifest }, folder };
  try {
    await call(run, "capsule.grant", grant);
  } catch (error) {
    removeRefused(copy, error);
    throw error;
  }
  removeOtherCopies(copy);
  const told = await untilStarted(() => read(run, "capsule.metadata", { name }), run.signal);
  const { state, reason } = told;
  if (options.json) {
    run.out.json({ granted: name, digest, capabilities, state, ...(reason === undefined ? {} : { reason }) });
  } else if (reason === undefined) run.out.note(`${name}: granted; ${state}`);
  else {
    run.out.note(`${name}: granted, and does not run; ${state}: ${escapeControls(reason)}`);
    for (const { hint } of capsuleTroubles(told)) if (hint !== undefined) run.out.note(`hint: ${hint}`);
  }
  return reason === undefined ? 0 : 1;
}

/** The folder of a capsule's copies, where none was written: `doctor` would take it for a copy that nobody recorded. */
function removeEmptyPlace({ context: { paths } }: CommandContext, name: string): void {
  const place = `${capsulePlaces(paths.root)?.granted}/${name}`;
  if (denoFiles.stat(place) !== undefined && denoFiles.list(place).length === 0) denoFiles.remove(place);
}

function tell(
  run: CommandContext,
  { manifest, folder, files, digest }: CapsuleFolder,
  capabilities: Capabilities,
  before: ReturnType<typeof lastGrant>,
): void {
  run.out.line(`${bold(manifest.name)} ${manifest.version}  ${dim(escapeControls(manifest.description))}`);
  run.out.line(`folder   ${escapeControls(withTilde(folder))}, ${files.length} files, ${digest.slice(0, 12)}`);
  say(run, "grant", capabilityLines(manifest, capabilities, manifest.capabilities));
  for (const missing of capabilities.env.filter((one) => env(one) === undefined)) {
    run.out.line(yellow(`         ${missing} is not set in this shell: it gets none`));
  }
  for (const missing of capabilities.secrets) {
    const path = `${run.context.paths.keys}/${missing}`;
    if (denoFiles.stat(path) === undefined) run.out.line(yellow(`         ${withTilde(path)} is not there yet`));
  }
  if (before === undefined) return;
  const changes = changeLines(before, { manifest, capabilities, files });
  say(run, "differs", changes.length === 0 ? ["nothing: it is what you granted before"] : changes);
}

function riskLines(risky: readonly RiskyPath[]): string[] {
  return risky.map(({ access, path, why }) =>
    escapeControls(`with ${access} of ${path} it may leave its sandbox: it ${why}`)
  );
}

/** @throws {ConsoleError} `usage`: what leads out of the sandbox is granted by its name, or by a person's answer */
function assertNamed(risky: readonly RiskyPath[], options: GrantOptions): void {
  const unnamed = risky.find(({ access, path }) => !options[access]?.includes(path));
  if (unnamed === undefined) return;
  const { access, path, why } = unnamed;
  throw new ConsoleError("usage", escapeControls(`${access} of ${path} is not granted without its name: it ${why}`), {
    hint: escapeControls(`--${access} ${shellQuote([path])} grants it by its name; --${access} none does not`),
  });
}

/** Of a list: none of it. */
const NONE = "none";

/** @throws {ConsoleError} `usage` where it names what the capsule does not ask for */
function grantedOf({ manifest }: CapsuleFolder, options: GrantOptions): Capabilities {
  const { net, read, write, env, secret, exec, kv } = options;
  const given = { net, read, write, env, secrets: secret, exec };
  const lists = LISTED.map((kind) => [kind, given[kind]?.filter((value) => value !== NONE)] as const);
  const to: Narrowing = {
    ...Object.fromEntries(lists),
    ...(kv === undefined ? {} : { kv: kv === "0" ? 0 : wholeNumber(kv, "--kv", manifest.capabilities.kv) }),
  };
  const capabilities = narrowed(manifest.capabilities, to);
  const more = within(capabilities, manifest.capabilities);
  if (more === undefined) return capabilities;
  throw new ConsoleError(
    "usage",
    `${manifest.name} does not ask for ${escapeControls(more)}: a grant can only be less`,
    {
      hint: `agent-console capsule show ${manifest.name}`,
    },
  );
}

export async function revokeCapsule(
  run: CommandContext,
  name: string,
  { forget, json }: JsonOption & { readonly forget?: boolean },
): Promise<void> {
  // First: from here on nothing of it can be started, whatever becomes of the call.
  removeCopies(run.context, name);
  await call(run, "capsule.revoke", { name, ...(forget ? { forget } : {}) });
  if (json) return run.out.json({ revoked: name });
  run.out.note(`${name}: revoked; it runs no more`);
}

/** Gives the exit code: 1 where one does not run now. */
export async function reloadCapsules(
  run: CommandContext,
  name: string | undefined,
  { json }: JsonOption,
): Promise<number> {
  const { reloaded, notRunning } = await call(run, "capsule.reload", name === undefined ? {} : { name });
  if (json) run.out.json({ reloaded, notRunning });
  else {
    if (reloaded.length > 0) run.out.note(`reloaded: ${reloaded.join(", ")}`);
    else if (notRunning.length === 0) run.out.note("no capsule is granted");
    for (const one of notRunning) run.out.note(`${one.name} does not run: ${escapeControls(one.reason)}`);
  }
  return notRunning.length === 0 ? 0 : 1;
}
