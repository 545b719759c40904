import { assert, assertEquals } from "@std/assert";
import { schedule } from "../support/demo_events.ts";
import { denoDir } from "../support/harness_guard.ts";
import { processesNaming, Running } from "../support/harness_process.ts";

const DEMO = new URL("../support/demo.ts", import.meta.url).pathname;
const DEMO_MS = 30_000;
/** `12:37:06  ● working   claude  decisions  …`: time, status, folder. */
const ROW = /^\d\d:\d\d:\d\d {2}\S (\w+) +(claude|codex|gemini) +(\S+)/;

/** The demo as a process whose temporary files lie in a folder of ours: what is left there is left over. */
async function withDemo(body: (demo: Running) => Promise<void>): Promise<void> {
  const tmp = await Deno.makeTempDir({ dir: "/tmp", prefix: "acd-" });
  try {
    await using demo = new Running([Deno.execPath(), "run", "-A", DEMO, "--fast"], {
      env: { PATH: Deno.env.get("PATH") ?? "", HOME: tmp, TMPDIR: tmp, DENO_DIR: denoDir(), LANG: "C.UTF-8" },
      cwd: tmp,
    });
    await body(demo);
    assertEquals(processesNaming(tmp), [], "processes of the demo are left");
    for await (const { name } of Deno.readDir(tmp)) assert(!name.startsWith("ac-demo-"), `${name} is left`);
  } finally {
    await Deno.remove(tmp, { recursive: true });
  }
}

Deno.test("the demo shows sessions that begin, wait and go on, and leaves nothing", async () => {
  await withDemo(async (demo) => {
    const { code, stdout, stderr } = await demo.exit(DEMO_MS);
    assertEquals(code, 0, stderr);
    const rows = stdout.split("\n").flatMap((line) => {
      const [, status, agent, folder] = ROW.exec(line) ?? [];
      return status === undefined || agent === undefined || folder === undefined ? [] : [{ status, agent, folder }];
    });
    assertEquals([...new Set(rows.map(({ agent }) => agent))].sort(), ["claude", "codex", "gemini"]);
    assert(rows.length > schedule(2000).length * 0.8, `watch showed ${rows.length} changes:\n${stdout}`);
    const moved = new Set(rows.map(({ status }) => status));
    for (const status of ["starting", "working", "waiting", "idle", "closed"]) assert(moved.has(status), status);
    assert(new Set(rows.map(({ folder }) => folder)).size >= 8, "fewer than eight folders");
    const answered = rows.findIndex(({ status, folder }, i) =>
      status === "waiting" && rows.slice(i).some((later) => later.folder === folder && later.status === "working")
    );
    assert(answered >= 0, "no session went on after its question");
    assert(stdout.includes("STATUS     FOR"), "the list at the end is missing");
  });
});

Deno.test("the demo, interrupted, ends with 130 and leaves nothing", async () => {
  await withDemo(async (demo) => {
    await demo.says(new RegExp(ROW, "m"), DEMO_MS);
    demo.kill("SIGINT");
    assertEquals((await demo.exit(DEMO_MS)).code, 130);
  });
});
