// deno-lint-ignore-file no-sync-fn-in-async-fn -- makes files between two steps: nothing else waits
/** The spool and the feeds read plain files of ours, of bounded size, and nothing else. */
import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { ownFiles, readSpooled } from "../../src/platform/own_files.ts";
import { TestHome } from "../support/harness.ts";
import { eventually } from "../support/harness_wait.ts";
import type { Json } from "../support/wire.ts";

const uid = Deno.uid();

function spooled(id: string): string {
  const event = { session_id: id, hook_event_name: "UserPromptSubmit", cwd: "/x", prompt: "hello" };
  return JSON.stringify({ agent: "claude", event, env: {}, idempotencyKey: crypto.randomUUID() });
}

async function fifo(path: string): Promise<void> {
  const { success } = await new Deno.Command("mkfifo", { args: [path] }).output();
  assert(success);
}

const ids = async (home: TestHome) => {
  await using client = await home.connect({ token: true });
  const { sessions } = await client.request("session.list") as { sessions: Json[] };
  return sessions.map(({ id }) => id);
};

Deno.test("H1 a pipe, a device, a link, a folder, a second name and a huge file in the spool delay no start and are dropped", async () => {
  await using home = await TestHome.create();
  Deno.mkdirSync(home.path("spool"), { recursive: true, mode: 0o700 });
  const at = (name: string) => home.path(`spool/${name}`);
  const outside = `${home.root}/outside.json`;
  Deno.writeTextFileSync(outside, spooled("linked"));
  await fifo(at("000000000000001-pipe.json"));
  Deno.symlinkSync("/dev/zero", at("000000000000002-device.json"));
  Deno.symlinkSync(outside, at("000000000000003-link.json"));
  Deno.linkSync(outside, at("000000000000004-name.json"));
  Deno.mkdirSync(at("000000000000005-folder.json"));
  Deno.writeTextFileSync(at("000000000000005-folder.json/kept"), "");
  Deno.writeTextFileSync(at("000000000000006-huge.json"), "");
  Deno.truncateSync(at("000000000000006-huge.json"), 3 * 1024 ** 3);
  if (uid === 0) {
    Deno.writeTextFileSync(at("000000000000007-foreign.json"), spooled("foreign"));
    Deno.chownSync(at("000000000000007-foreign.json"), 65534, 65534);
  }
  Deno.writeTextFileSync(at("000000000000008-ours.json"), spooled("ours"), { mode: 0o600 });
  await home.start();
  assertEquals(await ids(home), ["ours"]);
  const left = () => [...Deno.readDirSync(home.path("spool"))].map(({ name }) => name);
  assertEquals(left(), ["000000000000005-folder.json"]);
  assertEquals(JSON.parse(Deno.readTextFileSync(outside)).agent, "claude");
  await eventually(
    () => Deno.readTextFileSync(home.path("logs/daemon.log")).includes("000000000000001-pipe.json"),
    10_000,
    "the log",
    100,
  );
});

Deno.test("H1 a spool that is a link is not followed, and the daemon starts", async () => {
  await using home = await TestHome.create();
  Deno.mkdirSync(home.dir, { mode: 0o700 });
  Deno.mkdirSync(`${home.root}/elsewhere`);
  Deno.writeTextFileSync(`${home.root}/elsewhere/000000000000001-x.json`, spooled("elsewhere"));
  Deno.symlinkSync(`${home.root}/elsewhere`, home.path("spool"));
  await home.start();
  assertEquals(await ids(home), []);
  assertEquals([...Deno.readDirSync(`${home.root}/elsewhere`)].length, 1);
});

Deno.test("H1 what a feed reads is a plain file of ours and bounded", async () => {
  const root = Deno.makeTempDirSync({ prefix: "ac-" });
  try {
    const files = ownFiles(uid);
    const path = (name: string) => `${root}/${name}`;
    Deno.writeTextFileSync(path("plain"), "0123456789");
    assertEquals(new TextDecoder().decode(files.read(path("plain"))), "0123456789");
    assertEquals(new TextDecoder().decode(files.readRange(path("plain"), 8, 10)), "89");
    assertEquals(files.readRange(path("plain"), 20, 10).length, 0);
    await fifo(path("pipe"));
    Deno.symlinkSync(path("plain"), path("link"));
    Deno.writeTextFileSync(path("huge"), "");
    Deno.truncateSync(path("huge"), 3 * 1024 ** 3);
    const refuses = (read: () => unknown, says: string) => {
      let refused: unknown;
      try {
        read();
      } catch (error) {
        refused = error;
      }
      assertStringIncludes(String(refused), says);
    };
    for (const read of [files.read, (name: string) => files.readRange(name, 0, 100)]) {
      refuses(() => read(path("pipe")), "is a device or pipe, not a file");
      refuses(() => read(path("link")), "is a symlink, not a file");
      refuses(() => read("/dev/zero"), "not a file");
      refuses(() => read(path("none")), "NotFound");
    }
    refuses(() => files.read(path("huge")), "more than");
    assertEquals(files.readRange(path("huge"), 0, 2 * 1024 ** 3).length, 1_048_576);
    const asAnother = ownFiles((uid ?? 0) + 1);
    refuses(() => asAnother.read(path("plain")), "not to you");
    Deno.linkSync(path("plain"), path("second"));
    refuses(() => readSpooled(path("plain"), uid, 100), "has 2 names");
  } finally {
    Deno.removeSync(root, { recursive: true });
  }
});

Deno.test("H1 a spooled event that is over a limit stays until there is room, and keeps the others from nothing", async () => {
  await using home = await TestHome.create();
  Deno.mkdirSync(home.path("spool"), { recursive: true, mode: 0o700 });
  const begun = Date.now(); // rows of long ago would give way
  const name = (at: number) => `${String(begun + at).padStart(15, "0")}-x.json`;
  const put = (at: number, id: string) =>
    Deno.writeTextFileSync(home.path(`spool/${name(at)}`), spooled(id), { mode: 0o600 });
  put(1, "first");
  put(2, "second");
  put(3, "first");
  await home.start({ args: ["--limit", "reportSessions=1", "--limit", "tickMs=300"] });
  assertEquals(await ids(home), ["first"]);
  assertEquals([...Deno.readDirSync(home.path("spool"))].map(({ name }) => name), [name(2)]);
  await using admin = await home.connect({ token: true });
  await admin.request("session.delete", { sessionId: "first" });
  await eventually(async () => (await ids(home)).includes("second"), 10_000, "the event that was kept", 50);
  assertEquals([...Deno.readDirSync(home.path("spool"))], []);
});

/** The pid of a process that has ended. */
async function deadPid(): Promise<number> {
  const child = new Deno.Command("true").spawn();
  await child.status;
  return child.pid;
}

Deno.test("C9 an agent that ended before the daemon which its hook started was up is told, one of another namespace is not", async () => {
  await using home = await TestHome.create();
  Deno.mkdirSync(home.path("spool"), { recursive: true, mode: 0o700 });
  const put = (at: number, id: string, pid: number) => {
    const event = { ...JSON.parse(spooled(id)), env: { CLAUDE_PID: String(pid) } };
    Deno.writeTextFileSync(home.path(`spool/00000000000000${at}-x.json`), JSON.stringify(event), { mode: 0o600 });
    return event.idempotencyKey as string;
  };
  const key = put(1, "starter", await deadPid());
  put(2, "another", await deadPid());
  await home.start({ args: ["--auto", "--limit", "tickMs=300"], env: { AC_START_EVENT: key } });
  await using client = await home.connect({ token: true });
  const lost = async () => {
    const { sessions } = await client.request("session.list") as { sessions: Json[] };
    return sessions.filter((row) => row["lost"] === true).map(({ id }) => id);
  };
  await eventually(async () => (await lost()).length > 0, 10_000, "the row of the agent that ended", 50);
  assertEquals(await lost(), ["starter"]);
  assertEquals((await client.request("status") as Json)["liveness"], { unseen: 1 });
});

Deno.test({
  name: "C9 a spooled event that comes from another pid namespace names no process of here, also at the very start",
  ignore: Deno.build.os !== "linux",
  fn: async () => {
    await using home = await TestHome.create();
    Deno.mkdirSync(home.path("spool"), { recursive: true, mode: 0o700 });
    const put = (at: number, id: string, namespace: string) => {
      const env = { CLAUDE_PID: String(Deno.pid), AC_PID_NAMESPACE: namespace };
      const event = JSON.stringify({ ...JSON.parse(spooled(id)), env });
      Deno.writeTextFileSync(home.path(`spool/${String(Date.now() + at).padStart(15, "0")}-x.json`), event, {
        mode: 0o600,
      });
    };
    put(1, "elsewhere", "pid:[4026599999]");
    put(2, "here", Deno.readLinkSync("/proc/self/ns/pid"));
    await home.start({ args: ["--auto", "--limit", "tickMs=300"] });
    await using client = await home.connect({ token: true });
    const rows = async () => {
      const { sessions } = await client.request("session.list") as { sessions: Json[] };
      return Object.fromEntries(sessions.map(({ id, pid, pidSeen }) => [id, [pid, pidSeen]]));
    };
    await eventually(async () => (await rows())["here"]?.[1] === true, 10_000, "the process that is here", 50);
    assertEquals(await rows(), { here: [Deno.pid, true], elsewhere: [undefined, undefined] });
    assertEquals((await client.request("status") as Json)["liveness"], { unseen: 1 });
  },
});
