// deno-lint-ignore-file no-sync-fn-in-async-fn -- a look at a file between two steps: nothing else waits meanwhile
/** S5 to S7: what is at the socket's path. */
import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { TestHome } from "../support/harness.ts";
import { eventually } from "../support/harness_wait.ts";
import { Impostor } from "../support/raw_socket.ts";

Deno.test("S5 a socket path over 103 bytes is refused with exit 6, its path and length, and nothing is created", async () => {
  await using home = await TestHome.create();
  const long = `${home.root}/${"d".repeat(110)}`;
  const byHome = { env: { AGENT_CONSOLE_HOME: long } };
  const socket = `${long}/daemon.sock`;
  for (
    const [args, options, path] of [
      [["daemon", "start"], byHome, socket],
      [["daemon"], byHome, socket],
      [["ls"], byHome, socket],
      [["daemon", "--socket", `${long}.sock`], {}, `${long}.sock`],
    ] as const
  ) {
    const outcome = await home.cli([...args], options);
    assertEquals(outcome.code, 6, `${args.join(" ")}: ${outcome.stderr}`);
    assertStringIncludes(outcome.stderr, path);
    assertStringIncludes(outcome.stderr, String(path.length));
    assertStringIncludes(outcome.stderr, "103");
    assertEquals([...Deno.readDirSync(home.root)].map((e) => e.name).filter((n) => n.startsWith("d")), []);
  }
});

Deno.test("S5 a socket path of exactly 103 bytes works", async () => {
  await using home = await TestHome.create();
  const path = `${home.dir}/`.padEnd(103 - ".sock".length, "s") + ".sock";
  assertEquals(path.length, 103);
  Deno.mkdirSync(home.dir, { mode: 0o700 });
  await using daemon = home.spawn(["daemon", "--socket", path]);
  await eventually(() => Deno.lstatSync(path).isSocket, 30_000, `a socket at ${path}; ${daemon.stderr}`);
});

const OBJECTS: readonly (readonly [string, (path: string, root: string) => void])[] = [
  ["a file", (path) => Deno.writeTextFileSync(path, "kept")],
  ["an empty file", (path) => Deno.writeTextFileSync(path, "")],
  ["a folder", (path) => Deno.mkdirSync(path)],
  ["a symlink to a file", (path, root) => {
    Deno.writeTextFileSync(`${root}/target`, "kept");
    Deno.symlinkSync(`${root}/target`, path);
  }],
  ["a dangling symlink", (path, root) => Deno.symlinkSync(`${root}/nothing`, path)],
];

for (const [what, make] of OBJECTS) {
  Deno.test(`S6 ${what} at the socket's path is refused with exit 6 and stays`, async () => {
    await using home = await TestHome.create();
    Deno.mkdirSync(home.dir, { mode: 0o700 });
    make(home.socketPath, home.root);
    const look = () => {
      const { ino, mode, size, isSymlink } = Deno.lstatSync(home.socketPath);
      return { ino, mode, size, link: isSymlink ? Deno.readLinkSync(home.socketPath) : "" };
    };
    const before = look();
    for (const args of [["daemon"], ["daemon", "start"]]) {
      const outcome = await home.cli(args);
      assertEquals(outcome.code, 6, `${args.join(" ")}: ${outcome.stdout}${outcome.stderr}`);
      assertStringIncludes(outcome.stderr, home.socketPath);
      assertEquals(look(), before);
    }
    assert(!Array.from(Deno.readDirSync(home.root)).some((entry) => entry.name === "nothing"));
  });
}

/** Waits for the end of a foreground daemon whose socket was taken, and looks at what it left. */
async function judge(home: TestHome, replace: () => void | Promise<void>): Promise<void> {
  await using daemon = await home.foreground(["--limit", "tickMs=1000"]);
  Deno.removeSync(home.socketPath);
  await replace();
  const { ino } = Deno.lstatSync(home.socketPath);
  const { code, stderr } = await daemon.exit(60_000);
  assertEquals(code, 4, stderr);
  assertEquals(Deno.lstatSync(home.socketPath).ino, ino);
  const journal = [...home.files()].filter(([path]) => path.includes("/journal/")).map(([, text]) => text).join("");
  assertStringIncludes(journal, "daemon.socket_replaced");
}

Deno.test("S7 a socket that was replaced is noticed within 60 s, journaled, exit 4; the new file survives", async () => {
  await using byFile = await TestHome.create();
  await using bySocket = await TestHome.create();
  let impostor: Impostor | undefined;
  try {
    await Promise.all([
      judge(byFile, () => Deno.writeTextFileSync(byFile.socketPath, "new")),
      judge(bySocket, () => {
        impostor = new Impostor(bySocket.socketPath);
      }),
    ]);
    assertEquals(Deno.readTextFileSync(byFile.socketPath), "new");
    assertEquals(impostor?.receivedBytes, 0);
  } finally {
    await impostor?.[Symbol.asyncDispose]();
  }
});

Deno.test("I4 a socket that is not the running daemon's is told at once, with the one that is and its pid", async () => {
  await using home = await TestHome.create();
  const pid = await home.start();
  const other = `${home.root}/other.sock`;
  for (
    const [args, env, hint] of [
      [["--socket", other, "ls"], {}, "leave --socket away"],
      [["ls"], { AGENT_CONSOLE_SOCKET: other }, "unset AGENT_CONSOLE_SOCKET"],
      [["--no-start", "--socket", other, "ls"], {}, "leave --socket away"],
    ] as const
  ) {
    const { code, stderr } = await home.cli([...args], { env });
    assertEquals(code, 4, stderr);
    assertEquals(
      stderr,
      `error: the daemon, pid ${pid}, listens on ${home.socketPath}, not on ${other}\nhint: ${hint}\n`,
    );
  }
  assertEquals(home.daemonPid(), pid);
});
