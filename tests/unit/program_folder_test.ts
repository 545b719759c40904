import { assertEquals } from "@std/assert";
import { notFoundText } from "../../src/cli/commands/command_path.ts";
import { programPlace } from "../../src/platform/program.ts";
import { programPaths, programRootOf, stableFolder } from "../../src/platform/program_folder.ts";

const ROOT = "/home/u/.local/share/agent-console";

Deno.test("X2 the program's place is that of the XDG Base Directory Specification", () => {
  assertEquals(programPaths("/home/u", {})?.root, ROOT);
  assertEquals(programPaths("/home/u/", { XDG_DATA_HOME: "" })?.root, ROOT);
  assertEquals(programPaths("/home/u", { XDG_DATA_HOME: "relative" })?.root, ROOT);
  assertEquals(programPaths("/home/u", { XDG_DATA_HOME: "/data/" })?.root, "/data/agent-console");
  assertEquals(programPaths("/home/u", { XDG_DATA_HOME: "/data" })?.binLink, "/home/u/.local/bin/agent-console");
  assertEquals(programPaths(undefined, {}), undefined);
  assertEquals(programPaths("somewhere", {}), undefined);
});

Deno.test("X2 a version is named by the link that leads to it, and by itself where the link leads elsewhere", () => {
  const name = "0.1.0-0123abcd";
  assertEquals(stableFolder(`${ROOT}/${name}`, () => name), `${ROOT}/current`);
  assertEquals(stableFolder(`${ROOT}/current`, () => undefined), `${ROOT}/current`);
  assertEquals(stableFolder(`${ROOT}/${name}`, () => "0.1.0-ffffffff"), `${ROOT}/${name}`);
  assertEquals(stableFolder(`${ROOT}/${name}`, () => undefined), `${ROOT}/${name}`);
  for (const other of ["/srv/clone", "/srv/agent-console", `${ROOT}/start`, `/srv/other/${name}`]) {
    assertEquals(stableFolder(other, () => name), other);
    assertEquals(programRootOf(other), undefined);
  }
});

Deno.test("X2 no rule lets an agent's call reach any version, whichever of them runs", () => {
  const entry = (folder: string) => ({ form: "bundle", deno: "/d", entry: `${folder}/agent-consoled.js` }) as const;
  assertEquals(programPlace(entry(`${ROOT}/current`)), ROOT);
  assertEquals(programPlace(entry(`${ROOT}/0.1.0-0123abcd`)), ROOT);
  assertEquals(programPlace(entry("/srv/dist")), "/srv/dist");
});

Deno.test("first hour 1: the line for PATH is that of the user's shell", () => {
  const link = "/home/u/.local/bin/agent-console";
  const told = (path: string, shell = "/bin/bash", there: readonly string[] = []) =>
    notFoundText({ link, path, shell, isThere: (at) => there.includes(at) });
  assertEquals(told("/usr/bin:/home/u/.local/bin"), undefined);
  assertEquals(told("/home/u/.local/bin/"), undefined);
  const sh = 'export PATH="$HOME/.local/bin:$PATH"';
  for (
    const [shell, file, line] of [
      ["/bin/bash", "~/.bashrc", sh],
      ["/usr/bin/zsh", "~/.zshrc", sh],
      ["/usr/bin/fish", "~/.config/fish/config.fish", "fish_add_path ~/.local/bin"],
      ["", "~/.profile", sh],
    ] as const
  ) {
    const text =
      `note: /home/u/.local/bin is not on your PATH. Add this line to ${file} and open a new terminal:\n  ${line}`;
    assertEquals(told("/usr/bin:/bin", shell), text);
  }
  const other = "/usr/bin/agent-console";
  assertEquals(
    told("/usr/bin:/home/u/.local/bin", "/bin/sh", [other]),
    `note: ${other} comes first on your PATH, and is another command`,
  );
  assertEquals(told("/home/u/.local/bin:/usr/bin", "/bin/sh", [other]), undefined);
});
