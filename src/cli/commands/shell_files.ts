/**
 * What a person made for their shell and for man with the commands in docs/commands.md: files at those very places, ours by
 * their first line. And the lines about us in files that only they write, such as `.bashrc`.
 */
import { denoFiles } from "../../platform/deno_files.ts";
import { isOurs } from "../../platform/prebuilt.ts";
import { env } from "../../platform/process.ts";
import { completionScript } from "../completion/scripts.ts";

/** Below the user's folder, with the beginning of what our commands print; docs/commands.md names the same places. */
export const SHELL_FILES: readonly { readonly place: string; readonly begins: RegExp }[] = [
  { place: ".local/share/bash-completion/completions/agent-console", begins: firstLine(completionScript("bash")) },
  { place: ".zfunc/_agent-console", begins: firstLine(completionScript("zsh"), 2) },
  { place: ".config/fish/completions/agent-console.fish", begins: firstLine(completionScript("fish")) },
  {
    place: ".local/share/man/man1/agent-console.1",
    begins: /^\.TH AGENT-CONSOLE 1 "" "agent-console \S+" "User Commands"\n/,
  },
];

/** Files in which a person may have a line about us. */
const OWN_FILES = [
  ".bashrc",
  ".bash_profile",
  ".profile",
  ".zshrc",
  ".config/fish/config.fish",
  ".tmux.conf",
  ".config/tmux/tmux.conf",
];
/** Our command as a word, in what is no comment. */
const NAMES_US = /^(?!\s*#)(?:|.*[\s"'(=;&|]|.*\.local\/bin\/)agent-console(?:$|[\s"');&|])/;
/** Longer ones are not read, bytes. */
const MAX_BYTES = 1_048_576;

export interface ShellFile {
  readonly path: string;
  readonly isOurs: boolean;
}

/** Those of {@link SHELL_FILES} that are there. */
export function shellFiles(): readonly ShellFile[] {
  return SHELL_FILES.flatMap(({ place, begins }) => {
    const path = inUserFolder(place);
    if (path === undefined || denoFiles.stat(path) === undefined) return [];
    return [{ path, isOurs: isOurs(path, "file") && begins.test(readText(path)) }];
  });
}

/** Lines that name our command, as `FILE:LINE`: no comments. */
export function linesAboutUs(): readonly string[] {
  return OWN_FILES.flatMap((place) => {
    const path = inUserFolder(place);
    const lines = path === undefined ? [] : readText(path).split("\n");
    return lines.flatMap((line, at) => NAMES_US.test(line) ? [`${path}:${at + 1}`] : []);
  });
}

function inUserFolder(place: string): string | undefined {
  const home = env("HOME");
  return home?.startsWith("/") ? `${home.replace(/\/+$/, "")}/${place}` : undefined;
}

/** Nothing where it cannot be read. */
function readText(path: string): string {
  try {
    const kind = denoFiles.stat(path)?.kind;
    if (kind !== "file" && kind !== "symlink") return "";
    const bytes = denoFiles.read(path);
    return bytes.length > MAX_BYTES ? "" : new TextDecoder().decode(bytes);
  } catch {
    return "";
  }
}

function firstLine(text: string, lines = 1): RegExp {
  const begin = text.split("\n").slice(0, lines).join("\n");
  return new RegExp(`^${begin.replace(/[.*+?^${}()|[\]\\]/g, "\\$&")}\n`);
}
