/** H5: the real agents, driven by the daemon over ACP: a prompt, a tool, a request that is approved here, and their end. */
import { assert, assertEquals, assertMatch } from "@std/assert";
import { REPOSITORY, TestHome } from "../support/harness.ts";
import { denoDir } from "../support/harness_guard.ts";
import { inLab, LAB, type LabAgent, labTest } from "../support/lab.ts";

interface Step {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

const AGENTS: readonly LabAgent[] = ["claude", "codex", "gemini", "opencode"];

for (const agent of AGENTS) {
  labTest(
    agent,
    `H5 R1 R2 ${agent} is run by the daemon: it answers, asks, goes on in another daemon, and ends with it`,
    async () => {
      await using home = await TestHome.create();
      const config = `--config=${REPOSITORY}/deno.json`;
      const client = [Deno.execPath(), "run", "-A", "--no-check", "--cached-only", config];
      const script = `${REPOSITORY}/tests/support/lab_turns.ts`;
      await using scenario = inLab(home, [`${LAB}/run-acp.sh`, agent, ...client, script, agent], {
        DENO_DIR: denoDir(),
      });
      await scenario.exit(120_000);
      const line = scenario.stdout.split("\n").find((one) => one.startsWith('{"said"'));
      assert(line !== undefined, `${scenario.stdout}\n${scenario.stderr}`);
      const told = JSON.parse(line) as Record<"said" | "called", Step> & {
        asked: Step & { input: string };
        left: { agents: number; children: number; ms: number };
        again: Step;
        resumed: Record<string, unknown>;
        shown: readonly string[];
        chat: Step | null;
        job: Record<string, unknown> | null;
        pids: number;
        lives: number;
      };
      assertMatch(told.said.stdout, /hello there\n$/, told.said.stderr);
      assertMatch(told.called.stdout, /\bhi\b/, told.called.stderr);
      assertEquals(told.asked.code, 0, told.asked.stderr);
      assertMatch(told.asked.input, /^touch \S*made-by-us$/);
      assertEquals([told.left.agents, told.left.children], [0, 0], `after ${told.left.ms} ms`);
      if (agent === "gemini") { // says that it can, and does not find what it has written itself
        assertMatch(told.again.stderr, /Invalid session identifier/);
        assertMatch(
          String(told.resumed["error"]),
          /^the daemon ended in it; the agent gemini: .*Invalid session identifier/,
        );
      } else {
        assertMatch(told.again.stdout, /still here\n$/, told.again.stderr);
        assertEquals([told.resumed["status"], told.resumed["resumed"]], ["finished", true]);
      }
      if (agent === "codex") {
        assertMatch(told.chat?.stdout ?? "", /by the chat\n$/, told.chat?.stderr);
        assertEquals(told.job?.["outcome"], "succeeded");
      }
      if (Deno.env.get("AC_SCREENS") === "write") {
        await Deno.writeTextFile(`${REPOSITORY}/tests/fixtures/acp/session_${agent}.txt`, `${told.shown.join("\n")}\n`);
      }
      assertEquals([told.pids > 0, told.lives], [true, 0]);
    },
  );
}

labTest(
  "codex",
  "H5 R1 V3 a real agent is driven by the page: a prompt, a request answered by its button, and the end of both",
  async () => {
    await using home = await TestHome.create();
    const client = [Deno.execPath(), "run", "-A", "--no-check", "--cached-only", `--config=${REPOSITORY}/deno.json`];
    const script = `${REPOSITORY}/tests/support/lab_page.ts`;
    await using scenario = inLab(home, [`${LAB}/run-acp.sh`, "codex", ...client, script], { DENO_DIR: denoDir() });
    await scenario.exit(120_000);
    const line = scenario.stdout.split("\n").find((one) => one.startsWith('{"told"'));
    assert(line !== undefined, `${scenario.stdout}\n${scenario.stderr}`);
    assertEquals(JSON.parse(line), { told: ["finished web", "finished web"] });
  },
);
