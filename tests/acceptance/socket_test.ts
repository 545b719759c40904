// deno-lint-ignore-file no-sync-fn-in-async-fn -- a look at a file between two steps: nothing else waits meanwhile
/** S1 to S4: who may reach the daemon. Run as an ordinary user, because mode bits do not bind root. */
import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { TestHome } from "../support/harness.ts";
import { asUser, chownAll, denoDirForAll, isRoot, STRANGER, USER } from "../support/harness_guard.ts";
import { run } from "../support/harness_process.ts";
import { pause } from "../support/harness_wait.ts";
import { Impostor } from "../support/raw_socket.ts";

/** Registers a test that needs root to become somebody else. */
function asOthers(name: string, fn: () => Promise<void>): void {
  Deno.test({ name: isRoot ? name : `${name} (ignored: needs root)`, ignore: !isRoot, fn });
}

/** Modes of everything below `dir` that are not 0700 (folders) or 0600 (all else). */
function looseModes(dir: string): string[] {
  const loose: string[] = [];
  const look = (path: string) => {
    const stat = lstatOf(path);
    if (stat === undefined) return;
    const mode = (stat.mode ?? 0) & 0o777;
    if (mode !== (stat.isDirectory ? 0o700 : 0o600)) loose.push(`${path} ${mode.toString(8)}`);
    if (stat.isDirectory) { for (const entry of Deno.readDirSync(path)) look(`${path}/${entry.name}`); }
  };
  look(dir);
  return loose;
}

/** Undefined where the daemon has renamed or removed it since the folder was read. */
function lstatOf(path: string): Deno.FileInfo | undefined {
  try {
    return Deno.lstatSync(path);
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return undefined;
    throw error;
  }
}

/** Looks at the socket as fast as it can until `done`, and once more then; gives every mode that it ever had. */
async function modesSeen(path: string, done: () => boolean): Promise<Set<number>> {
  const seen = new Set<number>();
  for (;;) {
    const isLast = done();
    for (let look = 0; look < 200; look++) {
      const stat = lstatOf(path);
      if (stat !== undefined) seen.add((stat.mode ?? 0) & 0o777);
    }
    if (isLast) return seen;
    await pause(0);
  }
}

/** Connects as another user and says what came of it. */
async function connectAs(uid: number, path: string): Promise<string> {
  const code = `try { const c = await Deno.connect({ transport: "unix", path: ${JSON.stringify(path)} });
    await c.write(new TextEncoder().encode('{"id":1,"method":"hello","params":{"protocol":1}}\\n'));
    console.log("connected"); c.close(); } catch (e) { console.log(e.code ?? e.name); }`;
  const outcome = await run(asUser(uid, [Deno.execPath(), "eval", "--no-config", code]), {
    env: { PATH: Deno.env.get("PATH") ?? "", HOME: "/nonexistent", DENO_DIR: denoDirForAll(), NO_COLOR: "1" },
    cwd: "/",
  });
  return outcome.stdout.trim() || outcome.stderr;
}

for (const umask of ["000", "022", "077"]) {
  asOthers(
    `S1 started under umask ${umask} the folder is 0700 and everything in it 0600, the socket from the first`,
    async () => {
      await using home = await TestHome.create({ uid: USER });
      let done = false;
      const seeing = modesSeen(home.socketPath, () => done);
      await home.start({ umask }).finally(() => done = true);
      assertEquals([...await seeing].map((mode) => mode.toString(8)), ["600"]);
      await using client = await home.connect({ token: true });
      await client.request("session.update", { sessionId: "s", agent: "test" });
      assertEquals(looseModes(home.dir), []);
      assert(Deno.lstatSync(home.path("journal")).isDirectory);
      for (const file of ["daemon.lock", "daemon.pid", "daemon.token"]) assert(Deno.lstatSync(home.path(file)).isFile);
      assertEquals(Deno.lstatSync(home.socketPath).uid, USER);
    },
  );
}

asOthers("S2 another user cannot connect, even where the folders were loosened, and leaves no record", async () => {
  await using home = await TestHome.create({ uid: USER });
  await home.start();
  await using client = await home.connect({ token: true });
  const head = await client.request("audit.head");
  assertEquals(await connectAs(STRANGER, home.socketPath), "EACCES");
  Deno.chmodSync(home.root, 0o755);
  Deno.chmodSync(home.dir, 0o755);
  assertEquals(await connectAs(STRANGER, home.socketPath), "EACCES");
  assertEquals(await connectAs(USER, home.socketPath), "connected");
  assertEquals(await client.request("audit.head"), head);
});

/** What is at a path and below: names, kinds, modes, owners, contents. */
function picture(path: string): string {
  const stat = Deno.lstatSync(path);
  const line = `${path} ${stat.mode} ${stat.uid} ${stat.isSymlink ? Deno.readLinkSync(path) : ""}`;
  if (stat.isFile) return `${line} ${Deno.readTextFileSync(path)}`;
  if (!stat.isDirectory) return line;
  return [line, ...[...Deno.readDirSync(path)].map((e) => picture(`${path}/${e.name}`)).sort()].join("\n");
}

const UNSAFE: readonly (readonly [string, (dir: string, root: string) => void])[] = [
  ["a symlink", (dir, root) => {
    Deno.mkdirSync(`${root}/target`, { mode: 0o700 });
    Deno.writeTextFileSync(`${root}/target/kept`, "kept");
    chownAll(`${root}/target`, USER);
    Deno.symlinkSync(`${root}/target`, dir);
  }],
  ["somebody else's", (dir) => {
    Deno.mkdirSync(dir, { mode: 0o700 });
    Deno.writeTextFileSync(`${dir}/kept`, "kept");
    chownAll(dir, STRANGER);
  }],
  ["open to all", (dir) => {
    Deno.mkdirSync(dir);
    Deno.chmodSync(dir, 0o777);
    chownAll(dir, USER);
  }],
  ["open to the group's pen", (dir) => {
    Deno.mkdirSync(dir);
    Deno.chmodSync(dir, 0o770);
    chownAll(dir, USER);
  }],
  ["a file", (dir) => {
    Deno.writeTextFileSync(dir, "kept");
    chownAll(dir, USER);
  }],
];

for (const [what, make] of UNSAFE) {
  asOthers(`S3 a home that is ${what} is refused with exit 6, and stays as it was`, async () => {
    await using home = await TestHome.create({ uid: USER });
    make(home.dir, home.root);
    const before = picture(home.root);
    for (const args of [["daemon", "start"], ["daemon"], ["ls", "--json"], ["status"]]) {
      const outcome = await home.cli(args);
      assertEquals(outcome.code, 6, `${args}: ${outcome.stderr}`);
      assertStringIncludes(outcome.stderr, home.dir);
      assertEquals(outcome.stdout, "");
      assertEquals(picture(home.root), before, args.join(" "));
    }
    const hook = await home.cli(["hook", "claude"], { stdin: '{"session_id":"x","hook_event_name":"Stop"}' });
    assertEquals(hook.code, 0);
    assertEquals(picture(home.root), before);
  });
}

asOthers("S4 an impostor that listens in somebody else's folder gets no byte, and the client exits 6", async () => {
  await using home = await TestHome.create({ uid: USER });
  Deno.mkdirSync(home.dir);
  await using impostor = new Impostor(home.socketPath);
  Deno.chmodSync(home.socketPath, 0o777);
  Deno.writeTextFileSync(home.path("daemon.token"), "0".repeat(64));
  Deno.chmodSync(home.path("daemon.token"), 0o644);
  chownAll(home.dir, STRANGER);
  Deno.chmodSync(home.dir, 0o755);
  for (const args of [["ls"], ["status", "--json"], ["daemon", "stop"], ["daemon", "start"], ["--no-start", "ls"]]) {
    const outcome = await home.cli(args);
    assertEquals(outcome.code, 6, `${args}: ${outcome.stderr}`);
    assertStringIncludes(outcome.stderr, home.dir);
  }
  const hook = await home.cli(["hook", "claude"], { stdin: '{"session_id":"x","hook_event_name":"Stop"}' });
  assertEquals(hook.code, 0);
  assertEquals(impostor.receivedBytes, 0);
});

asOthers("S4 a socket of somebody else in our own folder gets no byte either", async () => {
  await using home = await TestHome.create({ uid: USER });
  Deno.mkdirSync(home.dir, { mode: 0o700 });
  chownAll(home.dir, USER);
  await using impostor = new Impostor(home.socketPath);
  Deno.chmodSync(home.socketPath, 0o777);
  Deno.chownSync(home.socketPath, STRANGER, STRANGER);
  const outcome = await home.cli(["--no-start", "ls"]);
  assertEquals(outcome.code, 6, outcome.stderr);
  assertEquals(impostor.receivedBytes, 0);
});
