/**
 * The house rules, read from the code itself: which room may import which, and why. A failure names the import, the
 * rule and its reason.
 */
import { assert, assertEquals } from "@std/assert";
import { lies, roomOf, ruleOf } from "./support/architecture_rules.ts";

const ROOT = new URL("..", import.meta.url).pathname;

/** The fast paths: what they load is paid at each event of each agent, and each time a status line renders. */
const FAST_ENTRIES = ["src/client/hook.ts", "src/client/statusline.ts"];

interface Module {
  readonly specifier: string;
  readonly dependencies?: readonly {
    readonly specifier: string;
    readonly code?: { readonly specifier?: string };
    readonly type?: { readonly specifier?: string };
    readonly isDynamic?: boolean;
  }[];
}

/** Everything that is ever run: main.ts names its rooms at run time, so their graphs are read one by one. */
const ENTRIES = [
  "main.ts",
  "src/cli/bundled.ts",
  "src/daemon/main.ts",
  "src/page/main.tsx",
  "src/capsule_host/main.ts",
];

async function program(): Promise<readonly Module[]> {
  const all = await Promise.all(ENTRIES.map(modules));
  return [...new Map(all.flat().map((module) => [module.specifier, module])).values()];
}

async function modules(entry: string): Promise<readonly Module[]> {
  const { stdout } = await new Deno.Command(Deno.execPath(), {
    args: ["info", "--json", entry],
    cwd: ROOT,
    stdout: "piped",
    stderr: "null",
  }).output();
  return (JSON.parse(new TextDecoder().decode(stdout)) as { modules: Module[] }).modules;
}

function local(specifier: string | undefined): string | undefined {
  const prefix = `file://${ROOT}`;
  return specifier?.startsWith(prefix) ? specifier.slice(prefix.length) : undefined;
}

function* sources(folder: string): Generator<string> {
  for (const entry of Deno.readDirSync(`${ROOT}${folder}`)) {
    const path = `${folder}/${entry.name}`;
    if (entry.isDirectory) yield* sources(path);
    else if (/\.tsx?$/.test(path) && !path.endsWith(".d.ts")) yield path;
  }
}

Deno.test("architecture: imports run one way between the rooms", async () => {
  const broken: string[] = [];
  for (const module of await program()) {
    const from = local(module.specifier);
    if (from === undefined || from.endsWith(".d.ts")) continue;
    const rule = ruleOf(roomOf(from));
    assert(rule !== undefined, `${from} lies in a room without a rule`);
    for (const dependency of module.dependencies ?? []) {
      const to = local(dependency.code?.specifier ?? dependency.type?.specifier);
      if (to === undefined || roomOf(to) === roomOf(from)) continue;
      const allowed = rule.may.some((room) => lies(to, room));
      if (!allowed) broken.push(`${from} imports ${to}: ${rule.why}`);
    }
  }
  assertEquals(broken, []);
});

Deno.test("architecture: every source file is part of the program", async () => {
  const used = new Set((await program()).map(({ specifier }) => local(specifier)));
  assertEquals([...sources("src")].filter((path) => !used.has(path)), []);
});

Deno.test("architecture: no import goes in a circle, be it for a type or a dynamic one", async () => {
  const edges = new Map<string, string[]>();
  for (const { specifier, dependencies } of await program()) {
    const from = local(specifier);
    if (from === undefined) continue;
    const to = (dependencies ?? []).flatMap(({ code, type }) => [local(code?.specifier), local(type?.specifier)]);
    edges.set(from, [...new Set(to)].flatMap((path) => path === undefined || path.endsWith(".d.ts") ? [] : [path]));
  }
  const done = new Set<string>();
  const circles: string[] = [];
  const visit = (path: string, trail: readonly string[]) => {
    if (trail.includes(path)) return void circles.push([...trail.slice(trail.indexOf(path)), path].join(" → "));
    if (done.has(path)) return;
    for (const to of edges.get(path) ?? []) visit(to, [...trail, path]);
    done.add(path);
  };
  for (const path of edges.keys()) visit(path, []);
  assertEquals(circles, []);
});

Deno.test("architecture: no exported name stands for two things", () => {
  const places = new Map<string, string[]>();
  for (const path of sources("src")) {
    const text = Deno.readTextFileSync(`${ROOT}${path}`);
    const exported = text.matchAll(/^export (?:async |abstract )*(?:const|function|class|interface|type) (\w+)/gm);
    for (const name of new Set(Array.from(exported, ([, word = ""]) => word))) {
      places.set(name, [...places.get(name) ?? [], path]);
    }
  }
  assert(places.size > 300, "the exports were not read");
  assertEquals([...places].filter(([, paths]) => paths.length > 1), []);
});

Deno.test("architecture: only platform and main.ts touch Deno and node", () => {
  const broken = [...sources("src")].filter((path) => !path.startsWith("src/platform/")).flatMap((path) => {
    const code = Deno.readTextFileSync(`${ROOT}${path}`).replace(/\/\*[\s\S]*?\*\/|\/\/.*$/gm, "");
    return /\bDeno\.|["']node:/.test(code) ? [path] : [];
  });
  assertEquals(broken, [], "every other room goes through platform/, so that it can be tested with a fake system");
});

Deno.test("architecture: one place says how a program is started", () => {
  const places = [...sources("src")].filter((path) =>
    /\bDeno\.Command\(|child_process/.test(Deno.readTextFileSync(`${ROOT}${path}`))
  );
  assertEquals(places, ["src/platform/process.ts"], "its stdin may be a socket, which no program may have (commandOf)");
});

/** What a run of `entry` loads, or all that it ever may load. Along code only: types nobody loads. */
async function loaded(entry: string, which: "at once" | "ever"): Promise<ReadonlySet<string>> {
  const all = new Map((await modules(entry)).map((module) => [module.specifier, module]));
  const seen = new Set<string>([`file://${ROOT}${entry}`]);
  for (const specifier of seen) {
    for (const { code, isDynamic } of all.get(specifier)?.dependencies ?? []) {
      if (code?.specifier && !(isDynamic && which === "at once")) seen.add(code.specifier);
    }
  }
  return seen;
}

for (const entry of FAST_ENTRIES) {
  Deno.test(`architecture: the fast path ${entry} imports nothing from npm`, async () => {
    const seen = await loaded(entry, "ever");
    assert(seen.size > 5, "the graph of the fast path was not read");
    assertEquals([...seen].filter((specifier) => local(specifier) === undefined), []);
  });
}

/** What windows show, where nobody may wait for it: the hook, which runs at each event, and a daemon at rest. */
const VIEWLESS: readonly (readonly [entry: string, which: "at once" | "ever", most: readonly string[]])[] = [
  ["src/client/hook.ts", "ever", []],
  ["src/client/statusline.ts", "ever", []],
  ["src/client/dispatch.ts", "at once", []],
  ["src/client/tmux_status.ts", "ever", ["src/view/state_counts.ts", "src/view/states.ts"]],
  ["src/daemon/main.ts", "at once", []],
];

for (const [entry, which, most] of VIEWLESS) {
  Deno.test(`architecture: ${entry} loads ${most.length === 0 ? "nothing" : "signs and words only"} of the view`, async () => {
    const seen = [...await loaded(entry, which)].flatMap((specifier) => local(specifier) ?? []);
    assert(seen.includes(entry) && seen.length > 5, "its graph was not read");
    assertEquals(seen.filter((path) => path.startsWith("src/view/")).sort(), [...most]);
  });
}

/** What clients load for the wire: the methods table tells them names and scopes, not how params are checked. */
const CLIENT_ENTRIES = ["src/protocol/methods.ts", "src/client/wire_client.ts", "src/cli/fast_commands.ts"];

for (const entry of CLIENT_ENTRIES) {
  Deno.test(`architecture: ${entry} loads no validator`, async () => {
    const seen = [...await loaded(entry, "at once")];
    assert(seen.includes(`file://${ROOT}${entry}`));
    assertEquals(seen.filter((specifier) => /valibot|method_schemas/.test(specifier)), []);
  });
}

/** What runs features that a configuration turns on, that a person grants, or that something is done with. */
const LATE_IN_DAEMON =
  /croner|agent-client-protocol|src\/(?:acp|capsule\/process|job\/scheduler|(?:capsule|channel|gateway|telemetry|turn)\/running)/;

Deno.test("architecture: a daemon's start loads nothing that runs features which are off", async () => {
  const specifiers = (seen: ReadonlySet<string>) => [...seen].filter((one) => LATE_IN_DAEMON.test(one));
  assert(specifiers(await loaded("src/daemon/main.ts", "ever")).length > 10, "its graph was not read");
  assertEquals(specifiers(await loaded("src/daemon/main.ts", "at once")), []);
});

Deno.test("architecture: a daemon never loads what puts hooks into agents' settings", async () => {
  const specifiers = (seen: ReadonlySet<string>) =>
    [...seen].filter((one) => /src\/agents\/(?:registry|\w+\/(?:mod|hooks|mcp))\.ts/.test(one));
  assert(specifiers(await loaded("src/cli/mod.ts", "ever")).length > 10, "the graph of the command line was not read");
  assertEquals(specifiers(await loaded("src/daemon/main.ts", "ever")), []);
});

Deno.test("architecture: the library of the MCP server is loaded by that alone", async () => {
  const specifiers = (seen: ReadonlySet<string>) => [...seen].filter((one) => /modelcontextprotocol|zod/.test(one));
  assert(specifiers(await loaded("src/mcp_server/entry.ts", "at once")).length > 1, "its graph was not read");
  for (const entry of ["src/cli/mod.ts", "src/daemon/main.ts", "src/dashboard/entry.ts", "src/client/dispatch.ts"]) {
    assertEquals(specifiers(await loaded(entry, "ever")), [], entry);
  }
});

Deno.test("architecture: domain, policy and view are pure", () => {
  for (const path of ["src/domain", "src/policy", "src/view"].flatMap((folder) => [...sources(folder)])) {
    const code = Deno.readTextFileSync(`${ROOT}${path}`).replace(/\/\*[\s\S]*?\*\/|\/\/.*$/gm, "");
    assert(
      !/\bDate\.now|new Date\(\)|Math\.random|crypto\.|performance\.|setTimeout/.test(code),
      `${path} is not pure`,
    );
  }
});

const AGENT = /claude|codex|gemini|opencode|cursor|qwen/i;
/** The place in a list that is read page by page; MCP's word, and protocol.md's. And a terminal's caret in a library. */
const PAGE_CURSOR = /\bnextCursor\b|\bparam\W+"cursor"|\bcursor\b(?!")|\b(?:hide|show|clearFrom)Cursor\b/g;

Deno.test("architecture: no agent is named outside src/agents, where its folder knows it", () => {
  const naming = [...sources("src")].filter((path) => !path.startsWith("src/agents/")).flatMap((path) =>
    Deno.readTextFileSync(`${ROOT}${path}`).split("\n").flatMap((line, at) =>
      AGENT.test(line.replace(PAGE_CURSOR, "")) ? [`${path}:${at + 1}: ${line.trim()}`] : []
    )
  );
  assertEquals(naming, []);
});

Deno.test("architecture: the test command runs every file of tests", () => {
  const { tasks, workspace } = JSON.parse(Deno.readTextFileSync(`${ROOT}deno.json`)) as {
    readonly tasks: { readonly test: string };
    readonly workspace: readonly string[];
  };
  const named = tasks.test.split(" ").filter((word) => word.startsWith("tests/"));
  const files = [...sources("tests")].filter((path) => path.endsWith("_test.ts"));
  assertEquals(files.filter((path) => !named.some((one) => path === one || path.startsWith(`${one}/`))), []);
  // Of a folder with a workspace member in it Deno runs that member's tests alone.
  const members = workspace.map((member) => member.replace("./", ""));
  assertEquals(named.filter((one) => members.some((member) => member.startsWith(`${one}/`))), []);
});

Deno.test("architecture: no file is over 300 lines", () => {
  const long = [...sources("src"), ...sources("tests"), "main.ts"].flatMap((path) => {
    const lines = Deno.readTextFileSync(`${ROOT}${path}`).split("\n").length - 1;
    return lines > 300 ? [`${path}: ${lines}`] : [];
  });
  assertEquals(long, []);
});

Deno.test("architecture: what is bundled leaves no closing to `using`, which the minifier drops", () => {
  const found = [...sources("src"), "main.ts"].filter((path) =>
    /^\s*(?:await )?using \w/m.test(Deno.readTextFileSync(`${ROOT}${path}`))
  );
  assertEquals(found, []);
});

Deno.test("architecture: every entry of the import map is imported by some file", () => {
  const { imports } = JSON.parse(Deno.readTextFileSync(`${ROOT}deno.json`)) as { imports: Record<string, string> };
  const code = [...sources("src"), ...sources("install"), ...sources("tests"), "main.ts"]
    .map((path) => Deno.readTextFileSync(`${ROOT}${path}`)).join("\n");
  // `from "x"` or `import("x")`
  assertEquals(Object.keys(imports).filter((name) => !new RegExp(`(?:from |import\\()"${name}"`).test(code)), []);
});

Deno.test("architecture: what a file exports, another file imports", () => {
  // Types are left out: they describe what an exported function takes and gives.
  const texts = new Map(
    ["src", "tests", "install"].flatMap((folder) => [...sources(folder)]).concat("main.ts")
      .map((path) => [path, Deno.readTextFileSync(`${ROOT}${path}`)]),
  );
  const idle = [...texts].filter(([path]) => path.startsWith("src/")).flatMap(([path, text]) =>
    [...text.matchAll(/^export (?:async )?(?:const|function|class) (\w+)/gm)].flatMap(([, name]) => {
      const word = new RegExp(`\\b${name}\\b`);
      return [...texts].some(([other, code]) => other !== path && word.test(code)) ? [] : [`${path}: ${name}`];
    })
  );
  assertEquals(idle, []);
});
