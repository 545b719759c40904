/** X1: the launcher and the script of a granted capsule, as they are written and as a shell runs them. */
import { assertEquals, assertStringIncludes, assertThrows } from "@std/assert";
import { capsulePlaces } from "../../src/platform/capsule_places.ts";
import { CLOSED_NETWORKS } from "../../src/platform/capsule_networks.ts";
import { capsuleLauncherText, type CapsuleRun, capsuleRunText } from "../../src/platform/capsule_texts.ts";
import { startPiped } from "../../src/platform/piped_process.ts";
import { exists } from "../support/exists.ts";
import { eventually } from "../support/harness_wait.ts";

const DIGEST = "0123456789abcdef".repeat(4);
const PLAIN: CapsuleRun = {
  name: "demo",
  deno: "/opt/deno",
  host: "/opt/host.js",
  code: "/data/code",
  main: "lib/main.ts",
  net: [],
  read: [],
  write: [],
  env: {},
  nice: "/usr/bin/nice",
  privileged: true,
};

Deno.test("X1 the script of a capsule that was granted nothing lets it read its own code, and no more", () => {
  assertEquals(
    capsuleRunText(PLAIN),
    `#!/bin/sh -p
# Runs the capsule demo as it was granted. Written by agent-console capsule grant; changes are lost.
[ "\${1-}" = cleared ] || exec /usr/bin/env -i /bin/sh -p "$0" cleared
cd / || exit 70
umask 077
exec 3>&- 4>&- 5>&- 6>&- 7>&- 8>&- 9>&-
ulimit -d 720896 2>/dev/null || :
ulimit -c 0 2>/dev/null || :
ulimit -n 64 2>/dev/null || :
/bin/sh -p -c 'of() { if read -r stat < "/proc/$1/stat"; then set -- \${stat##*) }; session=$4 start=\${20}; else start=$(/bin/ps -o lstart= -p "$1"); fi; }; lives() { of "$1"; [ "$start" = "$2" ] && kill -0 "$1"; }; behind() { [ "$session" = "$2" ] && echo "$1" > "/proc/$2/autogroup"; }; of "$1"; daemon=$start; of "$2"; capsule=$start; behind 5 "$2"; while /bin/sleep 5; lives "$1" "$daemon" && lives "$2" "$capsule"; do behind 10 "$2"; done; lives "$2" "$capsule" && kill -9 "$2"' watch "$PPID" "$$" < /dev/null > /dev/null 2>&1 &
export DENO_DIR=/dev/null
export DENO_NO_UPDATE_CHECK=1
export DENO_WEBGPU_BACKEND=none
export NO_COLOR=1
exec /usr/bin/nice -n 5 /opt/deno run -q --no-prompt --no-npm --no-remote --cached-only --deny-import --no-config --no-lock ` +
      `--no-code-cache --v8-flags=--max-old-space-size=64 \\
  --allow-read=/data/code \\
  /opt/host.js file:///data/code/lib/main.ts
`,
  );
});

Deno.test("X1 the script of a capsule that is tested differs from a granted one's by its last word alone", () => {
  const granted = capsuleRunText(PLAIN);
  assertEquals(capsuleRunText({ ...PLAIN, isTest: true }), `${granted.trimEnd()} test\n`);
});

Deno.test("X1 the script of a capsule names what was granted, and closes the networks around it", () => {
  const text = capsuleRunText({
    ...PLAIN,
    code: "/data/it's a%20b#c?d/code",
    net: ["hooks.slack.com:443"],
    read: ["/etc/hosts"],
    write: ["/home/you/my out"],
    env: { TOKEN: "a 'b' $c", DENO_DIR: "/evil" },
    nice: undefined,
    privileged: false,
  });
  const words = [
    "#!/bin/sh\n",
    `[ "\${1-}" = cleared ] || exec /usr/bin/env -i /bin/sh "$0" cleared\n`,
    `export CAPSULE_ENV_TOKEN='a '\\''b'\\'' $c'\nexport DENO_DIR=/dev/null\n`,
    "export NO_COLOR=1\nexec /opt/deno run",
    "  --allow-env=CAPSULE_ENV_DENO_DIR,CAPSULE_ENV_TOKEN \\\n",
    `  '--allow-read=/data/it'\\''s a%20b#c?d/code,/etc/hosts' \\\n  '--allow-write=/home/you/my out' \\\n`,
    `  --allow-net=hooks.slack.com:443 \\\n  '--deny-net=${CLOSED_NETWORKS.join(",")}' \\\n`,
    "  /opt/host.js 'file:///data/it'\\''s%20a%2520b%23c%3Fd/code/lib/main.ts'\n",
  ];
  for (const word of words) assertStringIncludes(text, word);
});

Deno.test("X1 A3 what runs a capsule has its variables and no others, and no value in its command line", async () => {
  const folder = await Deno.makeTempDir({ dir: "/tmp", prefix: "ac-" });
  try {
    // In the place of the runtime: what it was given, as the system has it.
    const deno = `${folder}/deno`;
    await Deno.writeTextFile(deno, '#!/bin/sh\ntr "\\0" "\\n" < /proc/$$/cmdline; /usr/bin/env\n', { mode: 0o700 });
    const run = `${folder}/run`;
    const text = capsuleRunText({ ...PLAIN, deno, nice: undefined, env: { TOKEN: "se'cret $x" } });
    await Deno.writeTextFile(run, text, { mode: 0o700 });
    const { stdout } = await new Deno.Command(run, { env: { OTHER: "1", DENO_V8_FLAGS: "x" } }).output();
    const lines = new TextDecoder().decode(stdout).split("\n");
    assertEquals(lines.filter((line) => line.includes("se'cret")), ["CAPSULE_ENV_TOKEN=se'cret $x"]);
    assertEquals(lines.filter((line) => /^(?:OTHER|DENO_V8_FLAGS|HOME|PATH)=/.test(line)), []);
    assertEquals(lines.includes("DENO_DIR=/dev/null"), true);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});

Deno.test("X1 a capsule that is busy ends with the daemon that has started it, also where that was killed", async () => {
  const folder = await Deno.makeTempDir({ dir: "/tmp", prefix: "ac-" });
  try {
    // In the place of the runtime, and of the daemon.
    const deno = `${folder}/deno`;
    await Deno.writeTextFile(deno, "#!/bin/sh\nwhile :; do /bin/sleep 0.1; done\n", { mode: 0o700 });
    const run = `${folder}/run`;
    await Deno.writeTextFile(run, capsuleRunText({ ...PLAIN, deno, nice: undefined }), { mode: 0o700 });
    const script = '"$0" < /dev/null > /dev/null 2>&1 & echo $!; wait';
    const daemon = new Deno.Command("/bin/sh", { args: ["-c", script, run], stdout: "piped" }).spawn();
    const { value } = await daemon.stdout.getReader().read();
    const pid = Number(new TextDecoder().decode(value));
    // One that has ended, and that nobody has asked about, is still listed.
    const lives = () => exists(`/proc/${pid}`) && !/\) Z /.test(Deno.readTextFileSync(`/proc/${pid}/stat`));
    const isRuntime = () => Deno.readTextFileSync(`/proc/${pid}/cmdline`).includes(deno);
    await eventually(() => lives() && isRuntime(), 5000, "the capsule in place of its script");
    daemon.kill("SIGKILL");
    await daemon.status;
    await eventually(() => !lives(), 20_000, "the end of the capsule");
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});

Deno.test("X1 what a permission flag cannot hold is written into none", () => {
  for (const wrong of [{ read: ["/a,b"] }, { write: ["a"] }, { code: "/a,/" }, { net: ["a:1,b:2"] }, { net: ["*"] }]) {
    assertThrows(() => capsuleRunText({ ...PLAIN, ...wrong }), RangeError);
  }
});

Deno.test("X1 the launcher runs what lies under a name and a digest, and nothing else", async () => {
  const folder = await Deno.makeTempDir({ dir: "/tmp", prefix: "ac- it's-" });
  try {
    const launcher = `${folder}/capsule`;
    const write = (path: string, text: string) => Deno.writeTextFile(path, text, { mode: 0o700 });
    await write(launcher, capsuleLauncherText({ granted: `${folder}/granted`, privileged: true }));
    await Deno.mkdir(`${folder}/granted/demo/${DIGEST}`, { recursive: true });
    await write(`${folder}/granted/demo/${DIGEST}/run`, '#!/bin/sh\necho "ran $#"\n');
    await Deno.mkdir(`${folder}/other`);
    await write(`${folder}/other/run`, "#!/bin/sh\necho escaped\n");
    const launch = async (...args: string[]) => {
      const { code, stdout } = await new Deno.Command(launcher, { args, env: { LC_ALL: "C.UTF-8", IFS: "/" } })
        .output();
      return [code, new TextDecoder().decode(stdout)];
    };
    assertEquals(await launch("demo", DIGEST), [0, "ran 0\n"]);
    assertEquals(await launch("demo", DIGEST.replace("0", "1")), [66, ""]);
    assertEquals(await launch("none", DIGEST), [66, ""]);
    const dots = `../${"./".repeat(26)}/../other`;
    assertEquals(dots.length, 64);
    const wrong: readonly (readonly string[])[] = [
      [],
      ["demo"],
      ["demo", DIGEST, "more"],
      ["demo", dots],
      ["demo", DIGEST.toUpperCase()],
      ["demo", `${DIGEST.slice(1)}\n`],
      ["", DIGEST],
      ["Demo", DIGEST],
      ["1demo", DIGEST],
      ["demo/../demo", DIGEST],
      ["demo é", DIGEST],
      ["demo\n", DIGEST],
      ["$(touch x)", DIGEST],
      ["a".repeat(33), DIGEST],
    ];
    for (const args of wrong) assertEquals(await launch(...args), [64, ""], JSON.stringify(args));
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});

Deno.test("X1 granted capsules lie beside the launchers of their home, out of every home", () => {
  const env = (name: string) => ({ HOME: "/home/you" })[name];
  assertEquals(capsulePlaces("/home/you/.agent-console", env), {
    launcher: "/home/you/.local/share/agent-console/homes/=-home=-you=-.agent-console/capsule",
    granted: "/home/you/.local/share/agent-console/capsules/=-home=-you=-.agent-console",
  });
  const xdg = (name: string) => ({ HOME: "/home/you", XDG_DATA_HOME: "/data/" })[name];
  assertEquals(capsulePlaces("/h", xdg)?.granted, "/data/agent-console/capsules/=-h");
  assertEquals(capsulePlaces("/home/you", env), undefined, "the daemon may write in its home");
  assertEquals(capsulePlaces("/h", () => undefined), undefined);
});

Deno.test({
  name: "X1 a capsule has the processor behind other sessions, not behind its own alone",
  ignore: !exists("/proc/self/autogroup"),
  fn: async () => {
    const folder = await Deno.makeTempDir({ dir: "/tmp", prefix: "ac-" });
    try {
      const deno = `${folder}/deno`; // in the place of the runtime
      await Deno.writeTextFile(deno, "#!/bin/sh\nwhile :; do /bin/sleep 0.1; done\n", { mode: 0o700 });
      const run = `${folder}/run`;
      await Deno.writeTextFile(run, capsuleRunText({ ...PLAIN, deno, nice: undefined }), { mode: 0o700 });
      const group = async (pid: number | "self") => await Deno.readTextFile(`/proc/${pid}/autogroup`);
      const own = await group("self");
      const child = startPiped([run], { cwd: "/", env: {} });
      const isNice = (value: number) => async () => (await group(child.pid)).trim().endsWith(` nice ${value}`);
      await eventually(isNice(5), 4000, "the session's nice value at its start");
      await eventually(isNice(10), 20_000, "the one of a capsule that has started");
      assertEquals(await group("self"), own);
      child.slay();
      await Promise.all([child.ended, child.stdout.cancel(), child.stderr.cancel()]);
    } finally {
      await Deno.remove(folder, { recursive: true });
    }
  },
});
