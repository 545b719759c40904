/** S3, S5: what to do where a home or a socket is refused. */
import { assertEquals, assertThrows } from "@std/assert";
import { assertEndpointSafe, assertHomeSafe } from "../../src/config/endpoint.ts";
import { homePaths } from "../../src/platform/home_paths.ts";
import type { FileStat } from "../../src/platform/system.ts";
import { ConsoleError } from "../../src/protocol/errors.ts";

const UID = 1000;
const FOLDER: FileStat = {
  ...{ kind: "directory", size: 0, mode: 0o777, isSticky: false },
  ...{ uid: UID, inode: 1, device: 1, mtimeMs: 0 },
};
const LOCK: FileStat = { ...FOLDER, kind: "file", mode: 0o600 };
const OTHER = "name a folder of your own with --home or AGENT_CONSOLE_HOME";

function hintOf(act: () => void): string | undefined {
  return (assertThrows(act, ConsoleError) as unknown as ConsoleError).hint;
}

Deno.test("S3 only a folder that has been a home is to be made private, and none of the system's", () => {
  const cases: readonly (readonly [FileStat, FileStat | undefined, string])[] = [
    [FOLDER, LOCK, "chmod go-w /h"],
    [FOLDER, undefined, OTHER],
    [{ ...FOLDER, isSticky: true }, LOCK, OTHER],
    [FOLDER, { ...LOCK, uid: 7 }, OTHER],
    [FOLDER, { ...LOCK, mode: 0o666 }, OTHER],
    [FOLDER, { ...LOCK, kind: "symlink" }, OTHER],
    [{ ...FOLDER, mode: 0o755, uid: 0 }, undefined, OTHER],
    [{ ...FOLDER, kind: "file" }, undefined, OTHER],
  ];
  for (const [folder, lock, hint] of cases) {
    const stat = (path: string) => path === "/h" ? folder : lock;
    assertEquals(hintOf(() => assertHomeSafe({ stat }, "/h", UID)), hint);
  }
  const stat = (path: string) => {
    if (path === "/h") return FOLDER;
    throw new Deno.errors.NotCapable("the sandbox of a hook");
  };
  assertEquals(hintOf(() => assertHomeSafe({ stat }, "/h", UID)), OTHER);
});

Deno.test("S5 a socket path that is too long comes with what to shorten", () => {
  const paths = homePaths(`/${"h".repeat(120)}`);
  assertEquals(
    hintOf(() => assertEndpointSafe({ stat: () => undefined }, { paths, socketPath: paths.socket, uid: UID })),
    "name a shorter one with --socket or daemon.ipc_socket_path, or a shorter home with --home",
  );
});
