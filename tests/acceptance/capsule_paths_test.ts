/** X1 of the real program: what a path in a grant would open is refused, or granted by its name, links resolved. */
import { assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { capsuleStates, grantNow } from "../support/capsule_commands.ts";
import { writeCapsule } from "../support/capsule_folder.ts";
import { REPOSITORY, TestHome } from "../support/harness.ts";

Deno.test("X1 a grant of our own folders, of sockets and of the whole home is refused, also by a link", async () => {
  await using home = await TestHome.create();
  await home.start();
  const { root } = home;
  await Deno.mkdir(`${root}/made`);
  await Deno.symlink(home.dir, `${root}/made/link`);
  await Deno.symlink("/proc", `${root}/made/processes`);
  await using socket = Deno.listen({ transport: "unix", path: `${root}/made/other.sock` });
  void socket;
  const refused: Readonly<Record<string, RegExp>> = {
    [`${root}/made/link/daemon.token`]: /which is agent-console's own/,
    [`${root}/.local/share/agent-console`]: /which is agent-console's own/,
    [root]: /which is agent-console's own|your whole home folder/,
    [`${root}/made/processes/self`]: /where processes, devices and sockets are/,
    "/run/docker.sock": /where processes, devices and sockets are/,
    [`${root}/made/other.sock`]: /is a socket/,
    // What the next command runs, and what runs it.
    [REPOSITORY]: /which is agent-console's own/,
    [Deno.execPath()]: /which is agent-console's own/,
  };
  for (const [path, why] of Object.entries(refused)) {
    for (const access of ["read", "write"]) {
      writeCapsule(home.path("capsules"), { capabilities: { [access]: [path] } });
      const named = await home.cli(["capsule", "grant", "demo", "--yes", `--${access}`, path]);
      assertEquals(named.code, 1, path);
      assertStringIncludes(named.stderr, `${path} cannot be granted: it `);
      assertMatch(named.stderr, why);
    }
  }
  assertEquals(await capsuleStates(home), { demo: "ungranted" });
});

Deno.test("X1 --yes alone grants no path that leads out of the sandbox; its name does, with a warning", async () => {
  await using home = await TestHome.create();
  await home.start();
  const { root } = home;
  await Deno.mkdir(`${root}/programs`);
  await Deno.mkdir(`${root}/made`);
  await Deno.symlink(`${root}/programs`, `${root}/made/link`);
  const env = { PATH: `${Deno.env.get("PATH")}:${root}/programs` };
  const risky = ["~/.bashrc", "~/.ssh", `${root}/made/link/tool`, "/etc/cron.d"];
  for (const path of risky) {
    writeCapsule(home.path("capsules"), { capabilities: { write: [path], read: ["/etc/hostname"] } });
    const unnamed = await home.cli(["capsule", "grant", "demo", "--yes"], { env });
    assertEquals(unnamed.code, 2, path);
    assertStringIncludes(unnamed.stderr, `write of ${path} is not granted without its name: it `);
    assertStringIncludes(unnamed.stderr, "--write none does not");
    const told = await home.cli(["capsule", "grant", "demo", "--json"], { env });
    assertEquals([told.code, told.stdout], [2, ""]);
    assertStringIncludes(unnamed.stdout, `with write of ${path} it may leave its sandbox: it `);
  }
  assertEquals(await capsuleStates(home), { demo: "ungranted" });
  await grantNow(home, "demo", ["--write", "none"], { env });
  const said = await grantNow(home, "demo", ["--write", "/etc/cron.d"], { env });
  assertStringIncludes(said, "with write of /etc/cron.d it may leave its sandbox: it lies outside of your home folder");
});
