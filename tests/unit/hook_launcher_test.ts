/** H1: the launchers that agents' settings name, and the file by which a hook starts the daemon. */
import { assert, assertEquals } from "@std/assert";
import { stubArgv } from "../../src/agents/shared/own_program.ts";
import { hookProgram } from "../../src/client/hook_program.ts";
import { clientContext } from "../../src/client/endpoint.ts";
import { ObjectEnd } from "../../src/lib/object_end.ts";
import { SET_ASIDE } from "../../src/platform/environment.ts";
import { HOOK_LAUNCHER, STATUSLINE_LAUNCHER, thisProgram } from "../../src/platform/program.ts";
import { startLauncherText, statuslineLauncherText } from "../../src/platform/launcher_texts.ts";

const INSTALL = new URL("../../install/", import.meta.url).pathname;

async function launch(launcher: string, words: readonly string[], env: Record<string, string>) {
  const { code, stdout, stderr } = await new Deno.Command("/bin/sh", {
    args: [`${INSTALL}${launcher}`, ...words],
    clearEnv: true,
    env,
  }).output();
  const text = new TextDecoder();
  return { code, stdout: text.decode(stdout), stderr: text.decode(stderr) };
}

/** The words before our program, as earlier versions registered them. */
function launcherArgv(folder: string, launcher: string): string[] {
  return ["/bin/sh", "-c", '[ -f "$0" ] && [ -r "$0" ] || exit 0; . "$0"', `${folder}/${launcher}`];
}

/** What the launcher finds out by itself. */
const NAMESPACE = Deno.build.os === "linux" ? [`AC_PID_NAMESPACE=${Deno.readLinkSync("/proc/self/ns/pid")}`] : [];

Deno.test("H1 the launcher of hooks passes exactly the variables that a hook may read", async () => {
  const text = await Deno.readTextFile(`${INSTALL}${HOOK_LAUNCHER}`);
  const passed = [...text.matchAll(/\$\{(\w+)\+"(\w+)=\$(\w+)"\}/g)].map(([, name, left, right]) => {
    assertEquals([left, right], [name, name]);
    return name;
  });
  const context = clientContext({ program: thisProgram("file:///x/main.ts"), home: "/tmp/none", start: false });
  const flag = hookProgram(context).find((word) => word.startsWith("--allow-env="));
  assertEquals(passed.join(","), flag?.slice("--allow-env=".length));
});

Deno.test("H1 the launcher of hooks hands on values as they are, and nothing else", async () => {
  const odd = "a b'c\"d\n$(e) `f` *";
  const env = {
    TMUX: odd,
    SSH_TTY: "",
    NODE_OPTIONS: "--require x",
    LD_LIBRARY_PATH: "/x",
    DENO_DIR: "/evil",
    PATH: "/bin",
    AC_PID_NAMESPACE: "pid:[1]",
  };
  const { stdout } = await launch(HOOK_LAUNCHER, ["/usr/bin/env", "-0"], env);
  const all = stdout.split("\0").filter((line) => line !== "").sort();
  assertEquals(all, [...NAMESPACE, "DENO_NO_UPDATE_CHECK=1", "SSH_TTY=", `TMUX=${odd}`]);
  const moved = await launch(HOOK_LAUNCHER, ["DENO_DIR=/a b", "/usr/bin/env", "-0"], {});
  assertEquals(moved.stdout.split("\0").filter((line) => line !== "").sort(), [
    ...NAMESPACE,
    "DENO_DIR=/a b",
    "DENO_NO_UPDATE_CHECK=1",
  ]);
});

Deno.test("H1 a program that was moved away, or fails to start, is no failure that an agent could show", async () => {
  assertEquals(await launch(HOOK_LAUNCHER, ["/nonexistent/deno", "run"], {}), { code: 0, stdout: "", stderr: "" });
  const { stderr } = await launch(HOOK_LAUNCHER, ["/bin/sh", "-c", "echo trouble >&2"], {});
  assertEquals(stderr, "");
  assertEquals(await launch(HOOK_LAUNCHER, [INSTALL, "run"], {}), { code: 0, stdout: "", stderr: "" });
});

Deno.test("H1 where the runtime is there and what it would run is gone, the hook exits 0 and says nothing", async () => {
  const home = await Deno.makeTempDir();
  const run = (main: string) =>
    launch(HOOK_LAUNCHER, ["DENO_DIR=/tmp/none", Deno.execPath(), "run", "-q", "--allow-read=/x/main.ts", main, "a"], {
      HOME: home,
    });
  try {
    for (const name of ["main.ts", "agent-console.js"]) {
      assertEquals(await run(`${home}/${name}`), { code: 0, stdout: "", stderr: "" }, name);
      await Deno.writeTextFile(`${home}/${name}`, "console.log(Deno.args[0], 1);");
      assertEquals((await run(`${home}/${name}`)).stdout, "a 1\n", name);
    }
  } finally {
    await Deno.remove(home, { recursive: true });
  }
});

Deno.test("H1 where the launcher itself is gone, or may not be read, the hook exits 0 and says nothing", async () => {
  const folder = await Deno.makeTempDir();
  const run = async () => {
    const [program = "", ...args] = launcherArgv(folder, HOOK_LAUNCHER);
    const command = new Deno.Command(program, { args: [...args, "/bin/echo", "a b"], clearEnv: true });
    const { code, stdout, stderr } = await command.output();
    return [code, new TextDecoder().decode(stdout), new TextDecoder().decode(stderr)];
  };
  try {
    assertEquals(await run(), [0, "", ""]);
    await Deno.mkdir(`${folder}/${HOOK_LAUNCHER}`);
    assertEquals((await run())[1], "");
    await Deno.remove(`${folder}/${HOOK_LAUNCHER}`);
    await Deno.copyFile(`${INSTALL}${HOOK_LAUNCHER}`, `${folder}/${HOOK_LAUNCHER}`);
    assertEquals(await run(), [0, "a b\n", ""]);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});

Deno.test("H1 the launcher is the hook's own process: an agent that ends it ends the hook", async () => {
  const child = new Deno.Command("/bin/sh", {
    args: [...launcherArgv(INSTALL.slice(0, -1), HOOK_LAUNCHER).slice(1), "/bin/sh", "-c", "echo $$ $PPID"],
    stdout: "piped",
  }).spawn();
  const { stdout } = await child.output();
  assertEquals(new TextDecoder().decode(stdout), `${child.pid} ${Deno.pid}\n`);
});

Deno.test("H1 the launcher of status lines sets aside what changes our runtime, for the user's own command", async () => {
  const text = await Deno.readTextFile(`${INSTALL}${STATUSLINE_LAUNCHER}`);
  const names = /^for name in ([^;]*);/m.exec(text)?.[1]?.split(/[\s\\]+/).filter(Boolean);
  assertEquals(names, [...SET_ASIDE]);
  const env = { NODE_OPTIONS: "--x $y 'z'", MINE: "1", PATH: "/bin" };
  const { stdout } = await launch(STATUSLINE_LAUNCHER, ["/usr/bin/env"], env);
  const lines = stdout.trim().split("\n").filter((line) => !/^(?:PWD|_|SHLVL|OLDPWD)=/.test(line)).sort();
  assertEquals(lines, ["AC_KEPT_NODE_OPTIONS=--x $y 'z'", "MINE=1", "PATH=/bin"]);
  for (const own of ["", "/mine"]) {
    const moved = await launch(STATUSLINE_LAUNCHER, ["DENO_DIR=/a b", "/usr/bin/env"], { DENO_DIR: own });
    const told = moved.stdout.split("\n").filter((line) => line.includes("DENO_DIR")).sort();
    assertEquals(told, [`AC_KEPT_DENO_DIR=${own}`, "DENO_DIR=/a b"], "the user's own is told from ours");
  }
});

Deno.test("H1 the stub of status lines runs the program with what changes our runtime set aside, and without it the user's own", async () => {
  const home = await Deno.makeTempDir();
  const folder = `${home}/.local/share/agent-console`;
  const text = await Deno.readTextFile(`${INSTALL}statusline_stub.sh`);
  const names = /^for _ac_variable in ([^;]*);/m.exec(text)?.[1]?.split(/[\s\\]+/).filter(Boolean);
  assertEquals(names, [...SET_ASIDE]);
  // Names that the stub could have for itself, exported by somebody: they are handed on.
  const env = { NODE_OPTIONS: "--x $y 'z'", DENO_DIR: "/mine", name: "1", root: "2", rest: "3", PATH: "/bin" };
  const call = async (root: string, words: readonly string[]) => {
    const [shell = "", ...args] = [...stubArgv(folder, root, "statusline"), "statusline", ...words];
    const output = await new Deno.Command(shell, { args, clearEnv: true, env, stdin: "null" }).output();
    const told = new TextDecoder().decode(output.stdout).trim().split("\n");
    return [output.code, ...told.filter((line) => line !== "" && !/^(?:PWD|_|SHLVL|OLDPWD)=/.test(line)).sort()];
  };
  const own = ["--", "/bin/sh", "-c", "env; exit 4"];
  const untouched = [4, ...Object.entries(env).map(([key, value]) => `${key}=${value}`).sort()];
  try {
    assertEquals(await call(`${home}/.agent-console`, own), [0], "without the stub it says nothing");
    await Deno.mkdir(folder, { recursive: true });
    await Deno.writeTextFile(`${folder}/statusline`, text);
    for (const root of [`${home}/.agent-console`, `${home}/a b=c/$x`]) {
      assertEquals(await call(root, own), untouched, "no launcher");
      assertEquals(await call(root, []), [0]);
      const place = `${folder}/homes/${root.replaceAll("=", "==").replaceAll("/", "=-")}`;
      await Deno.mkdir(place, { recursive: true });
      const put = (needs: string, cache?: string) =>
        Deno.writeTextFile(
          `${place}/statusline`,
          statuslineLauncherText({
            argv: ["/bin/sh", "-c", 'echo "$0 $*"; env', root],
            needs: ["/bin/sh", needs],
            cache,
          }),
        );
      await put(`${home}/gone`);
      assertEquals(await call(root, own), untouched, "the program is gone");
      await put(`${folder}/statusline`);
      const set = [
        "AC_KEPT_DENO_DIR=/mine",
        "AC_KEPT_NODE_OPTIONS=--x $y 'z'",
        "PATH=/bin",
        "name=1",
        "rest=3",
        "root=2",
      ];
      const words = `${root} statusline -- /bin/sh -c env; exit 4`;
      assertEquals(await call(root, own), [0, ...[...set, words].sort()]);
      await put(`${folder}/statusline`, "/ca che");
      assertEquals(await call(root, own), [0, ...[...set, words, "DENO_DIR=/ca che"].sort()]);
    }
  } finally {
    await Deno.remove(home, { recursive: true });
  }
});

Deno.test("H1 the file that starts the daemon takes no argument and no variable but the event, and closes what it was given", async () => {
  const text = startLauncherText({ argv: ["/bin/sh", "-c", "env"], env: { HOME: "/home/it's" }, privileged: true });
  assert(text.startsWith("#!/bin/sh -p\n"), text);
  assert(text.includes(`'HOME=/home/it'\\''s'`) && !text.includes('"$@"'), text);
  assertEquals(text.split("exec ").length, 3);
  const path = await Deno.makeTempFile();
  try {
    await Deno.writeTextFile(path, text);
    const checked = await new Deno.Command("/bin/sh", { args: ["-n", path] }).output();
    assertEquals(checked.code, 0);
    const env = { HOME: "/other", LD_LIBRARY_PATH: "/evil", AC_START_EVENT: "a b'c" };
    const start = text.replace(" >/dev/null 2>&1", ""); // so that what it runs is heard
    const ran = await new Deno.Command("/bin/sh", { args: ["-p", "-c", start], env, clearEnv: true }).output();
    const told = new TextDecoder().decode(ran.stdout).split("\n");
    assertEquals(told.filter((line) => /^(HOME|LD_|AC_)/.test(line)).sort(), [
      "AC_START_EVENT=a b'c",
      "HOME=/home/it's",
    ]);
  } finally {
    await Deno.remove(path);
  }
});

Deno.test("H1 an object ends where its brackets do, in whatever pieces it comes", () => {
  const bytes = (text: string) => new TextEncoder().encode(text);
  const whole = '\ufeff \n{"a":"}\\"]","b":[{}],"ü":"\\\\"}';
  for (let size = 1; size <= bytes(whole).length; size++) {
    const object = new ObjectEnd();
    const ends = [];
    for (let at = 0; at < bytes(whole).length; at += size) {
      ends.push(object.endsIn(bytes(whole).subarray(at, at + size)));
    }
    assertEquals(ends, ends.map((_, at) => at === ends.length - 1), `pieces of ${size}`);
  }
  for (const other of ["garbage {}", '"{}"', "1 {}", "null", "{", '{"a":"}"', "", "}"]) {
    assertEquals(new ObjectEnd().endsIn(bytes(other)), false, other);
  }
});
