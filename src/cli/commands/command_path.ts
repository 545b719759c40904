/** Whether the shell finds the installed command by its name, and the line that lets it. */
import { isAbsent } from "../../platform/deno_files.ts";
import { env } from "../../platform/process.ts";
import type { CommandContext } from "../context.ts";
import { withTilde } from "../tilde.ts";

/** Says what is missing for `agent-console` to run the command at `link`; nothing where it does. */
export function tellIfNotFound(run: Pick<CommandContext, "out">, link: string): void {
  const text = notFoundText({
    link,
    path: env("PATH") ?? "",
    shell: env("SHELL") ?? "",
    isThere: (at) => !isAbsent(at),
  });
  if (text !== undefined) run.out.note(text);
}

export interface Shell {
  readonly link: string;
  /** The values of PATH and SHELL. */
  readonly path: string;
  readonly shell: string;
  readonly isThere: (path: string) => boolean;
}

/** Undefined where PATH leads to `link` first. */
export function notFoundText({ link, path, shell, isThere }: Shell): string | undefined {
  const at = link.lastIndexOf("/");
  const [bin, name] = [link.slice(0, at), link.slice(at + 1)];
  const folders = path.split(":").map((folder) => folder.replace(/(?<=.)\/+$/, ""));
  const place = folders.indexOf(bin);
  if (place === -1) {
    const { file, line } = lineFor(shell.slice(shell.lastIndexOf("/") + 1));
    return `note: ${withTilde(bin)} is not on your PATH. Add this line to ${file} and open a new terminal:\n  ${line}`;
  }
  const first = folders.slice(0, place).find((folder) => folder.startsWith("/") && isThere(`${folder}/${name}`));
  return first === undefined
    ? undefined
    : `note: ${withTilde(`${first}/${name}`)} comes first on your PATH, and is another command`;
}

/** `.local/bin` is ours by the XDG Base Directory Specification, which has no variable for it. */
function lineFor(shell: string): { readonly file: string; readonly line: string } {
  if (shell === "fish") return { file: "~/.config/fish/config.fish", line: "fish_add_path ~/.local/bin" };
  const file = shell === "bash" ? "~/.bashrc" : shell === "zsh" ? "~/.zshrc" : "~/.profile";
  return { file, line: 'export PATH="$HOME/.local/bin:$PATH"' };
}
