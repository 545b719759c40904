/** D1: the sources and the installed form are one program: what they say, where, and how they end. */
import { assertEquals, assertMatch } from "@std/assert";
import { CLIENT_FLAGS } from "../../src/platform/program.ts";
import { INSTALLED_COMMAND, installOnce } from "../support/installed_form.ts";
import { REPOSITORY, TestHome } from "../support/harness.ts";
import { type Outcome, run } from "../support/harness_process.ts";
import { eventually } from "../support/harness_wait.ts";

const FORMS: Readonly<Record<string, readonly string[]>> = {
  source: [Deno.execPath(), ...CLIENT_FLAGS, `${REPOSITORY}/main.ts`],
  installed: [INSTALLED_COMMAND],
};
const EVENT = JSON.stringify({
  session_id: "s1",
  hook_event_name: "UserPromptSubmit",
  cwd: "/tmp",
  prompt: "build it",
});

/** Each with its exit code. Those of one kind go one of the program's ways: the hook, the quick commands, all of the rest. */
const SAID: readonly (readonly [code: number, args: readonly string[], stdin?: string])[] = [
  [0, ["--help"]],
  [0, ["approve", "--help"]],
  [0, ["--version"]],
  [0, ["version"]],
  [0, ["version", "--json"]],
  [0, ["ls"]],
  [0, ["ls", "--json"]],
  [0, ["ls", "-q"]],
  [0, ["status"]],
  [0, ["show", "s1", "--json"]],
  [0, ["approvals"]],
  [0, ["approvals", "--json"]],
  [0, ["cron", "list"]],
  [0, ["config", "show", "--json"]],
  [0, ["gateway", "status"]],
  [0, ["memory", "stats"]],
  [0, ["audit", "verify"]],
  [0, ["completions", "bash"]],
  [0, ["man"]],
  [0, ["hook", "claude"], EVENT],
  [0, ["hook", "claude"], "no json"],
  [2, ["lss"]],
  [2, ["ls", "--jsno"]],
  [2, ["approve", "--scope", "nobody"]],
  [1, ["show", "nobody"]],
  [1, ["approve", "nobody"]],
  [2, ["config", "get", "no.such"]],
  [0, ["hook", "no such agent", "and more", "words"]],
];

/**
 * Less what is of one form alone, of the moment, or of the process. Blanks behind a time are of the moment, too: a table
 * has fewer behind 10s than behind 9s.
 */
function plain(text: string): string {
  return text.replaceAll(/ \(build [0-9a-f]{8}\)/g, "").replaceAll(/,?\s*"build": ?"[0-9a-f]{8}"/g, "")
    .replaceAll(/\b\d+(?:\.\d+)?(?:s|m|ms| B| KiB)\b */g, "N ");
}

Deno.test("D1 the sources and the installed form say the same, on the same stream, and end with the same code", async () => {
  await installOnce();
  await using home = await TestHome.create();
  await home.start();
  await home.cli(["hook", "claude"], { stdin: EVENT });
  // The event of a hook that is slow comes with a tick.
  await eventually(async () => (await home.cli(["show", "s1"])).code === 0, 30_000, "the session");
  const said = async (form: string, args: readonly string[], stdin?: string): Promise<Outcome> => {
    const { env } = home.command([], { env: { AC_FROM_SOURCE: "1" } });
    return await run([...FORMS[form]!, ...args], { env, cwd: home.root, ...(stdin === undefined ? {} : { stdin }) });
  };
  for (const [code, args, stdin] of SAID) {
    const [source, installed] = await Promise.all(["source", "installed"].map((form) => said(form, args, stdin)));
    const words = args.join(" ");
    const shown = ({ code, stdout, stderr }: Outcome) => [code, plain(stdout), withoutNote(plain(stderr))];
    assertEquals(shown(installed!), shown(source!), words);
    assertEquals(source!.code, code, `${words}: ${source!.stderr}`);
    if (code > 0) assertMatch(source!.stderr, /^error: /m, words);
  }
});

/** The daemon is of one form, so that the other notes it. */
function withoutNote(text: string): string {
  return text.replace(/^note: the daemon runs .*\nhint: agent-console daemon restart\n/m, "");
}

Deno.test("D1 without a daemon both forms end with 3, and in a home that is unsafe with 6", async () => {
  await installOnce();
  await using home = await TestHome.create();
  await Deno.mkdir(home.dir, { mode: 0o700 });
  const { env } = home.command([], { env: { AC_FROM_SOURCE: "1" } });
  const both = async (args: readonly string[]) => {
    const all = [];
    for (const argv of Object.values(FORMS)) {
      const { code, stdout, stderr } = await run([...argv, ...args], { env, cwd: home.root });
      all.push([code, stdout, stderr] as const);
    }
    assertEquals(all[1], all[0]);
    return all[0]![0];
  };
  assertEquals(await both(["ls", "--no-start"]), 3);
  await Deno.chmod(home.dir, 0o777);
  assertEquals(await both(["ls", "--no-start"]), 6);
});
