/** The demo as lines: what it says, how its question is answered, and that it leaves nothing. */
import { assert, assertEquals, assertMatch } from "@std/assert";
import { denoDir } from "../support/harness_guard.ts";
import { processesNaming, Running } from "../support/harness_process.ts";
import { formEnv, prepareProgram } from "../support/harness_program.ts";
import { eventually, within } from "../support/harness_wait.ts";
import { MORNING, REQUESTS } from "../support/story.ts";

const DEMO = new URL("../support/demo.ts", import.meta.url).pathname;
const DEMO_MS = 30_000;
/** `2026-11-20 12:37:06 +01:00  ● working  shop  claude  …`: time, state or id, folder, agent. */
const ROW = /^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d [+-]\d\d:\d\d {2}(\S) (\w+) +(\S+) +(claude|codex|gemini)/;
/** A line of `watch`: the time of day comes first at a terminal, elsewhere the date. */
const WATCHED = /^(?:\d{4}-\d\d-\d\d )?\d\d:\d\d:\d\d /;
const QUESTION = "shop waits for you: may it run git push?";

/** The list at its end. `watch` writes to the same screen, and a busy machine shows its last lines later. */
function listIn(screen: string): string[] {
  return screen.slice(screen.indexOf("  NAME")).trim().split("\n").filter((line) => !WATCHED.test(line));
}

/** A folder in which all lies that the demo makes; what is left there at the end is left over. */
async function inFolder(body: (env: Readonly<Record<string, string>>) => Promise<void>): Promise<void> {
  await prepareProgram();
  const tmp = await Deno.makeTempDir({ dir: "/tmp", prefix: "acd-" });
  try {
    await body({
      PATH: Deno.env.get("PATH") ?? "",
      HOME: tmp,
      TMPDIR: tmp,
      DENO_DIR: denoDir(),
      LANG: "C.UTF-8",
      NO_COLOR: "1",
      SHELL: "/bin/sh",
      ...formEnv(undefined),
    });
    assertEquals(processesNaming(tmp), [], "processes of the demo are left");
    for await (const { name } of Deno.readDir(tmp)) assert(!/^ac-demo-|^[.]local$/.test(name), `${name} is left`);
  } finally {
    await Deno.remove(tmp, { recursive: true });
  }
}

function withDemo(body: (demo: Running) => Promise<void>): Promise<void> {
  return inFolder(async (env) => {
    await using demo = new Running([Deno.execPath(), "run", "-A", DEMO, "--fast"], { env, cwd: env["TMPDIR"] ?? "" });
    await body(demo);
  });
}

/** What is on the screen of the demo in a terminal of 80 columns whose viewer types `key` when asked. */
async function watchedBy(key: string): Promise<string> {
  let screen = "";
  await inFolder(async (env) => {
    const child = new Deno.Command("script", {
      args: ["-qfec", `stty cols 80; exec "${Deno.execPath()}" run -A "${DEMO}" --fast --log`, "/dev/null"],
      clearEnv: true,
      env: { ...env },
      cwd: env["TMPDIR"] ?? "",
      stdin: "piped",
      stdout: "piped",
    }).spawn();
    const keyboard = child.stdin.getWriter();
    const reading = (async () => {
      for await (const text of child.stdout.pipeThrough(new TextDecoderStream())) screen += text;
    })();
    try {
      await eventually(() => screen.includes("demo: Approve it? [y/N] "), DEMO_MS, "the demo's question");
      await keyboard.write(new TextEncoder().encode("x\n"));
      await eventually(() => screen.includes("Please type y or n."), DEMO_MS, "the demo's question, again");
      await keyboard.write(new TextEncoder().encode(`${key}\n`));
      assertEquals((await within(child.status, DEMO_MS, "the end of the demo")).code, 0, screen);
    } finally {
      await keyboard.close().catch(() => child.kill("SIGKILL"));
      await reading;
      await child.status;
    }
  });
  return screen.replaceAll("\r\n", "\n");
}

Deno.test("the demo shows sessions that begin, work, fail and wait, says how to answer, and leaves nothing", async () => {
  await withDemo(async (demo) => {
    const { code, stdout, stderr } = await demo.exit(DEMO_MS);
    assertEquals(code, 0, stderr);
    const rows = stdout.split("\n").flatMap((line) => {
      const [, sign, , folder, agent] = ROW.exec(line) ?? [];
      return sign === undefined || agent === undefined || folder === undefined ? [] : [{ sign, agent, folder }];
    });
    assertEquals([...new Set(rows.map(({ agent }) => agent))].sort(), ["claude", "codex", "gemini"]);
    assert(rows.length >= MORNING.length + REQUESTS.length, `watch showed ${rows.length} changes:\n${stdout}`);
    const moved = new Set(rows.map(({ sign }) => sign));
    for (const sign of ["○", "●", "◆", "✖", "✓"]) assert(moved.has(sign), sign);
    assertEquals(new Set(rows.map(({ folder }) => folder)).size, 7);

    // Without a keyboard.
    assert(stderr.includes(QUESTION), stderr);
    assertMatch(stderr, /y is for: agent-console approve (\w{5}), n for: agent-console deny \1\n/);
    const [, id = ""] = /agent-console approve ([a-z0-9]{5})/.exec(stderr) ?? [];
    const list = listIn(stdout);
    assertMatch(list.join("\n"), new RegExp(`▲ shop +claude +waiting +\\d+s +${id} +@ network +Bash: git push`));
    assertEquals(list.length, 8, list.join("\n"));
  });
});

Deno.test("first hour 3: the demo's question is answered with y or n as any other, and the session goes on as the answer says", async () => {
  const yes = await watchedBy("y");
  assertMatch(
    yes,
    /\$ agent-console approve ([a-z0-9]{5})\n[^]*◇ \1 +shop +claude +approved once by cli {2}Bash: git push\n/,
  );
  assertMatch(yes, /✓ idle +shop +claude +Fixed, tested and pushed\./);
  const no = await watchedBy("n");
  assertMatch(no, /\$ agent-console deny ([a-z0-9]{5})\n[^]*◇ \1 +shop +claude +denied by cli {2}Bash: git push\n/);
  assertMatch(no, /✓ idle +shop +claude +Fixed, not pushed\./);
  for (const screen of [yes, no]) {
    // The titles, seven sessions, and the requests of the two that still wait.
    assertEquals(listIn(screen).length, 10, screen);
  }
});

Deno.test("the demo, interrupted, ends with 130 and leaves nothing", async () => {
  await withDemo(async (demo) => {
    await demo.says(new RegExp(ROW, "m"), DEMO_MS);
    demo.kill("SIGINT");
    assertEquals((await demo.exit(DEMO_MS)).code, 130);
  });
});
