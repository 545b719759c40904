/** What keeps the tests away from the real home of whoever runs them, and the clean environment that they run in. */

const realHome = Deno.env.get("HOME") ?? "/nonexistent";

/**
 * @throws {Error} where `path` is the real home's folder of this program, or not below the test's own folder
 */
export function assertOurs(path: string, root: string): void {
  const real = [`${realHome}/.agent-console`, Deno.env.get("AGENT_CONSOLE_HOME")];
  for (const forbidden of real) {
    if (forbidden === undefined) continue;
    if (path === forbidden || path.startsWith(forbidden + "/") || root.startsWith(forbidden)) {
      throw new Error(
        `no test runs in ${path}: it is the home of the person who runs the tests`,
      );
    }
  }
  if (!/^\/tmp\/ac-[^/]+$/.test(root)) throw new Error(`no test runs in ${root}: it is not a folder /tmp/ac-…`);
  if (path !== root && !path.startsWith(root + "/")) {
    throw new Error(`no test runs in ${path}: it is outside ${root}`);
  }
}

/** Refuses an environment or arguments that would lead the program out of `root`. */
export function assertContained(args: readonly string[], env: Readonly<Record<string, string>>, root: string): void {
  for (const name of ["HOME", "AGENT_CONSOLE_HOME"]) {
    const value = env[name];
    if (value === undefined) throw new Error(`${name} is not set, expected a folder below ${root}`);
    assertOurs(value, root);
  }
  args.forEach((arg, at) => {
    const value = arg === "--home" ? args[at + 1] : /^--home=(.*)$/.exec(arg)?.[1];
    if (value !== undefined) assertOurs(value, root);
  });
}

/** The folder of cached modules: it must be named, because HOME is another one in a test. */
export function denoDir(): string {
  return Deno.env.get("DENO_DIR") ?? `${realHome}/.cache/deno`;
}

let shared: string | undefined;

/** What `deno` has made of our own modules, in its cache; what it made of all else may be a hundred times as much. */
const OWN_GEN = `gen/file${new URL("../../", import.meta.url).pathname}`;

/**
 * A copy of what the tests need of the module cache, for every uid: the cache of whoever runs the tests is often private.
 * Made once for a test file and removed when that ends.
 */
export function denoDirForAll(): string {
  if (shared !== undefined) return shared;
  const dir = Deno.makeTempDirSync({ dir: "/tmp", prefix: "acd-" });
  const from = denoDir();
  const copied = new Deno.Command("sh", {
    args: [
      "-c",
      'cp -r "$1/npm" "$2/"; copied=$?; mkdir -p "$2/$3"; cp -r "$1/$3." "$2/$3" 2> /dev/null; ' +
      'chmod -R a+rwX "$2"; exit $copied',
      "sh",
      from,
      dir,
      OWN_GEN,
    ],
    stderr: "null",
  }).outputSync();
  if (!copied.success) throw new Error(`the module cache ${from} was not copied: cp failed`);
  shared = dir;
  addEventListener("unload", () => Deno.removeSync(dir, { recursive: true }));
  return dir;
}

/**
 * Fills the folder `to` as a module cache in which everything is the one of whoever runs the tests but what Deno makes of
 * modules: programs in temporary folders would leave that behind. What it has made of our modules is copied to where it
 * looks for that of `sources`, a copy of ours: it compares the text of a module before it takes one, and a copy costs
 * a tenth of making all of them anew.
 */
export function denoDirOfItsOwn(to: string, sources: string): void {
  const gen = `${to}/gen/file${sources}`;
  Deno.mkdirSync(gen, { recursive: true });
  for (const { name } of Deno.readDirSync(denoDir())) {
    if (name !== "gen") Deno.symlinkSync(`${denoDir()}/${name}`, `${to}/${name}`);
  }
  // Before the first run there is nothing of ours, which costs time and nothing else.
  const made = ["main.ts.js", "src", "install"].map((name) => `${denoDir()}/${OWN_GEN}${name}`);
  new Deno.Command("cp", { args: ["-r", ...made, gen], stderr: "null" }).outputSync();
}

/** Runs `argv` as another user without groups; only root can. */
export function asUser(uid: number, argv: readonly string[]): string[] {
  return ["setpriv", `--reuid=${uid}`, `--regid=${uid}`, "--clear-groups", ...argv];
}

export const isRoot = Deno.uid() === 0;
/** The ordinary user of tests that depend on mode bits, and the stranger who attacks. */
export const USER = 1000;
export const STRANGER = 65534;

/** Gives a file, or a folder with all that is in it, to `uid`. */
export function chownAll(path: string, uid: number): void {
  Deno.chownSync(path, uid, uid);
  if (!Deno.lstatSync(path).isDirectory) return;
  for (const entry of Deno.readDirSync(path)) chownAll(`${path}/${entry.name}`, uid);
}
