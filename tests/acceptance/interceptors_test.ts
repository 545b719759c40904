/** A feature that tightens approvals, through the whole program: hooks, rules, the command line and the journal. */
import { assert, assertEquals } from "@std/assert";
import { loadConfigFromProcess } from "../../src/config/from_process.ts";
import { featurePermissions, FEATURES, schemaWith } from "../../src/daemon/features.ts";
import { homePaths } from "../../src/platform/home_paths.ts";
import { daemonFlags } from "../../src/platform/sandbox.ts";
import { exists } from "../support/exists.ts";
import { guard } from "../support/guard_feature/mod.ts";
import { REPOSITORY, TestHome } from "../support/harness.ts";
import { isForeign } from "../support/harness_program.ts";
import type { Running } from "../support/harness_process.ts";
import { eventually } from "../support/harness_wait.ts";
import {
  ALLOWED,
  approval,
  deniedWith,
  hook,
  pending,
  PRINT,
  recorded,
  row,
  storyOf,
} from "../support/hook_process.ts";
import type { ResultOf } from "../../src/protocol/method_schemas.ts";
import type { Json, RawClient } from "../support/wire.ts";

const END_MS = 20_000;
const CONFIG = JSON.stringify({
  daemon: { safety_mode: "guarded" },
  approvals: { rules: [{ tool: "Bash", pattern: "touch *", decision: "allow" }] },
});

/** The daemon with the guard in its list, inside the sandbox of all daemons. */
async function start(home: TestHome): Promise<Running> {
  const features = [...FEATURES, guard];
  const paths = homePaths(home.dir);
  const { config } = await loadConfigFromProcess(paths, schemaWith(features));
  const permissions = featurePermissions({ config, env: () => undefined, exists }, features);
  const flags = daemonFlags({ paths, socketPath: paths.socket, pidFilePath: paths.pid, form: "source", permissions });
  const entry = `${REPOSITORY}/tests/support/guard_feature/daemon.ts`;
  const argv = [Deno.execPath(), "run", ...flags.map(({ flag }) => flag), entry, "--home", home.dir];
  const daemon = home.spawnArgv(argv, home.command([]).env);
  await home.ready(() => daemon.ended);
  return daemon;
}

const asks = (command: string) => recorded("claude", "PermissionRequest", { command });

async function told(home: TestHome, command: string, env?: Record<string, string>): Promise<string> {
  await using one = hook(home, asks(command), env === undefined ? {} : { env });
  const { code, stdout, stderr } = await one.exit(END_MS);
  assertEquals([code, stderr], [0, ""]);
  return stdout;
}

async function last(client: RawClient): Promise<Json> {
  const { approvals } = await client.request("approval.list", { status: "all" }) as { approvals: Json[] };
  const found = approvals.at(-1);
  assert(found !== undefined);
  return found;
}

Deno.test({
  name: "X1 H1 an interceptor denies and notes what a rule allows while the hook waits, and the record says who did",
  ignore: isForeign,
  fn: async () => {
    await using home = await TestHome.create({ config: CONFIG });
    await using _daemon = await start(home);
    await using client = await home.connect({ token: true });
    assertEquals(await told(home, "touch plain"), ALLOWED);
    assertEquals(await told(home, "touch slow-me"), ALLOWED);
    assertEquals(await told(home, "touch deny-me"), deniedWith("denied by guard: never that"));
    const denied = await last(client) as { id: string; denied: Json; notes: Json[] };
    assertEquals([denied.denied["by"], denied.notes], ["interceptor:guard", [
      { by: "guard", text: "never that", says: "deny" },
    ]]);
    assertEquals(storyOf(home, denied.id), ["approval.decided denied"]);
    assertEquals(await told(home, "touch deny-me", PRINT), deniedWith("denied by guard: never that"));
    assertEquals(await told(home, "touch note-me"), ALLOWED);
    const { stdout } = await home.cli(["approvals", "--all"]);
    for (const words of ["guard denies: never that", "denied by guard", "guard: it touches a file", "by rule"]) {
      assert(stdout.includes(words), `${words}\n${stdout}`);
    }
    assertEquals([await pending(client), (await row(client))["status"]], [[], "working"]);
  },
});

Deno.test({
  name: "X1 H4 a rule's yes is asked of a person where the interceptor asks, fails or hangs, and says why everywhere",
  ignore: isForeign,
  fn: async () => {
    await using home = await TestHome.create({ config: CONFIG });
    await using daemon = await start(home);
    await using client = await home.connect({ token: true });
    const why = { "ask-me": "is it meant?", "throw-me": "it failed", "hang-me": "it gave no verdict in time" };
    for (const [command, text] of Object.entries(why)) {
      await using one = hook(home, asks(`touch ${command}`));
      const id = String((await eventually(async () => (await pending(client))[0], 10_000, "a question"))["id"]);
      assertEquals((await approval(client, id))["notes"], [{ by: "guard", text, says: "ask" }]);
      const { stdout } = await home.cli(["show", id]);
      assert(stdout.includes(`guard asks: ${text}`), stdout);
      const console = await home.cli(["exec", "/approvals"]);
      assert(console.stdout.includes(`guard asks: ${text}`), console.stdout + console.stderr);
      assertEquals((await home.cli(["approve", id])).code, 0);
      assertEquals((await one.exit(END_MS)).stdout, ALLOWED);
      assertEquals(storyOf(home, id), ["approval.requested pending", "approval.decided approved"]);
    }
    // What a rule does not allow is asked at once, and denied beside that.
    assertEquals(await told(home, "make deny-me"), deniedWith("denied by guard: never that"));
    const { id } = await last(client) as { id: string };
    assertEquals(storyOf(home, id), ["approval.requested pending", "approval.decided denied"]);
    // A stop frees a hook that is held, without a decision and without a ghost.
    const hooks = async () => ((await client.request("status")) as ResultOf<"status">).clients.byKind["hook"] ?? 0;
    await eventually(async () => await hooks() === 0, 10_000, "the end of the hooks before");
    await using held = hook(home, asks("touch hang-me"));
    await eventually(async () => await hooks() === 1, 10_000, "the hook");
    daemon.kill("SIGTERM");
    assertEquals((await daemon.exit(10_000)).code, 0);
    assertEquals((await held.exit(END_MS)).stdout, "");
  },
});
