/**
 * Takes the socket that is its stdin, and tells on stderr what the programs that it starts have of it, before and after it
 * closed it: a child of tests/unit/platform_activated_listener_test.ts. The word behind it is a folder that it may read.
 */
import { activatedListener } from "../../src/platform/activated_listener.ts";
import { runBounded } from "../../src/platform/bounded_run.ts";
import { startPiped } from "../../src/platform/piped_process.ts";
import { run, spawn } from "../../src/platform/process.ts";

/** It says what it reads, then the files of a child, and of a child's child. */
const LOOK = "read line; echo \"read $line\"; ls -l /proc/self/fd; /bin/sh -c 'ls -l /proc/self/fd; exit'";
const SHELL = ["/bin/sh", "-c", LOOK];
const env = { PATH: "/usr/bin:/bin" };

async function bounded(more: { readonly stdin?: string; readonly groupKill?: string }): Promise<string> {
  const outcome = await runBounded(SHELL, { env, ms: 10_000, ...more });
  return outcome.kind === "ended" ? outcome.stdout + outcome.stderr : JSON.stringify(outcome);
}

async function piped(): Promise<string> {
  const child = startPiped(SHELL, { cwd: "/", env });
  const writer = child.stdin.getWriter();
  await writer.write(new TextEncoder().encode("told\n"));
  await writer.close();
  const said = await Promise.all([child.stdout, child.stderr].map((stream) => new Response(stream).text()));
  await child.ended;
  return said.join("");
}

/** By the way that it is started; what fails is told. */
async function looks(): Promise<Readonly<Record<string, string>>> {
  const ways = {
    none: () => bounded({}),
    fed: () => bounded({ stdin: "told\n" }),
    group: () => bounded({ groupKill: "/bin/kill" }),
    fedGroup: () => bounded({ stdin: "told\n", groupKill: "/bin/kill" }),
    piped,
    short: async () => (await run(SHELL, { env, signal: AbortSignal.timeout(10_000) })).stdout,
  };
  const told: Record<string, string> = {};
  for (const [way, start] of Object.entries(ways)) told[way] = await start().catch(String);
  return told;
}

const listener = await activatedListener(0, Deno.args[0]);
await listener.accept();
const before = await looks();
let inherits: unknown;
try {
  spawn(SHELL, { detached: false, stdin: "inherit", stdout: "null", stderr: "null", env });
} catch (error) {
  inherits = (error as Error).name;
}
listener.close();
const told = JSON.stringify({ before, after: await looks(), inherits });
await Deno.stderr.write(new TextEncoder().encode(`${told}\n`));
Deno.exit(0);
