/** `capsule install`: what is copied, what is refused, and that nothing of a capsule or its package runs by it. */
import { assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { capsuleStates } from "../support/capsule_commands.ts";
import { writeCapsule } from "../support/capsule_folder.ts";
import { exists } from "../support/exists.ts";
import { TestHome } from "../support/harness.ts";
import { run } from "../support/harness_process.ts";

/** A capsule that leaves a mark wherever its main is loaded or a script of its package is run. */
function marking(place: string, mark: string, version = "1.0.0"): string {
  const script = `touch ${mark}`;
  return writeCapsule(place, { version }, {
    "main.ts": `Deno.writeTextFileSync("${mark}", "");\nexport default () => {};\n`,
    "lib/names.ts": `export const names = ["${version}"];\n`,
    "package.json": JSON.stringify({
      name: "demo",
      version,
      scripts: { preinstall: script, install: script, postinstall: script, prepare: script, prepack: script },
    }),
  });
}

/** Texts of the files below a folder, by their paths there. */
function filesIn(folder: string, below = ""): Record<string, string> {
  const entries = [...Deno.readDirSync(folder)].flatMap(({ name, isDirectory }) =>
    isDirectory
      ? Object.entries(filesIn(`${folder}/${name}`, `${below}${name}/`))
      : [[`${below}${name}`, Deno.readTextFileSync(`${folder}/${name}`)] as const]
  );
  return Object.fromEntries(entries);
}

const namesIn = (folder: string) => [...Deno.readDirSync(folder)].map(({ name }) => name).sort();

Deno.test("X1 capsule install copies a folder and runs nothing of it; another version waits for a yes", async () => {
  await using home = await TestHome.create();
  const mark = `${home.root}/mark`;
  const source = marking(`${home.root}/made`, mark);
  const installed = await home.cli(["capsule", "install", source]);
  assertEquals(installed.code, 0, installed.stderr);
  assertMatch(installed.stderr, /demo 1\.0\.0: installed in .*capsules\/demo; it runs nothing yet/);
  const into = home.path("capsules/demo");
  assertEquals([filesIn(into), namesIn(home.path("capsules"))], [filesIn(source), ["demo"]]);
  assertEquals(((await Deno.stat(`${into}/main.ts`)).mode ?? 0) & 0o777, 0o600);

  // The same files again are there already; others are not put in their place without a yes.
  assertEquals((await home.cli(["capsule", "install", "made/demo"])).code, 0);
  marking(`${home.root}/made`, mark, "2.0.0");
  const refused = await home.cli(["capsule", "install", source], { stdin: "y\n" });
  assertEquals([refused.code, filesIn(into)["lib/names.ts"]], [1, 'export const names = ["1.0.0"];\n'], refused.stderr);
  assertEquals((await home.cli(["capsule", "install", source, "--yes"])).code, 0);
  assertEquals([filesIn(into), namesIn(home.path("capsules"))], [filesIn(source), ["demo"]]);

  await home.start();
  assertEquals([await capsuleStates(home), exists(mark)], [{ demo: "ungranted" }, false]);
  const loaded = await run([Deno.execPath(), "run", "-A", "--no-config", `${into}/main.ts`], {
    env: home.command([]).env,
    cwd: home.root,
  });
  assertEquals([loaded.code, exists(mark)], [0, true], "its main would leave the mark");
});

Deno.test("X1 capsule install refuses what is no capsule, and leaves nothing behind", async () => {
  await using home = await TestHome.create();
  const source = writeCapsule(`${home.root}/made`);
  const refusal = async (given: string) => {
    const { code, stderr } = await home.cli(["capsule", "install", given]);
    assertEquals([code, exists(home.path("capsules/demo"))], [1, false], stderr);
    return stderr;
  };
  await Deno.writeTextFile(`${source}/.env`, "A=1");
  assertMatch(await refusal(source), /the capsule is refused: it holds "\.env".*\nhint: mend \S+, and try it with /);
  await Deno.remove(`${source}/.env`);
  await Deno.symlink("/etc/passwd", `${source}/names.ts`);
  assertMatch(await refusal(source), /names\.ts is a symlink/);
  await Deno.remove(`${source}/names.ts`);
  await Deno.chmod(`${source}/main.ts`, 0o666);
  assertMatch(await refusal(source), /cure: chmod go-w/);
  const none = await refusal(`${home.root}/none`);
  assertMatch(
    none,
    /none is not there\nhint: give the folder that holds its capsule\.jsonc, or npm:NAME for a package\n/,
  );
});

/** An npm that notes how it was called, and packs `folder`; it runs no script of the package itself. */
function fakeNpm(home: TestHome, folder: string): { readonly path: string; readonly calls: () => string[] } {
  const [bin, log] = [`${home.root}/bin`, `${home.root}/npm.calls`];
  Deno.mkdirSync(bin);
  const text = `#!/bin/sh
printf '%s\\n' "$*" >> ${log}
while [ "$1" != --pack-destination ]; do shift; done
tar -c -z -f "$2/demo-1.0.0.tgz" -C ${folder} package
`;
  Deno.writeTextFileSync(`${bin}/npm`, text, { mode: 0o700 });
  const calls = () => exists(log) ? Deno.readTextFileSync(log).trim().split("\n") : [];
  return { path: `${bin}:${Deno.env.get("PATH") ?? "/usr/bin:/bin"}`, calls };
}

Deno.test("X1 capsule install npm:NAME has npm pack the package without its scripts, and calls it for nothing else", async () => {
  await using home = await TestHome.create();
  const mark = `${home.root}/mark`;
  const source = marking(`${home.root}/made`, mark);
  await Deno.rename(source, `${home.root}/made/package`);
  const npm = fakeNpm(home, `${home.root}/made`);
  const env = { PATH: npm.path };
  for (const name of ["--global", "../work", "/etc", "https://example.test/a.tgz", "a b", "git+ssh://host/x"]) {
    const bad = await home.cli(["capsule", "install", `npm:${name}`], { env });
    assertEquals([bad.code, npm.calls()], [2, []], bad.stderr);
    assertStringIncludes(bad.stderr, "is no package of npm");
  }
  const installed = await home.cli(["capsule", "install", "npm:@team/demo@1.0.0", "--json"], { env });
  assertEquals(installed.code, 0, installed.stderr);
  assertEquals(JSON.parse(installed.stdout)["installed"], "demo");
  const calls = npm.calls().map((call) => call.replace(/ \S*\/capsules\/\.new-[0-9a-f-]+ /, " FOLDER "));
  assertEquals(calls, ["pack --ignore-scripts --pack-destination FOLDER -- @team/demo@1.0.0"]);
  assertEquals(filesIn(home.path("capsules/demo")), filesIn(`${home.root}/made/package`));
  assertEquals([namesIn(home.path("capsules")), exists(mark)], [["demo"], false]);
});
