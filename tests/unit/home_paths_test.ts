import { assert, assertEquals, assertMatch } from "@std/assert";
import { homePaths, resolveFrom, resolveHome } from "../../src/platform/home_paths.ts";
import {
  checkHomeFolder,
  checkOwnFile,
  checkSocketFolder,
  checkSocketObject,
  checkSocketPath,
} from "../../src/platform/path_safety.ts";
import type { FileStat } from "../../src/platform/system.ts";

const UID = 1000;

function stat(kind: FileStat["kind"], mode = 0o700, uid: number | null = UID): FileStat {
  return { kind, size: 0, mode, uid, inode: 1, device: 1, mtimeMs: 0 };
}

Deno.test("homePaths: everything of product.md §2 lies in the root, frozen", () => {
  const paths = homePaths("/home/u/.agent-console");
  const { root, ...inside } = paths;
  assertEquals(root, "/home/u/.agent-console");
  for (const path of Object.values(inside)) assert(path.startsWith(`${root}/`), path);
  assertEquals(new Set(Object.values(paths)).size, Object.keys(paths).length);
  assertEquals(paths.socket, `${root}/daemon.sock`);
  assertEquals(paths.startLock, `${root}/daemon.start.lock`);
  assertEquals(paths.log, `${root}/logs/daemon.log`);
  assert(Object.isFrozen(paths));
});

Deno.test("resolveHome: flag over environment over HOME; empty counts as absent; always absolute and normal", () => {
  const env = { AGENT_CONSOLE_HOME: "/env//home/" };
  const options = { env, userHome: "/home/u", cwd: "/cwd" };
  assertEquals(resolveHome({ ...options, flag: "/flag/./x/../home" }), "/flag/home");
  assertEquals(resolveHome({ ...options, flag: "rel/../home" }), "/cwd/home");
  assertEquals(resolveHome({ ...options, flag: "" }), "/env/home");
  assertEquals(resolveHome({ ...options, env: { AGENT_CONSOLE_HOME: "h" } }), "/cwd/h");
  assertEquals(resolveHome({ ...options, env: { AGENT_CONSOLE_HOME: "" } }), "/home/u/.agent-console");
  assertEquals(resolveHome({ ...options, env: {} }), "/home/u/.agent-console");
  assertEquals(resolveHome({ env: {}, userHome: undefined, cwd: "/cwd" }), undefined);
  assertEquals(resolveFrom("/../..", "/x"), "/");
});

Deno.test("S3 a home that is a symlink, a file, foreign or writable by others is refused with its reason", () => {
  const check = (of: FileStat) => checkHomeFolder("/h", of, UID);
  assertEquals(check(stat("symlink", 0o777)), "is a symlink, not a folder");
  assertEquals(check(stat("file")), "is a file, not a folder");
  assertEquals(check(stat("directory", 0o700, 65534)), "belongs to uid 65534, not to you (uid 1000)");
  for (const mode of [0o777, 0o720, 0o702]) {
    assertMatch(
      check(stat("directory", mode)) ?? "",
      /^has mode 07\d\d, which lets others write to it$/,
    );
  }
  for (const mode of [0o700, 0o750, 0o755]) assertEquals(check(stat("directory", mode)), undefined);
  assertMatch(checkHomeFolder("/", stat("directory"), UID) ?? "", /root of the file system/);
});

Deno.test("S5 a socket path over 103 bytes is refused with its length, counted in UTF-8", () => {
  assertEquals(checkSocketPath(`/${"a".repeat(102)}`), undefined);
  assertMatch(checkSocketPath(`/${"a".repeat(103)}`) ?? "", /^is 104 bytes long, more than the 103 /);
  assertMatch(checkSocketPath(`/${"ü".repeat(52)}`) ?? "", /^is 105 bytes long/);
  assertMatch(checkSocketPath("s.sock") ?? "", /relative/);
});

Deno.test("S4 a foreign socket, or one in a foreign or open folder, is refused; root's folders are fine", () => {
  assertEquals(checkSocketObject(undefined, UID), undefined);
  assertEquals(checkSocketObject(stat("socket", 0o600), UID), undefined);
  assertMatch(checkSocketObject(stat("socket", 0o600, 65534), UID) ?? "", /^belongs to uid 65534/);
  assertMatch(checkSocketObject(stat("socket", 0o777, 0), UID) ?? "", /^belongs to uid 0/);
  assertEquals(checkSocketFolder(stat("directory", 0o755), UID), undefined);
  assertEquals(checkSocketFolder(stat("directory", 0o777, 0), UID), undefined);
  assertMatch(checkSocketFolder(stat("directory", 0o755, 65534), UID) ?? "", /^belongs to uid 65534/);
  assertMatch(checkSocketFolder(stat("directory", 0o777), UID) ?? "", /^has mode 0777/);
  assertMatch(checkSocketFolder(stat("symlink", 0o777, UID), UID) ?? "", /^is a symlink/);
});

Deno.test("S6 a file, folder or symlink at the socket's path is refused by its kind", () => {
  assertEquals(checkSocketObject(stat("file"), UID), "is a file, not a socket");
  assertEquals(checkSocketObject(stat("directory"), UID), "is a folder, not a socket");
  assertEquals(checkSocketObject(stat("symlink"), UID), "is a symlink, not a socket");
});

Deno.test("a configuration that others could have written is refused; one that they can read is not", () => {
  assertEquals(checkOwnFile(stat("file", 0o644), UID), undefined);
  assertMatch(checkOwnFile(stat("file", 0o664), UID) ?? "", /^has mode 0664/);
  assertMatch(checkOwnFile(stat("file", 0o600, 65534), UID) ?? "", /^belongs to uid 65534/);
  assertMatch(checkOwnFile(stat("symlink", 0o777), UID) ?? "", /^is a symlink, not a file$/);
});
