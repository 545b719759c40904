/** systemd's socket and a daemon that runs programs: they start as ever, and none of them can take its clients. */
import { assertEquals, assertMatch, assertNotEquals } from "@std/assert";
import { REPOSITORY } from "../support/harness.ts";
import { denoDir } from "../support/harness_guard.ts";
import { eventually } from "../support/harness_wait.ts";
import { liveUser, type ServiceUser } from "../support/service_user.ts";
import type { Json } from "../support/wire.ts";

/** Its own files, and those of a program that it starts in turn. */
const LOOK = `echo own; ls -l /proc/self/fd; /bin/sh -c 'echo child; ls -l /proc/self/fd; exit'`;

async function writeScript(path: string, lines: string): Promise<string> {
  await Deno.writeTextFile(path, `#!/bin/sh\n${lines}\n`, { mode: 0o755 });
  return path;
}

/** A job that prints its files, and an agent that writes down its own before it speaks. */
async function addPrograms({ home }: ServiceUser): Promise<string> {
  const seen = `${home.root}/seen`;
  const job = await writeScript(`${home.root}/work`, LOOK);
  const entry = `${REPOSITORY}/tests/support/acp_agent.ts`;
  const speak = `exec '${Deno.execPath()}' run -A --no-check --cached-only '${entry}'`;
  const agent = await writeScript(`${home.root}/speaker`, `( ${LOOK} ) >'${seen}' 2>&1\n${speak}`);
  const env = [`DENO_DIR=${denoDir()}`, "DENO_NO_UPDATE_CHECK=1"];
  const config = { scheduler: { programs: { work: { argv: [job] } } }, agents: { mine: { command: [agent], env } } };
  await Deno.mkdir(home.dir, { recursive: true, mode: 0o700 });
  await Deno.writeTextFile(home.path("config.jsonc"), JSON.stringify(config), { mode: 0o600 });
  return seen;
}

/** The first is of the program, the second of its child: three standard streams, the folder that `ls` reads, and no socket. */
function assertNoSocket(said: string): void {
  const files = said.split(/^(?:own|child)$/m).slice(1);
  assertEquals(files.length, 2, said);
  for (const open of files) {
    assertEquals(Array.from(open.matchAll(/ (\d+) -> /g), ([, fd]) => fd), ["0", "1", "2", "3"], said);
    assertEquals(/socket:/.test(open), false, said);
  }
}

liveUser(
  "X2 systemd's socket: no agent and no job that the daemon runs has it, nor what they start",
  async (user) => {
    const seen = await addPrograms(user);
    await user.done(["daemon", "install", "--socket-activation"]);
    assertEquals((await user.unitState())[0], "inactive");
    // The first client starts the daemon; the agent speaks through its stdin and stdout.
    const said = await user.done(["run", "mine", "say hello there"]);
    assertEquals(said.out, "hello there\n", said.err);
    assertNoSocket(await Deno.readTextFile(seen));
    const [state, pid] = await user.unitState();
    assertEquals([state, await user.daemons()], ["active", [pid]]);
    const open = async (fd: number) => (await user.machine.run(["/bin/readlink", `/proc/${pid}/fd/${fd}`])).stdout;
    assertMatch(await open(0), /^socket:/);
    assertNotEquals(await open(1), await open(0));

    await user.done(["cron", "add", "work", "* * * * * *", "--max-runs", "1"]);
    const stdout = await eventually(
      async () => {
        const [run] = JSON.parse((await user.done(["cron", "jobs", "--json"])).out)["runs"] as Json[];
        return run?.["outcome"] === undefined ? "" : String(run["stdout"]);
      },
      30_000,
      "the end of a run",
      200,
    );
    assertNoSocket(stdout);
    // The next daemon takes over while the socket waits, and its agent speaks as well.
    await user.done(["daemon", "restart"]);
    assertEquals((await user.done(["run", "mine", "say once more"])).out, "once more\n");
  },
);
