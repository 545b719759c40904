/** Point by point on the real program: whose row it is, whose question, and that a name is not another agent's. */
import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { TestHome } from "../support/harness.ts";
import { eventually } from "../support/harness_wait.ts";
import type { Json } from "../support/wire.ts";

const PROMPT = { session_id: "s1", hook_event_name: "UserPromptSubmit", cwd: "/x", prompt: "hello" };

async function rows(home: TestHome): Promise<Json[]> {
  return (await home.json(["ls", "--all", "--json"]))["sessions"] as Json[];
}

Deno.test("S1 a name that is another agent's makes no row: the hook is silent, the log says why, commands refuse it", async () => {
  await using home = await TestHome.create();
  await home.start();
  for (const name of ["claude", "Claude", "c1aude", "codex"]) {
    const { code, stdout, stderr } = await home.cli(["hook", "claude-like", "--name", name], {
      stdin: JSON.stringify(PROMPT),
    });
    assertEquals([code, stdout, stderr], [0, "", ""], name);
  }
  const custom = JSON.stringify({ agent: "claude", session: "s2", event: "prompt", prompt: "x" });
  assertEquals((await home.cli(["hook", "custom"], { stdin: custom })).code, 0);
  assertEquals(await rows(home), []);
  const { stdout } = await home.cli(["daemon", "logs"]);
  assertStringIncludes(stdout, "claude-like:claude");
  assertStringIncludes(stdout, "the name of an agent that reports for itself");
  const { code, stderr } = await home.cli(["session", "update", "s3", "--agent", "claude", "--title", "x"]);
  assertEquals(code, 2, stderr);
  assertStringIncludes(stderr, "hint:");
  assertEquals(await rows(home), []);
});

Deno.test("H3 Codex runs the hooks of user and project both: said at the second installation, one question, both answered", async () => {
  await using home = await TestHome.create();
  const env = { PATH: "/nonexistent", CODEX_HOME: `${home.root}/.codex-home` };
  const install = async (...more: string[]) =>
    (await home.cli(["hooks", "install", "codex", ...more], { env, cwd: home.root })).stdout;
  assert(!(await install()).includes("runs both"));
  const second = await install("--project");
  assertStringIncludes(second, `Codex runs both, these and those in ${home.root}/.codex-home/hooks.json`);

  await home.start();
  await using window = await home.connect({ token: true });
  await window.request("subscribe", { answers: true });
  const event = {
    session_id: "s1",
    turn_id: "t1",
    cwd: "/x",
    hook_event_name: "PermissionRequest",
    tool_name: "Bash",
    tool_input: { command: "touch x" },
  };
  const hooks = [1, 2].map(() => home.cli(["hook", "codex"], { stdin: JSON.stringify(event), timeoutMs: 30_000 }));
  const pending = async () => (await home.json(["approvals", "--json"]))["approvals"] as Json[];
  const [asked] = await eventually(
    async () => {
      const open = await pending();
      return open.length > 0 && open;
    },
    10_000,
    "the question",
  );
  await new Promise((resolve) => setTimeout(resolve, 1000)); // both hooks have come
  assertEquals((await pending()).length, 1);
  assertEquals((await home.cli(["approve", String(asked?.["id"])])).code, 0);
  for (const { stdout } of await Promise.all(hooks)) assertStringIncludes(stdout, '"behavior":"allow"');
  assertEquals(await pending(), []);
});
