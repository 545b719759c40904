/** H1: the stub by itself: which launcher it reads for a home, what it hands on, and what it does to other variables. */
import { assert, assertEquals } from "@std/assert";
import { HOOK_ENV } from "../../src/agents/hook_env.ts";
import { stubArgv } from "../../src/agents/shared/own_program.ts";
import { hookLauncherText } from "../../src/platform/launcher_texts.ts";

const STUB = new URL("../../install/hook_stub.sh", import.meta.url).pathname;

async function inFolder(test: (folder: string) => Promise<void>): Promise<void> {
  const folder = await Deno.makeTempDir();
  try {
    await Deno.mkdir(`${folder}/.local/share/agent-console`, { recursive: true });
    await Deno.copyFile(STUB, `${folder}/.local/share/agent-console/hook`);
    await test(folder);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

/** A launcher in the place of `root`, whose program says what it was given. */
async function putLauncher(folder: string, root: string, curl?: string): Promise<void> {
  const place = `${folder}/.local/share/agent-console/homes/${root.replaceAll("=", "==").replaceAll("/", "=-")}`;
  await Deno.mkdir(place, { recursive: true });
  const argv = ["/bin/sh", "-c", 'echo "$0 $*"; env'];
  const passes = [...HOOK_ENV, "HOME"];
  await Deno.writeTextFile(
    `${place}/hook`,
    hookLauncherText({ argv: [...argv, root], needs: ["/bin/sh"], env: { "OURS": "it's" }, passes, curl }),
  );
}

async function call(folder: string, root: string, words: readonly string[], env: Record<string, string> = {}) {
  const [shell = "", ...args] = [...stubArgv(`${folder}/.local/share/agent-console`, root), ...words];
  const { code, stdout, stderr } = await new Deno.Command(shell, { args, clearEnv: true, env, stdin: "null" }).output();
  const text = new TextDecoder();
  return { code, said: text.decode(stdout).trimEnd().split("\n"), stderr: text.decode(stderr) };
}

Deno.test("H1 the stub finds the launcher of the usual home by its own path, and of any other by its name", async () => {
  await inFolder(async (folder) => {
    assertEquals(stubArgv(`${folder}/.local/share/agent-console`, `${folder}/.agent-console`).length, 4);
    for (const root of [`${folder}/.agent-console`, `${folder}/a b=c/=d//'"$x\`*?[é`, "/", "/=", `${folder}/x=-y`]) {
      await putLauncher(folder, root);
      const { code, said, stderr } = await call(folder, root, ["claude", "ask"], { HOME: "/elsewhere" });
      assertEquals([code, said[0], stderr], [0, `${root} hook claude ask`, ""]);
    }
    assertEquals(await call(folder, "/no/such/home", ["claude", "ask"]), { code: 0, said: [""], stderr: "" });
  });
});

Deno.test("H1 options of bash in the agent's environment do not end the stub", async () => {
  await inFolder(async (folder) => {
    const root = `${folder}/.agent-console`;
    await putLauncher(folder, root);
    const [, ...args] = [...stubArgv(`${folder}/.local/share/agent-console`, root), "claude"];
    const env = { SHELLOPTS: "errexit:nounset:xtrace" };
    const bash = new Deno.Command("/bin/bash", { args: ["--posix", ...args], clearEnv: true, env, stdin: "null" });
    const { code, stdout } = await bash.output();
    assertEquals([code, new TextDecoder().decode(stdout).split("\n")[0]], [0, `${root} hook claude`]);
  });
});

Deno.test("H1 the program gets the variables of its list, as they are, and no others", async () => {
  await inFolder(async (folder) => {
    const root = `${folder}/.agent-console`;
    await putLauncher(folder, root);
    const env = {
      TMUX: "a b'c\"d $(e) `f` *",
      SSH_TTY: "",
      NODE_OPTIONS: "x",
      PATH: "/evil",
      root: "/evil",
      curl: "/evil",
    };
    const { said } = await call(folder, root, ["claude", "report"], env);
    const names = said.slice(1).map((line) => line.split("=")[0]).filter((name) =>
      !["PWD", "_", "SHLVL"].includes(name!)
    );
    const namespace = Deno.build.os === "linux" ? ["AC_PID_NAMESPACE"] : [];
    assertEquals(names.sort(), [...namespace, "OURS", "SSH_TTY", "TMUX"]);
    assert(said.includes(`TMUX=${env.TMUX}`) && said.includes("OURS=it's") && said.includes("SSH_TTY="));
  });
});

Deno.test("H1 the stub tells the daemon exactly the facts that the program tells", async () => {
  const text = await Deno.readTextFile(STUB);
  const told = [...text.matchAll(/^\[ -z "\$\{(\w+)\+x\}" \] \|\| fact ac-([a-z-]+) "\$(\w+)"/gm)];
  for (const [, name, header, value] of told) {
    assertEquals([value, header!.replaceAll("-", "_").toUpperCase()], [name, name]);
  }
  assertEquals(told.map(([, name]) => name), [...HOOK_ENV]);
});

Deno.test("H1 where there is no socket, and where it is no socket, curl is not run", async () => {
  await inFolder(async (folder) => {
    const root = `${folder}/.agent-console`;
    const curl = `${folder}/curl`;
    await Deno.writeTextFile(curl, `#!/bin/sh\necho ran >>${folder}/curl-ran\n`, { mode: 0o755 });
    await putLauncher(folder, root, curl);
    const program = async () => (await call(folder, root, ["claude", "report"])).said[0];
    assertEquals(await program(), `${root} hook claude report`);
    await Deno.mkdir(root);
    assertEquals(await program(), `${root} hook claude report`);
    await Deno.writeTextFile(`${root}/hook.sock`, "");
    assertEquals(await program(), `${root} hook claude report`);
    await Deno.remove(`${root}/hook.sock`);
    const listener = Deno.listen({ transport: "unix", path: `${folder}/other.sock` });
    await Deno.symlink(`${folder}/other.sock`, `${root}/hook.sock`);
    assertEquals(await program(), `${root} hook claude report`);
    const ran = () => Deno.readTextFile(`${folder}/curl-ran`).catch(() => "never");
    assertEquals(await ran(), "never");
    await Deno.remove(`${root}/hook.sock`);
    const ours = Deno.listen({ transport: "unix", path: `${root}/hook.sock` });
    await program();
    assertEquals(await ran(), "ran\n", "with a socket of ours it is");
    ours.close();
    listener.close();
  });
});
