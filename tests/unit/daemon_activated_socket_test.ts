/** Which socket of its service manager a daemon takes, and why not another. */
import { assertEquals, assertMatch, assertRejects, assertThrows } from "@std/assert";
import { type ActivatedSocket, checkActivatedSocket, takeSocket } from "../../src/daemon/activated_socket.ts";
import { daemonArgs, parseDaemonArgs } from "../../src/daemon/options.ts";
import { activatedListener } from "../../src/platform/activated_listener.ts";
import { ConsoleError } from "../../src/protocol/errors.ts";

const given: ActivatedSocket = {
  activated: "/h/daemon.sock",
  socketPath: "/h/daemon.sock",
  permissions: [
    { kind: "run", values: ["/usr/bin/ps"], reason: "the system's own" },
    { kind: "run", values: ["/usr/bin/agent"], reason: "an agent", configKey: "agents.a.command" },
  ],
  mayRun: (program) => program === "/usr/bin/ps",
};

Deno.test("X2 a socket of systemd is taken at the configured place, by a daemon that may run no program of the user", () => {
  checkActivatedSocket(given);
  const why = (more: Partial<ActivatedSocket>) => {
    const error = assertThrows(() => checkActivatedSocket({ ...given, ...more }), ConsoleError);
    assertEquals([error.kind, error.hint], ["config_invalid", "agent-console daemon restart"]);
    return error.message;
  };
  assertMatch(why({ mayRun: () => true }), /\/usr\/bin\/agent, which the daemon may run, would inherit it/);
  assertMatch(
    why({ socketPath: "/moved.sock" }),
    /it is at \/h\/daemon\.sock, and the configuration says \/moved\.sock/,
  );
  assertMatch(why({ activated: undefined }), /its unit does not say where it is/);
});

Deno.test("X2 a unit tells its daemon by a word where systemd's socket is", () => {
  const options = { ephemeral: false, verbose: false, tied: false, managed: true, activated: "/h/daemon.sock" };
  assertEquals(daemonArgs(options), ["--activated", "/h/daemon.sock", "--managed"]);
  assertEquals(parseDaemonArgs(daemonArgs(options)), options);
});

Deno.test("X2 LISTEN_FDS of nobody's: a descriptor that is no socket is said to be none, with what to do", async () => {
  const error = await assertRejects(() => takeSocket(() => activatedListener(9999)), ConsoleError);
  assertEquals(error.kind, "start_failed");
  assertMatch(error.message, /^LISTEN_FDS says .*descriptor 3 is none that listens \(.+\)$/);
  assertMatch(error.hint ?? "", /^unset LISTEN_FDS and LISTEN_PID, /);
});
