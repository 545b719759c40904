/** `config …`: the configuration file and what is in force. */
import { dim } from "@std/fmt/colors";
import { initialConfig } from "../../config/docs.ts";
import { findConfigFile } from "../../config/load.ts";
import { configView } from "../../config/values.ts";
import { SCHEMA } from "../../daemon/features.ts";
import { denoFiles } from "../../platform/deno_files.ts";
import { escapeControls } from "../../domain/sanitize.ts";
import { ConsoleError } from "../../protocol/errors.ts";
import { idleSettings } from "../capsule_folders.ts";
import { configFileOf, editConfigFile, loadConfigFile } from "../config_file.ts";
import type { CommandContext } from "../context.ts";
import { type GivenRule, givenRules } from "../../policy/rule.ts";
import { flawOf } from "../rule_flaws.ts";
import { missingPrograms } from "../missing_programs.ts";
import { checkWorkspace } from "./config_workspace.ts";
import { noteOtherValues } from "./config_in_use.ts";

export function path(run: CommandContext, options: { readonly json?: boolean }): void {
  const { file } = configFileOf(run);
  if (options.json) run.out.json({ file });
  else run.out.plain(file);
}

export function init(run: CommandContext): void {
  const { paths } = run.context;
  const present = findConfigFile({ paths, files: denoFiles });
  if (present !== undefined) {
    throw new ConsoleError("conflict", `${present.file} is there already`, { hint: "agent-console config show" });
  }
  run.out.plain(editConfigFile(run, () => initialConfig(SCHEMA)));
}

export async function showConfig(run: CommandContext, options: { readonly json?: boolean }): Promise<void> {
  const loaded = await loadConfigFile(run);
  const view = configView(loaded);
  for (const warning of loaded.warnings) run.out.note(warning);
  if (options.json) return run.out.json({ config: view.values, file: view.file });
  const rows = Object.entries(view.values).map(([key, { value, origin }]) => {
    const items = Array.isArray(value) ? value.map((item) => escapeControls(JSON.stringify(item))) : [];
    return {
      key,
      value: items.length > 0 ? "[" : escapeControls(JSON.stringify(value)),
      items,
      origin: escapeControls(origin),
    };
  });
  const width = (column: "key" | "value") => Math.max(...rows.map((row) => row[column].length));
  for (const { key, value, items, origin } of rows) {
    run.out.line(`${key.padEnd(width("key"))}  ${value.padEnd(width("value"))}  ${dim(origin)}`);
    for (const item of items) run.out.line(`  ${item},`);
    if (items.length > 0) run.out.line("]");
  }
  await noteOtherValues(run, view.values);
}

export async function showConfigKey(
  run: CommandContext,
  key: string,
  options: { readonly json?: boolean },
): Promise<void> {
  known(key);
  const entry = configView(await loadConfigFile(run)).values[key];
  if (entry === undefined) {
    throw new ConsoleError("not_found", `"${key}" is not set and has no default`, {
      hint: `agent-console config set ${key} VALUE`,
    });
  }
  if (options.json) return run.out.json({ config: { [key]: entry } });
  run.out.line(escapeControls(typeof entry.value === "string" ? entry.value : JSON.stringify(entry.value)));
}

export async function setConfigKey(run: CommandContext, key: string, text: string): Promise<void> {
  const { parseValue, setKey } = await import("../../config/edit.ts"); // its JSON editor costs 15 ms
  known(key);
  const value = parseValue(text);
  const file = editConfigFile(run, (before, format) => setKey(before ?? "{}\n", key, value, format, SCHEMA));
  const { applySetKey } = await import("./config_apply.ts");
  const isTakenBack = value === null && configView(await loadConfigFile(run)).values[key] === undefined;
  run.out.note(await applySetKey(run, { key, file, isTakenBack, load: () => loadConfigFile(run) }));
  const { config } = await loadConfigFile(run);
  for (const flaw of idleSettings(run, config)) if (isAbout(flaw, key)) run.out.note(flaw);
  const { missing } = missingPrograms(config);
  for (const { configKey, text, hint } of missing) if (configKey === key) run.out.note(`${text}\nhint: ${hint}`);
}

/** @param flaw of {@link idleSettings}: begins with the key of the setting, or of the capsule */
function isAbout(flaw: string, key: string): boolean {
  const [about = ""] = flaw.split(" ", 1);
  return key === about || key.startsWith(`${about}.`);
}

export async function validate(run: CommandContext, options: { readonly json?: boolean }): Promise<void> {
  const { file, warnings: odd, typos, config } = await loadConfigFile(run);
  const warnings = [...odd, ...idleRules(config.approvals.rules, run.context.paths.root), ...idleSettings(run, config)];
  const workspace = checkWorkspace(run.context.paths.configJsonc, config.daemon.safety_mode);
  if (workspace?.unreadable) throw new ConsoleError("config_invalid", workspace.warnings.join("\n  "));
  const valid = typos.length === 0;
  if (options.json) run.out.json({ valid, file, warnings, ...(workspace && { workspace }) });
  else {
    const others = warnings.filter((warning) => !typos.includes(warning));
    for (const warning of [...others, ...workspace?.warnings ?? []]) run.out.note(warning);
  }
  if (!valid) throw new ConsoleError("config_invalid", typos.join("\n  "), { hint: "agent-console config show" });
  if (options.json) return;
  run.out.plain(file === null ? "valid: there is no file, all values are defaults" : `valid: ${file}`);
  if (workspace !== undefined) run.out.plain(`valid: ${workspace.file}`);
}

/** Rules that are valid and could never match a call. @param home of this program, which no rule reaches */
export function idleRules(given: readonly GivenRule[], home: string): readonly string[] {
  return givenRules(given, "config", "").flatMap((rule, at) => {
    const flaw = flawOf(rule, [home]);
    const shown = escapeControls(`${rule.tool}: ${rule.pattern}`);
    return flaw === undefined ? [] : [`approvals.rules: rule ${at + 1} (${shown}) matches nothing: ${flaw.why}`];
  });
}

function known(key: string): void {
  if (SCHEMA.find(key) !== undefined) return;
  const near = SCHEMA.nearest(key);
  const isGroup = near === key; // its name is right, and it has no value of its own
  const beside = SCHEMA.beside(key);
  const others = beside.length === 0 ? "agent-console config show" : `there are ${beside.join(", ")}`;
  throw new ConsoleError("usage", isGroup ? `${key} is a group of settings` : `no setting is named "${key}"`, {
    hint: isGroup ? membersHint(SCHEMA.within(key)) : near === undefined ? others : `did you mean ${near}?`,
  });
}

/** A section with more is looked through in what `config show` prints. */
const MOST_MEMBERS = 8;

function membersHint(keys: readonly string[]): string {
  const more = keys.length > MOST_MEMBERS ? ` and ${keys.length - MOST_MEMBERS} more: agent-console config show` : "";
  return `name one of its settings: ${keys.slice(0, MOST_MEMBERS).join(", ")}${more}`;
}
