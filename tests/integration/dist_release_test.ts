/** D2: what `deno task compile` makes for which machine, its checksums, and the recipes that are filled from them. */
import { assert, assertEquals, assertMatch, assertRejects, assertThrows } from "@std/assert";
import { parseChecksums, writeChecksums } from "../../install/checksums.ts";
import { checkMachine, compileArgs, type Target, TARGETS, targetsOf } from "../../install/compile_targets.ts";
import { writePackaging } from "../../install/packaging.ts";
import { homePaths } from "../../src/platform/home_paths.ts";
import { daemonFlags } from "../../src/platform/sandbox.ts";
import { ConsoleError } from "../../src/protocol/errors.ts";
import { parseContainerfile, parseFormula } from "../support/recipes.ts";
import { defaultPermissions } from "../support/default_permissions.ts";
import { exists } from "../support/exists.ts";
import { REPOSITORY } from "../support/harness.ts";
import { run } from "../support/harness_process.ts";
import { BUILD_MS } from "../support/harness_wait.ts";

const ALL = Object.keys(TARGETS) as Target[];
const URL_BASE = "https://downloads.example.org/agent-console/0.3.0";

async function inFolder(work: (folder: string) => Promise<void>): Promise<void> {
  const folder = await Deno.makeTempDir();
  try {
    await work(folder);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

/** `deno task compile` in a folder of the test's, without a network. */
async function compile(folder: string, args: readonly string[], env: Readonly<Record<string, string>> = {}) {
  const argv = [Deno.execPath(), "run", "-A", "install/build_main.ts", "compile", ...args, `${folder}/dist`];
  const own = {
    ...Deno.env.toObject(),
    AGENT_CONSOLE_HOME: `${folder}/home`,
    HTTPS_PROXY: "http://127.0.0.1:1",
    ...env,
  };
  return await run(argv, { env: own, cwd: REPOSITORY, timeoutMs: BUILD_MS });
}

Deno.test("D2 compile knows four machines, and refuses another, an unknown option and one base for all, with a hint", async () => {
  assertEquals(targetsOf("all"), ALL);
  assertEquals(ALL.map((name) => targetsOf(name)), ALL.map((name) => [name]));
  await inFolder(async (folder) => {
    const cases: [string[], Record<string, string>, RegExp][] = [
      [
        ["--target", "x86_64-pc-windows-msvc"],
        {},
        /^error: "x86_64-pc-windows-msvc" is no machine [^\n]*\nhint: --target all, or one of x86_64-/,
      ],
      [["--force", "yes"], {}, /^error: compile does not understand --force\nhint: deno task compile \[--target/],
      [
        ["--target", "all"],
        { DENORT_BIN: "/bin/true" },
        /^error: DENORT_BIN names one runtime base, and there are 4 [^\n]*\nhint: /,
      ],
    ];
    for (const [args, env, said] of cases) {
      const { code, stdout, stderr } = await compile(folder, args, env);
      assertEquals([code, stdout], [1, ""]);
      assertMatch(stderr, said);
      assertEquals(exists(`${folder}/dist`), false);
    }
  });
});

Deno.test("D2 what deno compile is called with: the machine, the sandbox of the daemon's home, and nothing for itself", () => {
  const paths = homePaths("/home/agent/.agent-console");
  const permissions = defaultPermissions();
  const sandbox = { paths, socketPath: paths.socket, pidFilePath: paths.pid, permissions, form: "compiled" } as const;
  const flags = daemonFlags(sandbox).map(({ flag }) => flag);
  assert(flags.includes("--no-prompt") && !flags.includes("-A"), flags.join(" "));
  for (const target of [undefined, ...ALL]) {
    const args = ["--home", paths.root];
    const words = compileArgs({ name: "agent-consoled", flags, args, target });
    const machine = target === undefined ? [] : ["--target", target];
    assertEquals(words, [
      ...["compile", "--no-code-cache", ...machine, ...flags],
      ...["-o", "agent-consoled", "agent-consoled.js", "--home", paths.root],
    ]);
  }
});

/** The first bytes of a program: ELF names its processor at byte 18, Mach-O at byte 4. */
function headOf(target: Target): Uint8Array {
  const head = new DataView(new ArrayBuffer(64));
  const [processor, system] = target.split("-", 3) as [string, string];
  if (system === "apple") {
    head.setUint32(0, 0xfeedfacf, true);
    head.setUint32(4, processor === "aarch64" ? 0x0100000c : 0x01000007, true);
  } else {
    head.setUint32(0, 0x7f454c46);
    head.setUint16(18, processor === "aarch64" ? 183 : 62, true);
  }
  return new Uint8Array(head.buffer);
}

Deno.test("D2 a program for another machine than was asked for is not published", async () => {
  await inFolder(async (folder) => {
    for (const made of ALL) {
      await Deno.writeFile(`${folder}/program`, headOf(made));
      for (const asked of ALL) {
        if (made === asked) await checkMachine(`${folder}/program`, asked);
        else {await assertRejects(
            () => checkMachine(`${folder}/program`, asked),
            ConsoleError,
            `for ${made}, expected ${asked}`,
          );}
      }
    }
    await Deno.writeTextFile(`${folder}/program`, "#!/bin/sh\n");
    await assertRejects(
      () => checkMachine(`${folder}/program`, ALL[0]!),
      ConsoleError,
      "no program of a known machine",
    );
    const own = ALL.find((name) => name === Deno.build.target);
    if (own !== undefined) await checkMachine(Deno.execPath(), own);
  });
});

Deno.test("D2 sha256sum reads the checksums, and finds a changed file", async () => {
  await inFolder(async (folder) => {
    const names = ALL.flatMap((target) => [`${target}/agent-console`, `${target}/agent-consoled`]);
    for (const target of ALL) await Deno.mkdir(`${folder}/${target}`);
    for (const name of names) await Deno.writeTextFile(`${folder}/${name}`, `stands in for ${name}`);
    await writeChecksums(folder, names);
    const read = () =>
      run(["/usr/bin/sha256sum", "--strict", "-c", "SHA256SUMS"], { env: { PATH: "/usr/bin" }, cwd: folder });
    assertEquals((await read()).code, 0);
    const sums = parseChecksums(await Deno.readTextFile(`${folder}/SHA256SUMS`));
    assertEquals([...sums.keys()], [...names].sort());
    await Deno.writeTextFile(`${folder}/${names[0]}`, "another");
    const { code, stdout } = await read();
    assertEquals([code, stdout.split("\n").filter((line) => line.endsWith("FAILED"))], [1, [`${names[0]}: FAILED`]]);
  });
  assertThrows(() => parseChecksums("abc  file\n"), ConsoleError, "line 1 of SHA256SUMS is no checksum");
});

const SUMS = [
  "agent-console-0.3.0.tar.gz",
  ...ALL.flatMap((name) => [`${name}/agent-console`, `${name}/agent-consoled`]),
]
  .map((name, at) => [name, String(at).padStart(64, "a")] as const);

Deno.test("D2 the recipes hold the checksums of their own files, no secret, no shell of ours, and a user who is not root", async () => {
  await inFolder(async (folder) => {
    await Deno.writeTextFile(`${folder}/SHA256SUMS`, SUMS.map(([name, sum]) => `${sum}  ${name}\n`).join(""));
    const given = { version: "0.3.0", checksums: `${folder}/SHA256SUMS`, url: URL_BASE, folder: `${folder}/out` };
    const names = await writePackaging(given);
    assertEquals(names.map((name) => name.split("/").at(-1)), [
      "agent-console.rb",
      "Containerfile.amd64",
      "Containerfile.arm64",
    ]);
    const sums = new Map(SUMS);
    const [formula = "", ...containers] = await Promise.all(names.map((name) => Deno.readTextFile(name)));
    for (const text of [formula, ...containers]) assert(!text.includes("{{"), text);

    const { fields, dependsOn, blocks } = parseFormula(formula);
    assertEquals([fields.get("url"), fields.get("sha256"), fields.get("version"), fields.get("license")], [
      `${URL_BASE}/agent-console-0.3.0.tar.gz`,
      sums.get("agent-console-0.3.0.tar.gz"),
      "0.3.0",
      "MIT",
    ]);
    assertEquals([dependsOn, blocks], [["deno"], ["def install", "def caveats", "test do"]]);

    for (const [at, target] of (["x86_64-unknown-linux-gnu", "aarch64-unknown-linux-gnu"] as const).entries()) {
      const lines = parseContainerfile(containers[at]!);
      const of = (word: string) => lines.filter(({ instruction }) => instruction === word).map(({ value }) => value);
      assertEquals(of("COPY"), [
        `--chmod=0755 ${target}/agent-console ${target}/agent-consoled /opt/agent-console/`,
      ]);
      const checks = of("RUN").join("\n");
      for (const name of ["agent-console", "agent-consoled"]) {
        assert(checks.includes(`${sums.get(`${target}/${name}`)}  /opt/agent-console/${name}"`), checks);
      }
      assertEquals(of("USER"), ["10001:10001"]);
      const order = lines.map(({ instruction }) => instruction);
      assert(order.lastIndexOf("RUN") < order.indexOf("USER"), "what runs as root runs before");
      assertEquals(of("ENV"), ["HOME=/home/agent"]);
      assertEquals(of("ARG"), []);
      assertEquals(JSON.parse(of("ENTRYPOINT")[0]!), ["/opt/agent-console/agent-consoled"]);
      const health = /^(?:--\S+ )+CMD (\[.*\])$/.exec(of("HEALTHCHECK")[0]!)?.[1];
      assertEquals(JSON.parse(health!), ["/opt/agent-console/agent-console", "--no-start", "status", "--json"]);
    }
  });
});

Deno.test("D2 recipes are not made of a version, an address or checksums that are none; nothing is written then", async () => {
  await inFolder(async (folder) => {
    const all = SUMS.map(([name, sum]) => `${sum}  ${name}\n`);
    await Deno.writeTextFile(`${folder}/SHA256SUMS`, all.join(""));
    await Deno.writeTextFile(`${folder}/short`, all.slice(0, -4).slice(1).join(""));
    await Deno.writeTextFile(`${folder}/twice`, `${"a".repeat(64)}  a\n${"b".repeat(64)}  a\n`);
    const given = { version: "0.3.0", checksums: `${folder}/SHA256SUMS`, url: URL_BASE, folder: `${folder}/out` };
    const wrong: [Partial<typeof given>, RegExp][] = [
      [{ version: "next" }, /"next" is no version/],
      [{ version: "1.2.3-.." }, /is no version/],
      [{ url: "http://example.org" }, /no https address/],
      [{ url: "https://example.org/../.." }, /no https address/],
      [{ checksums: `${folder}/twice` }, /line 2 of SHA256SUMS names a again/],
      [{ url: 'https://example.org/#{system("id")}' }, /no https address/],
      [{ checksums: `${folder}/none` }, /there is no \S+\/none/],
      [{ checksums: `${folder}/short` }, /short has no agent-console-0\.3\.0\.tar\.gz/],
      [{ version: "0.4.0" }, /SHA256SUMS has no agent-console-0\.4\.0\.tar\.gz/],
    ];
    for (const [change, why] of wrong) {
      const error = await assertRejects(() => writePackaging({ ...given, ...change }), ConsoleError);
      assertMatch(error.message, why);
      if (error.message.includes(" has no ")) {
        assertMatch(error.hint ?? "", /^pack what deno task bundle makes as agent-/);
      }
    }
    assertEquals(exists(given.folder), false);
  });
});

Deno.test("D2 a task of the build that is asked for help, or called wrongly, says its form and writes nothing", async () => {
  await inFolder(async (folder) => {
    const build = (...args: string[]) =>
      run([Deno.execPath(), "run", "-A", `${REPOSITORY}/install/build_main.ts`, ...args], {
        cwd: folder,
        env: { ...Deno.env.toObject(), NO_COLOR: "1" },
      });
    const packaging = "deno task packaging VERSION SHA256SUMS URL [FOLDER]";
    const cases: readonly (readonly [readonly string[], number, string])[] = [
      [["sbom", "--help"], 0, "usage: deno task sbom [FOLDER]\n"],
      [["bundle", "-h"], 0, "usage: deno task bundle [FOLDER]\n"],
      [["compile", "--help"], 0, "usage: deno task compile [--target TRIPLE|all] [--home FOLDER] [FOLDER]\n"],
      [["packaging", "--help"], 0, `usage: ${packaging}\n`],
      [["packaging"], 2, `error: packaging needs VERSION, SHA256SUMS and URL\nhint: ${packaging}\n`],
      [["sbom", "--out"], 2, "error: sbom has no option --out\nhint: deno task sbom [FOLDER]\n"],
      [["bundle", "a", "b"], 2, "error: bundle takes no b\nhint: deno task bundle [FOLDER]\n"],
    ];
    for (const [args, code, says] of cases) {
      const { stdout, stderr, code: ended } = await build(...args);
      assertEquals([ended, stdout + stderr], [code, says], args.join(" "));
    }
    assertEquals(await Array.fromAsync(Deno.readDir(folder)), []);
  });
});
