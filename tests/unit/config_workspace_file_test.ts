/** What of a workspace's own configuration reaches the daemon, and that one which cannot be read is heard of too. */
import { assertEquals, assertStringIncludes } from "@std/assert";
import { loadWorkspace } from "../../src/config/workspace.ts";
import { workspaceText } from "../../src/config/workspace_file.ts";
import { denoFiles } from "../../src/platform/deno_files.ts";
import { WORKSPACE_CONFIG } from "../../src/platform/home_paths.ts";
import type { FileStat } from "../../src/platform/system.ts";
import { MAX_WORKSPACE_CONFIG } from "../../src/protocol/limits.ts";

const NOW = "2026-01-01T00:00:00.000Z";
const OWN = "/h/config.jsonc";
const FILE: FileStat = { kind: "file", size: 2, mode: 0o600, uid: 0, inode: 7, device: 1, mtimeMs: 0 };

/** A disk with one file, which is read as it is in the workspace `/w`. */
function sent(stat: FileStat | undefined | Error, bytes: Uint8Array | Error, own: FileStat | undefined = undefined) {
  return workspaceText(
    {
      stat: (path) => {
        if (path === OWN) return own;
        assertEquals(path, `/w/${WORKSPACE_CONFIG}`);
        if (stat instanceof Error) throw stat;
        return stat;
      },
      readRange: (_, offset, length) => {
        if (bytes instanceof Error) throw bytes;
        return bytes.subarray(offset, offset + length);
      },
    },
    "/w",
    OWN,
  );
}

function mode(text: string | undefined) {
  return loadWorkspace(text ?? "", "/w/c", { now: NOW });
}

Deno.test("a workspace's file is sent up to its one limit, and nothing where there is none", () => {
  const text = '{"daemon": {"safety_mode": "manual"}}';
  const full = new TextEncoder().encode(text.padEnd(MAX_WORKSPACE_CONFIG));
  assertEquals(sent(FILE, full), text.padEnd(MAX_WORKSPACE_CONFIG));
  assertEquals(mode(sent(FILE, full)), { safetyMode: "manual", rules: [], warnings: [] });
  assertEquals(sent(undefined, full), undefined);
});

Deno.test("the user's own file is no workspace's, and a file of that number on another device is", () => {
  const bytes = new TextEncoder().encode("{}");
  assertEquals(sent(FILE, bytes, FILE), undefined);
  assertEquals(sent({ ...FILE, kind: "symlink" }, bytes, { ...FILE, kind: "symlink" }), undefined);
  assertEquals(sent(FILE, bytes, { ...FILE, device: 2 }), "{}");
});

Deno.test("A2 a workspace's file that is there and cannot be read makes the mode manual, and the reason is told", () => {
  const bytes = new TextEncoder().encode("{}");
  const denied = new Deno.errors.PermissionDenied("Permission denied (os error 13)");
  const cases: [string | undefined, string][] = [
    [sent(FILE, new Uint8Array(MAX_WORKSPACE_CONFIG + 1).fill(32)), "/w/c is larger than 16384 bytes"],
    [sent({ ...FILE, kind: "symlink" }, bytes), "/w/c is a symlink, not a file"],
    [sent({ ...FILE, kind: "other" }, bytes), "/w/c is a device or pipe, not a file"],
    [sent(FILE, denied), "/w/c cannot be read (Permission denied (os error 13))"],
    [sent(denied, bytes), "/w/c cannot be read (Permission denied (os error 13))"],
  ];
  for (const [text, says] of cases) {
    const { safetyMode, rules, warnings, unreadable } = mode(text);
    assertEquals([safetyMode, rules, unreadable], ["manual", [], true], says);
    assertStringIncludes(warnings.join(), says);
  }
});

Deno.test("a workspace whose .agent-console is a file has no configuration", async () => {
  const root = await Deno.makeTempDir();
  try {
    await Deno.writeTextFile(`${root}/.agent-console`, "");
    assertEquals(workspaceText(denoFiles, root, OWN), undefined);
  } finally {
    await Deno.remove(root, { recursive: true });
  }
});
