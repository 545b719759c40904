/** What passes of calls on files: an agent may read a path in its own way, and a search shows more than it names. */
import { assertEquals } from "@std/assert";
import type { ApprovalRequest } from "../../src/domain/approval.ts";
import { callOf, HOOK_FORMAT_TOOLS } from "../../src/agents/shared/tool_table.ts";
import { classify } from "../../src/policy/classify.ts";
import { resolvePath } from "../../src/policy/places.ts";
import { evaluatePolicy } from "../../src/policy/evaluation.ts";
import { answer, CALLER, classified, requestOf, rule, said, WHERE } from "../support/policy_samples.ts";

/** What is said of a call of one of the common tools. */
function call(
  tool: string,
  input: Record<string, unknown>,
  mode: "guarded" | "autonomous" = "guarded",
  rules = [] as ReturnType<typeof rule>[],
) {
  const request: ApprovalRequest = { ...requestOf(""), ...callOf(tool, input, HOOK_FORMAT_TOOLS) };
  const where = { ...WHERE, cwd: resolvePath(request.cwd ?? "", "/p/app") };
  return said(evaluatePolicy(classify(request, where), { safetyMode: mode, rules }, CALLER));
}

Deno.test("A1 a path that its agent trims, or begins at the home, passes as no read and by no rule", () => {
  for (
    const path of [
      "~",
      "~/",
      "~/notes.txt",
      " /etc/hosts",
      "\t/etc/hosts",
      "\u00a0/etc/hosts",
      "\ufeff/etc/hosts",
      "a.ts ",
    ]
  ) {
    assertEquals([path, call("Read", { file_path: path })], [path, "ask"]);
    assertEquals([path, call("Grep", { pattern: "x", path })], [path, "ask"]);
    assertEquals([path, call("Grep", { pattern: "x", path, glob: "*.ts" })], [path, "ask"]);
    assertEquals([path, call("Glob", { pattern: "*.md", path })], [path, "ask"]);
    const all = [rule("*", { tool: "Write" })];
    assertEquals([path, call("Write", { file_path: path, content: "x" }, "autonomous", all)], [path, "ask"]);
  }
  assertEquals(call("Read", { file_path: "/p/app/a.ts" }), "yes");
});

Deno.test("A1 a deny rule for files is not passed by with blanks, and asks where the home may be meant", () => {
  const rules = [rule("/etc/*", { tool: "Read", decision: "deny" }), rule("*", { tool: "Read" })];
  for (const path of ["/etc/hosts", " /etc/hosts", "\u00a0/etc/hosts", "\ufeff/etc/hosts "]) {
    assertEquals([path, call("Read", { file_path: path }, "autonomous", rules)], [path, "no"]);
  }
  assertEquals(call("Read", { file_path: "~/x" }, "autonomous", rules), "ask");
});

Deno.test("A1 a search passes where its filters or its folder keep it from what may be secret", () => {
  const asked = [
    { pattern: "SECRET", glob: "!*.ts" },
    { pattern: "SECRET", glob: "!*.ts", path: "." },
    { pattern: "SECRET", glob: ["!*.ts"] },
    { pattern: "SECRET", glob: ["*.ts", "!a.ts"] },
    { pattern: "S.c" },
    { pattern: "x.ts" },
    { pattern: "S.c", path: "" },
    { pattern: "S.c", path: null },
    { pattern: "S.c", type: "all" },
    { pattern: "x", path: "." },
    { pattern: "x", path: "/p/app" },
    { pattern: "x", path: "/p/app/src/.." },
    { pattern: "x", glob: "*.ts", folder: "/etc" },
    { pattern: "x", glob: "*.{ts,env}" },
    { pattern: "x", path: "src", dir_path: "/etc" },
    { pattern: "x", path: "src", folder: "/etc", glob: "*.ts" },
    { pattern: "x", path: "src", paths: ["/etc"] },
  ];
  for (const input of asked) assertEquals([input, call("Grep", input)], [input, "ask"]);
  for (
    const input of [{ pattern: "a/b", glob: "*.ts" }, { pattern: "x", path: "src" }, {
      pattern: "x",
      glob: "*.ts",
      path: "src",
    }]
  ) {
    assertEquals([input, call("Grep", input)], [input, "yes"]);
  }
  assertEquals(call("Glob", { pattern: "**/*.ts" }), "yes");
  for (
    const [tool, input] of [
      ["Glob", { pattern: "/etc/*", glob: "*.ts" }],
      ["Glob", { pattern: "../*", include: "*.md" }],
      ["Read", { file_path: "src/a.ts", absolute_path: "/etc/hosts" }],
      ["Read", { file_path: "src/a.ts", path: "/etc/hosts" }],
    ] as const
  ) assertEquals([input, call(tool, input)], [input, "ask"]);
  const deny = [rule("/etc/*", { tool: "*", decision: "deny" })];
  assertEquals(call("Glob", { pattern: "/etc/*" }, "guarded", deny), "no");
  assertEquals(call("Grep", { pattern: "x", path: "src", dir_path: "/etc/x" }, "guarded", deny), "no");
  assertEquals(call("Read", { file_path: "src/a.ts", path: "/etc/x" }, "guarded", deny), "no");
  for (const pattern of ["../**/*.md", "/etc/*.md", "**/.env", "**"]) {
    assertEquals([pattern, call("Glob", { pattern })], [pattern, "ask"]);
  }
});

Deno.test("A1 a command whose input names another folder is judged there", () => {
  for (const name of ["directory", "dir_path", "workdir", "cwd"]) {
    assertEquals([name, call("Bash", { command: "ls", [name]: "/etc" })], [name, "ask"]);
  }
  assertEquals(call("Bash", { command: "ls", directory: "~/x" }), "ask");
  assertEquals(call("Bash", { command: "ls", directory: ["/etc"] }), "ask");
  assertEquals(call("Bash", { command: "ls", directory: "src", workdir: "/etc" }), "ask");
  const odd = [rule("make *"), rule("make", { by: "cli:admin" })];
  assertEquals(call("Bash", { command: "make", cwd: " /evil" }, "autonomous", odd), "ask");
});

Deno.test("A1 a call on more files than anybody reads is asked, under any rule", () => {
  const paths = Array.from({ length: 30_000 }, (_, at) => `/p/app/a${at}.ts`);
  const patch = classified("*** Begin Patch", { action: "write", tool: "apply_patch", paths });
  assertEquals(answer(patch, "autonomous", [rule("*", { tool: "*" })]), "ask");
});
