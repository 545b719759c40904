/**
 * A workspace's own `.agent-console/config.jsonc`. Anybody who can change the workspace writes it, so it is used only
 * where it makes things stricter (policy/evaluation.ts `withWorkspacePolicy`): its safety mode and its rules, nothing else. Pure.
 */
import type { WorkspacePolicy } from "../policy/evaluation.ts";
import type { SafetyMode } from "../domain/safety_mode.ts";
import { type GivenRule, givenRules } from "../policy/rule.ts";
import { maskSecrets } from "../domain/mask.ts";
import { clip, escapeControls } from "../domain/sanitize.ts";
import { ConsoleError } from "../protocol/errors.ts";
import { BASE_SCHEMA } from "./base_sections.ts";
import { type Member, readSource } from "./parse.ts";
import { checkMembers } from "./validate.ts";
import { UNREAD } from "./workspace_file.ts";

const USED_KEYS = new Set(["daemon.safety_mode", "approvals.rules"]);
const USED_SECTIONS = new Set(["daemon", "approvals"]);

/**
 * Reads what workspace_file.ts `workspaceText` gives. Whatever in it cannot be read makes the mode `manual`, with a
 * warning; rules that can be read stay.
 *
 * @param file for the warnings
 * @param now for the rules' times, ISO 8601 UTC
 */
export function loadWorkspace(text: string, file: string, { now }: { readonly now: string }): WorkspacePolicy {
  const shown = clip(escapeControls(maskSecrets(file)), 300);
  // A file may begin so by itself: then it is no JSON, and these words are its own.
  if (text.startsWith(UNREAD)) {
    return unreadable(
      `${shown} ${clip(escapeControls(maskSecrets(text.slice(UNREAD.length))), 160)}`,
    );
  }
  try {
    return read(readSource(text, shown, "jsonc"), now);
  } catch (error) {
    if (!(error instanceof ConsoleError)) throw error;
    return unreadable(error.message);
  }
}

function unreadable(warning: string): WorkspacePolicy {
  return { safetyMode: "manual", rules: [], warnings: [`${warning}: the safety mode is manual`], unreadable: true };
}

function read(sections: readonly Member[], now: string): WorkspacePolicy {
  const used = sections.map((section): Member => {
    const { name: outer, members } = section;
    return members === undefined
      ? section
      : { ...section, members: members.filter(({ name }) => USED_KEYS.has(`${outer}.${name}`)) };
  });
  const { values, problems } = checkMembers(used.filter(({ name }) => USED_SECTIONS.has(name)), BASE_SCHEMA);
  const ignored = sections.flatMap(({ name, at, members }) => {
    if (members === undefined) return USED_SECTIONS.has(name) ? [] : [notUsed(at, name)];
    return members.filter((member) => !USED_KEYS.has(`${name}.${member.name}`))
      .map((member) => notUsed(member.at, `${name}.${member.name}`));
  });
  const mode = values.get("daemon.safety_mode")?.value as SafetyMode | undefined;
  const safetyMode = problems.length > 0 ? "manual" : mode;
  return {
    ...(safetyMode === undefined ? {} : { safetyMode }),
    rules: givenRules(rulesOf(used), "workspace", now),
    warnings: [...problems.map((problem) => `${problem}: the safety mode is manual`), ...ignored].slice(0, 20),
    ...(problems.length > 0 ? { unreadable: true } : {}),
  };
}

function notUsed(at: string, key: string): string {
  return `${at} ${clip(escapeControls(maskSecrets(key)), 80)} is not read from a workspace`;
}

/** All rules that can be read, also beside some that cannot, and of a key that is given twice: each deny counts. */
function rulesOf(sections: readonly Member[]): readonly GivenRule[] {
  const setting = BASE_SCHEMA.find("approvals.rules")!;
  const members = sections.flatMap(({ members = [] }) => members).filter(({ name }) => name === "rules");
  return members.flatMap(({ value }) => Array.isArray(value) ? value : [])
    .filter((item): item is GivenRule => setting.accepts([item]));
}
