/**
 * The house rules, read from the code itself: which room may import which, and why. A failure names the import, the
 * rule and its reason.
 */
import { assert, assertEquals } from "@std/assert";

const ROOT = new URL("..", import.meta.url).pathname;

/** Room → rooms that it may import at run time, with the reason of the limit. Types may cross only along the same lines. */
const RULES: Readonly<Record<string, { readonly may: readonly string[]; readonly why: string }>> = {
  domain: { may: [], why: "the core is pure: no I/O, no clock, nothing of ours below it" },
  platform: { may: [], why: "the door to the system knows nobody who goes through it" },
  protocol: { may: ["domain"], why: "the wire speaks of sessions, not of how they are kept" },
  journal: { may: ["platform", "protocol"], why: "the journal knows bytes and records, not sessions" },
  config: { may: ["domain", "platform", "protocol"], why: "client and daemon read the same configuration" },
  agents: { may: ["domain", "platform", "protocol"], why: "an adapter says what happened; the core decides" },
  hooks: {
    may: ["agents", "domain", "install", "platform", "protocol"],
    why: "our entries in other people's settings are the command line's work; the daemon never touches them",
  },
  approvals: {
    may: ["agents", "config", "core", "domain", "platform", "protocol", "rpc"],
    why: "the broker answers through the core's two doors: commit, subscribe",
  },
  feeds: {
    may: ["agents", "config", "core", "domain", "platform", "protocol", "rpc"],
    why: "a feature plugs into the core by its contract (core/service.ts) and knows no other feature",
  },
  liveness: {
    may: ["agents", "config", "core", "domain", "platform", "protocol", "rpc"],
    why: "a feature plugs into the core by its contract (core/service.ts) and knows no other feature",
  },
  retention: {
    may: ["agents", "config", "core", "domain", "platform", "protocol", "rpc"],
    why: "a feature plugs into the core by its contract (core/service.ts) and knows no other feature",
  },
  spool: {
    may: ["agents", "config", "core", "domain", "platform", "protocol", "rpc"],
    why: "a feature plugs into the core by its contract (core/service.ts) and knows no other feature",
  },
  rpc: { may: ["platform", "protocol"], why: "calls are run by the table; what a method does is its handler's" },
  service: { may: ["install", "platform", "protocol"], why: "units are made from templates and sandbox flags" },
  core: {
    may: ["agents", "config", "domain", "platform", "protocol", "rpc"],
    why: "the core owns the state and reaches no disk",
  },
  transport: {
    may: ["platform", "protocol", "rpc"],
    why: "connections carry calls and events, whatever they are about",
  },
  daemon: {
    may: [
      ...["agents", "approvals", "config", "core", "domain", "journal", "platform", "protocol", "rpc", "transport"],
      ...["feeds", "liveness", "retention", "spool"],
    ],
    why: "the composition root of the daemon knows no window",
  },
  client: {
    may: ["agents", "config", "daemon/launch.ts", "daemon/options.ts", "domain", "platform", "protocol"],
    why: "a client never imports the daemon, only its command line",
  },
  cli: {
    may: ["agents", "client", "config", "daemon", "domain", "hooks", "journal", "platform", "protocol", "service"],
    why: "the command line is a client; it loads the daemon only to become one, the journal only to verify it",
  },
  install: { may: [], why: "templates are text" },
  "main.ts": { may: ["client"], why: "argv in, exit code out" },
};

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
const ENTRIES = ["main.ts", "src/cli/bundled.ts", "src/daemon/consoled.ts"];

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

function roomOf(path: string): string {
  const parts = path.split("/");
  return parts[0] === "src" ? parts[1] ?? "" : parts[0] ?? "";
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
    const rule = RULES[roomOf(from)];
    assert(rule !== undefined, `${from} lies in a room without a rule`);
    for (const dependency of module.dependencies ?? []) {
      const to = local(dependency.code?.specifier ?? dependency.type?.specifier);
      if (to === undefined || roomOf(to) === roomOf(from)) continue;
      const allowed = rule.may.some((room) => room === roomOf(to) || to === `src/${room}`);
      if (!allowed) broken.push(`${from} imports ${to}: ${rule.why}`);
    }
  }
  assertEquals(broken, []);
});

Deno.test("architecture: every source file is part of the program", async () => {
  const used = new Set((await program()).map(({ specifier }) => local(specifier)));
  assertEquals([...sources("src")].filter((path) => !used.has(path)), []);
});

Deno.test("architecture: no import goes in a circle", async () => {
  const edges = new Map<string, string[]>();
  for (const { specifier, dependencies } of await program()) {
    const from = local(specifier);
    if (from === undefined) continue;
    // A type alone makes no circle at run time; `deno info` tells the two apart.
    const to = (dependencies ?? []).filter((d) => !d.isDynamic).flatMap((d) => local(d.code?.specifier) ?? []);
    edges.set(from, to);
  }
  const typeOnly = (from: string, to: string) => {
    const text = Deno.readTextFileSync(`${ROOT}${from}`);
    const name = to.split("/").at(-1) ?? "";
    const lines = text.match(/^(?:import|export) [^;]*?from "[^"]+";/gm) ?? [];
    const about = lines.filter((line) => line.endsWith(`/${name}";`));
    return about.length > 0 && about.every((line) => /^(?:import|export) type /.test(line));
  };
  const done = new Set<string>();
  const circles: string[] = [];
  const visit = (path: string, trail: readonly string[]) => {
    if (trail.includes(path)) return void circles.push([...trail.slice(trail.indexOf(path)), path].join(" → "));
    if (done.has(path)) return;
    for (const to of edges.get(path) ?? []) if (!typeOnly(path, to)) visit(to, [...trail, path]);
    done.add(path);
  };
  for (const path of edges.keys()) visit(path, []);
  assertEquals(circles, []);
});

Deno.test("architecture: only platform and main.ts touch Deno and node", () => {
  const broken = [...sources("src")].filter((path) => !path.startsWith("src/platform/")).flatMap((path) => {
    const code = Deno.readTextFileSync(`${ROOT}${path}`).replace(/\/\*[\s\S]*?\*\/|\/\/.*$/gm, "");
    return /\bDeno\.|["']node:/.test(code) ? [path] : [];
  });
  assertEquals(broken, [], "every other room goes through platform/, so that it can be tested with a fake system");
});

for (const entry of FAST_ENTRIES) {
  Deno.test(`architecture: the fast path ${entry} imports nothing from npm`, async () => {
    // Along code only: the graph also holds ambient types, which nobody loads.
    const all = new Map((await modules(entry)).map((module) => [module.specifier, module]));
    const seen = new Set<string>([`file://${ROOT}${entry}`]);
    for (const specifier of seen) {
      for (const { code } of all.get(specifier)?.dependencies ?? []) if (code?.specifier) seen.add(code.specifier);
    }
    assert(seen.size > 5, "the graph of the fast path was not read");
    assertEquals([...seen].filter((specifier) => local(specifier) === undefined), []);
  });
}

Deno.test("architecture: the domain is pure", () => {
  for (const path of sources("src/domain")) {
    const code = Deno.readTextFileSync(`${ROOT}${path}`).replace(/\/\*[\s\S]*?\*\/|\/\/.*$/gm, "");
    assert(
      !/\bDate\.now|new Date\(\)|Math\.random|crypto\.|performance\.|setTimeout/.test(code),
      `${path} is not pure`,
    );
  }
});

Deno.test("architecture: no file is over 300 lines", () => {
  const long = [...sources("src"), ...sources("tests"), "main.ts"].flatMap((path) => {
    const lines = Deno.readTextFileSync(`${ROOT}${path}`).split("\n").length - 1;
    return lines > 300 ? [`${path}: ${lines}`] : [];
  });
  assertEquals(long, []);
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
