/** H1: what holds of the program holds of the line that agents run, whichever way its event takes. */
import { assert, assertEquals } from "@std/assert";
import { TestHome } from "../support/harness.ts";
import { readJournal } from "../support/harness_journal.ts";
import { isForeign } from "../support/harness_program.ts";
import { eventually, patience } from "../support/harness_wait.ts";
import { assertHarmless, EVENT, INPUTS, MOST_MS } from "../support/hook_inputs.ts";
import { installedHook } from "../support/hook_process.ts";
import { run } from "../support/harness_process.ts";
import {
  dataFolder,
  editLauncher,
  hookLauncher,
  patientCurl,
  runStub,
  spyOnProgram,
  stubWords,
} from "../support/stub_hook.ts";
import type { Json } from "../support/wire.ts";

function prompt(session: string, text = "hello"): string {
  return JSON.stringify({ session_id: session, hook_event_name: "UserPromptSubmit", cwd: "/x", prompt: text });
}

async function sessionOf(home: TestHome, sessionId: string): Promise<Json> {
  await using client = await home.connect({ token: true });
  const got = () => client.request("session.get", { sessionId });
  return (await eventually(got, 15_000, `the session ${sessionId}`, 20))["session"] as Json;
}

const ignore = isForeign;

Deno.test({
  name: "H1 whatever comes on stdin, an event that only reports goes by HTTP, silent, quick and with exit 0",
  ignore,
  fn: async () => {
    await using home = await TestHome.create();
    const pid = await home.start();
    const ran = await spyOnProgram(home);
    await patientCurl(home);
    for (const [what, stdin] of INPUTS) assertHarmless(what, await runStub(home, "report", { stdin }));
    assertHarmless("a byte order mark", await runStub(home, "report", { stdin: `\ufeff${prompt("bom")}` }));
    assertHarmless("a good event", await runStub(home, "report", { stdin: EVENT }));
    assertEquals([ran(), home.needPid()], [[], pid], "the program was needed, or the daemon is another");
    assertEquals([(await sessionOf(home, "h1"))["status"], (await sessionOf(home, "bom"))["status"]], [
      "working",
      "working",
    ]);
  },
});

Deno.test({
  name: "H1 both ways write the same record, with the same facts of the environment",
  ignore,
  fn: async () => {
    await using home = await TestHome.create();
    await home.start();
    const env = {
      TMUX: `/tmp/a b"c\\'$(x)\`y\`,1,0`,
      TMUX_PANE: "%3",
      TERM_PROGRAM: "",
      SSH_TTY: "/dev/pts/7",
      CLAUDE_PID: String(Deno.pid),
      CLAUDE_CODE_ENTRYPOINT: "cli",
    };
    const { env: clean } = home.command([], { env });
    const ran = await spyOnProgram(home);
    await patientCurl(home);
    assertHarmless("curl", await runStub(home, "report", { stdin: prompt("way-1", "by one way"), env }));
    assertEquals(ran(), []);
    const program = [...installedHook(home), "hook", "claude"];
    const launched = [
      "/bin/sh",
      "-c",
      'AC_PID_NAMESPACE=$(readlink /proc/self/ns/pid); export AC_PID_NAMESPACE; exec "$@"',
    ];
    const direct = await run([...launched, "sh", ...program], {
      env: clean,
      cwd: home.root,
      stdin: prompt("way-2", "by one way"),
    });
    assertHarmless("the program", direct);
    await sessionOf(home, "way-2");
    const told = (session: string) => {
      const line = readJournal(home).find(({ type, data }) =>
        type === "session.created" && (data["session"] as Json)["id"] === session
      );
      const text = JSON.stringify({ actor: line?.["actor" as never], data: line?.data });
      return text.replaceAll(session, "ID").replace(/"\d{4}-[^"]*Z"/g, "TIME").replace(
        /"idempotencyKey":"[^"]*"/,
        "KEY",
      );
    };
    assert(told("way-1").includes("%3") && told("way-1").includes("KEY"), told("way-1"));
    assertEquals(told("way-1"), told("way-2"));
  },
});

Deno.test({
  name: "H1 what the agent's environment says to shells, loaders, curl and runtimes changes neither way",
  ignore,
  fn: async () => {
    await using home = await TestHome.create();
    await home.start();
    await Deno.writeTextFile(`${home.root}/.curlrc`, `output = "${home.root}/curlrc"\nproxy = "http://127.0.0.1:1"\n`);
    await Deno.writeTextFile(`${home.root}/evil.sh`, `echo evil; touch ${home.root}/evil\n`);
    const env = {
      LD_PRELOAD: "/nonexistent.so",
      NODE_OPTIONS: "--require /nonexistent.js",
      BASH_ENV: `${home.root}/evil.sh`,
      ENV: `${home.root}/evil.sh`,
      CURL_HOME: home.root,
      http_proxy: "http://127.0.0.1:1",
      ALL_PROXY: "http://127.0.0.1:1",
      SSLKEYLOGFILE: `${home.root}/keys`,
      OPENSSL_CONF: "/nonexistent",
      CDPATH: "/",
      IFS: "/",
    };
    for (const word of ["report", "ask"]) {
      assertHarmless(word, await runStub(home, word, { stdin: prompt(`env-${word}`, word), env }));
      await sessionOf(home, `env-${word}`);
    }
    // What could be read as an option, or as a header of its own, goes the other way, and arrives as it is.
    const odd = 'x"\noutput = "/tmp/x"\n-o /tmp/y\r\nac-ppid: =1';
    assertHarmless("odd", await runStub(home, "report", { stdin: prompt("odd", "an odd one"), env: { TMUX: odd } }));
    assertEquals(((await sessionOf(home, "odd"))["terminal"] as Json)["tmuxSocket"], odd);
    const left = (await Array.fromAsync(Deno.readDir(home.root))).map(({ name }) => name);
    assertEquals(left.filter((name) => ["evil", "curlrc", "keys"].includes(name)), []);
  },
});

Deno.test({
  name: "H1 a folder that is gone and a HOME that is not set keep no event from its daemon",
  ignore,
  fn: async () => {
    await using home = await TestHome.create();
    await home.start();
    for (const word of ["report", "ask"]) {
      const gone = `${home.root}/gone`;
      await Deno.mkdir(gone);
      const words = stubWords(home, word);
      const script = 'cd "$0" && rmdir "$0" && exec "$@"';
      const { env } = home.command([]);
      const { HOME: _, AGENT_CONSOLE_HOME: _1, ...bare } = env;
      const outcome = await run(["/bin/sh", "-c", script, gone, ...words], {
        env: { ...bare, PWD: gone },
        cwd: gone,
        stdin: prompt(`gone-${word}`, word),
      });
      assertHarmless(word, outcome);
      await sessionOf(home, `gone-${word}`);
    }
  },
});

Deno.test({
  name: "H1 without curl, with one that is gone, and beside a workspace's own settings the program reports",
  ignore,
  fn: async () => {
    await using home = await TestHome.create();
    await home.start();
    const work = `${home.root}/project`;
    await Deno.mkdir(`${work}/.agent-console`, { recursive: true });
    await Deno.writeTextFile(`${work}/.agent-console/config.jsonc`, "{}");
    assertHarmless("a workspace", await runStub(home, "report", { stdin: prompt("workspace", "a"), cwd: work }));
    for (const [name, curl] of [["none", "''"], ["gone", "/nonexistent/curl"], ["broken", "/bin/false"]] as const) {
      await editLauncher(home, (text) => text.replace(/^curl=.*$/m, `curl=${curl}`));
      assertHarmless(name, await runStub(home, "report", { stdin: prompt(name, name) }));
      await sessionOf(home, name);
    }
    await sessionOf(home, "workspace");
    const ran = await spyOnProgram(home);
    await runStub(home, "report", { stdin: prompt("x"), cwd: work });
    assertEquals(ran(), ["claude report"]);
  },
});

Deno.test({
  name: "H1 where the stub, its launcher, the program or its runtime is gone, the line is silent and exits 0",
  ignore,
  fn: async () => {
    await using home = await TestHome.create();
    await home.cli(["hooks", "install", "claude"]);
    await editLauncher(home, (text) => text.replaceAll(/\[ -f \S+main\.ts \]/g, "[ -f /nonexistent/main.ts ]"));
    for (const word of ["report", "ask"]) {
      assertHarmless(`${word}, no program`, await runStub(home, word, { stdin: EVENT }));
    }
    await Deno.remove(hookLauncher(home));
    assertHarmless("no launcher", await runStub(home, "report", { stdin: EVENT }));
    await Deno.remove(`${dataFolder(home)}/hook`);
    for (const word of ["report", "ask"]) {
      const { stderr, ...outcome } = await runStub(home, word, { stdin: EVENT });
      assertHarmless(`${word}, no stub`, { ...outcome, stderr });
      assertEquals(stderr, "");
    }
  },
});

Deno.test({
  name: "H1 by HTTP an stdin that stays open does not make the hook wait for ever, and a whole event counts",
  ignore,
  fn: async () => {
    await using home = await TestHome.create();
    await home.start();
    const { env } = home.command([]);
    await new Deno.Command("mkfifo", { args: [`${home.root}/hold`] }).output();
    const script = '(printf "%s" "$0"; read _ <"$HOME/hold") | { "$@"; echo "exit $?" >&2; }';
    await using hook = home.spawnArgv(["sh", "-c", script, EVENT, ...stubWords(home)], env);
    await hook.says("exit 0", MOST_MS + await patience(1000), "stderr");
    assertEquals(hook.stdout, "");
    await sessionOf(home, "h1");
    await Deno.writeTextFile(`${home.root}/hold`, "\n");
    await hook.exit(10_000);
  },
});
