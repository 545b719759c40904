/** R7 with the real OpenCode: prompts go over its own server into the window that has it, and into no other. */
import { assertEquals, assertStringIncludes } from "@std/assert";
import { TestHome } from "../support/harness.ts";
import { denoDir, isRoot } from "../support/harness_guard.ts";
import { eventually } from "../support/harness_wait.ts";
import { endScenario, inLab, LAB, labTest, STEP_MS } from "../support/lab.ts";
import { promptsGoIn } from "../support/lab_prompts.ts";
import type { Json } from "../support/wire.ts";

/**
 * One OpenCode with a server and one without, and our daemon beside them, whose command line comes as the arguments
 * behind the plugin. It says what the first window shows where the file `look` is.
 */
const SCRIPT =
  `. "$LAB/lab.sh"; . "$LAB/opencode-env.sh"; KEEP_HOME= KEEP_CAP= OC_EXTRA_ENV=$LAB_ENV; start ac-opencode >&2
opencode_env ac-opencode; cd "$WORK"; cp "$1" "$CHOME/.config/opencode/plugin/lab.js"; LOOK=$2; shift 2
setsid "$@" & HUB_PID=$!
T_start "\${OC[@]}" "$OC_BIN" --port 4096; T_wait 'Ask anything' 60; sleep 1; T_type 'say:typed-here'; T_wait 'mock-model ·' 30; echo served
TW=$TS; TS=lab-other-$$; T_start "\${OC[@]}" "$OC_BIN"; T_wait 'Ask anything' 60; sleep 1; T_type 'say:typed-there'; T_wait 'mock-model ·' 30
echo both; for i in $(seq 1200); do [ -e "$LOOK" ] && break; sleep 0.1; done; T_kill; TS=$TW; T_show; echo shown; sleep 1; T_kill; kill $HUB_PID; wait $HUB_PID`;

labTest(
  "opencode",
  "R7 real OpenCode: a prompt from outside is shown in the window that has the server, waits, and is cancelled",
  async () => {
    await using home = await TestHome.create({ config: '{"feeds": {"opencode_server": true}}' });
    const configDir = `${home.root}/oc`;
    assertEquals(
      (await home.cli(["hooks", "install", "opencode"], { env: { OPENCODE_CONFIG_DIR: configDir } })).code,
      0,
    );
    const { argv, env } = home.command(["daemon"]);
    const look = `${home.root}/look`;
    const script = ["bash", "-c", SCRIPT, "opencode", `${configDir}/plugin/agent-console.js`, look, ...argv];
    await using scenario = inLab(home, isRoot ? [`${LAB}/bin/labns`, ...script] : script, {
      ...env,
      LAB_NS: "0",
      LAB_ENV: `DENO_DIR=${denoDir()}`,
    });
    const submit = (id: string, text: string) => home.cli(["submit", id, text]);
    try {
      await home.ready(() => scenario.ended, STEP_MS);
      await scenario.says("served", 5 * STEP_MS);
      const rows = async () => (await home.json(["ls", "--json"]))["sessions"] as Json[];
      const [first] = await eventually(
        async () => {
          const all = await rows();
          return all.some(({ status }) => status === "idle") ? all : undefined;
        },
        STEP_MS,
        "its row",
        200,
      );
      const id = String(first?.["id"]);
      await promptsGoIn(home, id);

      const long = submit(id, "slow:60");
      await eventually(
        async () => {
          const { turns } = await home.json(["context", "--json"]) as { turns: Json[] };
          return turns.at(-1)?.["status"] === "running" && (await rows())[0]?.["status"] === "working";
        },
        STEP_MS,
        "a turn that runs",
        200,
      );
      assertEquals((await home.cli(["cancel", id])).code, 0);
      assertStringIncludes((await long).stderr, "cancelled");

      await scenario.says("both", 5 * STEP_MS);
      const other = await eventually(
        async () => (await rows()).find((row) => row["id"] !== id)?.["id"],
        STEP_MS,
        "the row of the window without a server",
        200,
      );
      const refused = await submit(String(other), "say:not here");
      assertEquals(refused.code, 1);
      assertStringIncludes(refused.stderr, "opencode does not tell of this session there");
      await Deno.writeTextFile(look, "");
      await scenario.says("shown", STEP_MS);
      for (const text of ["run:echo made-here", "behind it", "slow:60"]) {
        assertStringIncludes(scenario.stdout, text, "what its window shows");
      }
    } finally {
      await endScenario(scenario);
    }
  },
);
