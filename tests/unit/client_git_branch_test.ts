import { assertEquals } from "@std/assert";
import { branchOf, type GitDisk } from "../../src/client/git_branch.ts";
import type { FileStat } from "../../src/platform/system.ts";

const FOLDER = { folder: true };
const COMMIT = "0123456789abcdef0123456789abcdef01234567";

/** Paths with the text of a file; or a folder, or anything else that stands there. */
function disk(entries: Readonly<Record<string, string | typeof FOLDER | FileStat["kind"] & "other">>): GitDisk {
  const kindOf = (path: string): FileStat["kind"] | undefined => {
    const entry = entries[path];
    return entry === undefined ? undefined : entry === FOLDER ? "directory" : entry === "other" ? "other" : "file";
  };
  return {
    stat: (path) => {
      const kind = kindOf(path);
      return kind && { kind, size: 1, mode: 0o600, uid: 0, inode: 1, device: 1, mtimeMs: 0 };
    },
    readRange: (path, offset, length) => {
      const entry = entries[path];
      if (typeof entry !== "string" || entry === "other") throw new Error(`${path} would hold us`);
      return new TextEncoder().encode(entry).subarray(offset, offset + length);
    },
  };
}

Deno.test("branchOf: from .git/HEAD of the folder or one above it", () => {
  const files = disk({ "/r/.git": FOLDER, "/r/.git/HEAD": "ref: refs/heads/feat/x y\n" });
  assertEquals(branchOf(files, "/r"), "feat/x y");
  assertEquals(branchOf(files, "/r/a/b/"), "feat/x y");
  assertEquals(branchOf(files, "/elsewhere"), undefined);
  assertEquals(branchOf(files, "relative"), undefined);
  assertEquals(branchOf(disk({ "/.git": FOLDER, "/.git/HEAD": "ref: refs/heads/root" }), "/a"), "root");
});

Deno.test("branchOf: a detached HEAD is the beginning of its commit; other formats are unknown", () => {
  const head = (text: string) => branchOf(disk({ "/r/.git": FOLDER, "/r/.git/HEAD": text }), "/r");
  assertEquals(head(`${COMMIT}\n`), "0123456");
  assertEquals(head("ref: refs/heads/.invalid\n"), undefined);
  assertEquals(head("ref: refs/remotes/x\n"), undefined);
  assertEquals(head(""), undefined);
  assertEquals(head("\u0000\u0001"), undefined);
});

Deno.test("branchOf: a worktree's and a submodule's .git is a file that names the folder", () => {
  const files = disk({
    "/w/.git": "gitdir: /r/.git/worktrees/w\n",
    "/r/.git/worktrees/w/HEAD": "ref: refs/heads/wt\n",
    "/r/sub/.git": "gitdir: ../.git/modules/sub\n",
    "/r/sub/../.git/modules/sub/HEAD": "ref: refs/heads/main\r\n",
    "/bad/.git": "what\n",
  });
  assertEquals(branchOf(files, "/w/deep"), "wt");
  assertEquals(branchOf(files, "/r/sub"), "main");
  assertEquals(branchOf(files, "/bad"), undefined);
});

Deno.test("branchOf: what is no file is not opened, an error of the disk is no branch", () => {
  assertEquals(branchOf(disk({ "/r/.git": "other" }), "/r"), undefined);
  assertEquals(branchOf(disk({ "/r/.git": FOLDER, "/r/.git/HEAD": "other" }), "/r"), undefined);
  const refusing: GitDisk = {
    stat: () => {
      throw new Error("refused");
    },
    readRange: () => new Uint8Array(),
  };
  assertEquals(branchOf(refusing, "/r"), undefined);
});
