/**
 * X2: the installed program in a root that has a C library, a shell and `ps`, and nothing else of ours: no Node, no Deno, no
 * clone, no cache, an empty environment. The root is a tmpfs in namespaces of its own; making it takes root.
 */
import { assert, assertEquals, assertMatch } from "@std/assert";
import { stubArgv } from "../../src/agents/shared/own_program.ts";
import { shellQuote } from "../../src/lib/shell_quote.ts";
import { TestHome } from "../support/harness.ts";
import { run } from "../support/harness_process.ts";
import { EVENT, InstallingUser } from "../support/installed.ts";

/** $1: an empty folder. $2: the home, which is all that this root shares but /usr. $3: what is run there. */
const ENTER = `set -eu
mount --make-rprivate /
mount -t tmpfs none "$1"
mkdir -p "$1/usr" "$1/proc" "$1/dev" "$1$2"
mount --bind /usr "$1/usr"
for name in bin sbin lib lib32 lib64; do
  if [ -L "/$name" ]; then cp -P "/$name" "$1/$name"; elif [ -d "/$name" ]; then mkdir "$1/$name"; mount --bind "/$name" "$1/$name"; fi
done
mount -t tmpfs none "$1/usr/local"
for name in node nodejs npm npx deno; do
  [ ! -e "$1/usr/bin/$name" ] || mount --bind /dev/null "$1/usr/bin/$name"
done
mount -t proc proc "$1/proc"
mount --rbind /dev "$1/dev"
mount --bind "$2" "$1$2"
exec chroot "$1" /usr/bin/env -i HOME="$2" PATH=/usr/bin:/bin /bin/sh -c "$3"
`;
const UNSHARE = ["/usr/bin/unshare", "-m", "-p", "-f", "--kill-child"];

function isPossible(): boolean {
  const { success } = new Deno.Command(UNSHARE[0]!, {
    args: [...UNSHARE.slice(1), "mount", "-t", "tmpfs", "none", "/mnt"],
    stderr: "null",
  })
    .outputSync();
  // deno-lint-ignore no-console -- says why a test did not run
  if (!success) console.log("mounts in a namespace are not allowed here: the bare root is not tested");
  return success;
}

Deno.test({
  name:
    "X2 H1 in a bare root without Node, Deno and clone the installed program and its hooks run, and go without a trace",
  ignore: !isPossible(),
  fn: async () => {
    await using home = await TestHome.create();
    const user = new InstallingUser(home);
    assertEquals((await user.fromClone("install")).code, 0);
    for (const name of [user.clone, `${home.root}/modules`, `${home.root}/fake`, `${home.root}/.cache`]) {
      await Deno.remove(name, { recursive: true });
    }
    await Deno.mkdir(`${home.root}/root`);
    await Deno.mkdir(`${home.root}/.claude`);
    const settings = '{ "model":   "opus" }\n';
    await Deno.writeTextFile(`${home.root}/.claude/settings.json`, settings);
    const say = (...args: string[]) => shellQuote([user.binLink, ...args]);
    const hook = (word: string, text: string) =>
      `${shellQuote(["printf", "%s", EVENT.replace("build it", text)])} | ${
        shellQuote([...stubArgv(user.root, home.dir), "claude", word])
      }`;
    const ls = say("ls", "--json");
    const steps: [string, string][] = [
      ["nothing else", "command -v node deno npx; ls -A /"],
      ["version", say("--version")],
      ["hooks", say("hooks", "install", "claude", "--no-feed")],
      ["start", say("daemon", "start")],
      ["hook that asks", hook("ask", "build it")],
      ["hook that reports", hook("report", "and test it")],
      // A hook that reports waits 0.3 s for a daemon that has just come up; then its event is read at the next look.
      ["ls", `for n in $(seq 60); do ${ls} | grep -q "and test it" && break; sleep 0.5; done; ${ls}`],
      ["check", say("version", "--check", "--json")],
      ["verify", say("audit", "verify", "--json")],
      ["uninstall", say("uninstall", "--yes", "--purge")],
    ];
    // Each prints what it says, and its exit code.
    const script = steps.map(([name, line]) => `echo "@${name}"; ${line}; echo "@=$?"`).join("\n");
    const argv = [...UNSHARE, "/bin/sh", "-c", ENTER, "sh", `${home.root}/root`, home.root, script];
    const { code, stdout, stderr } = await run(argv, {
      env: { PATH: "/usr/bin:/bin:/usr/sbin:/sbin" },
      cwd: "/",
      timeoutMs: 180_000,
    });
    assertEquals(code, 0, stderr);
    const said = new Map<string, readonly [code: number, text: string]>();
    for (const [, name, text, ended] of stdout.matchAll(/^@([a-z ]+)\n([^]*?)@=(\d+)$/gm)) {
      said.set(name!, [Number(ended), text!]);
    }
    assertEquals([...said.keys()], steps.map(([name]) => name), stdout + stderr);
    for (const [name, [ended]] of said) assertEquals(ended, 0, `${name}: ${stdout}${stderr}`);
    const of = (name: string) => said.get(name)![1];
    assert(!/node|deno|npx|root\b/.test(of("nothing else")), of("nothing else"));
    assertMatch(of("version"), /^agent-console \d+\.\d+\.\d+ \(build [0-9a-f]{8}\)\n$/);
    assertEquals([of("hook that asks"), of("hook that reports")], ["", ""]);
    const { sessions: [session] } = JSON.parse(of("ls"));
    assertEquals([session.id, session.lastPrompt, session.turnCount], ["s1", "and test it", 2]);
    const { ok, clone, hooks } = JSON.parse(of("check"));
    assertEquals([ok, clone.version, hooks], [true, null, "current"]);
    assertEquals(JSON.parse(of("verify")).ok, true);
    assertEquals(await Deno.readTextFile(`${home.root}/.claude/settings.json`), settings);
    const left = await Array.fromAsync(Deno.readDir(home.root), ({ name }) => name);
    assertEquals(left.sort(), [".claude", "root"]);
  },
});
