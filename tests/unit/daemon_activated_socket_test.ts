/** Which socket of its service manager a daemon takes, and why not another. */
import { assertEquals, assertMatch, assertThrows } from "@std/assert";
import { activatedFd, type ActivatedSocket, checkActivatedSocket } from "../../src/daemon/activated_socket.ts";
import { daemonArgs, parseDaemonArgs } from "../../src/daemon/options.ts";
import { ConsoleError } from "../../src/protocol/errors.ts";

const given: ActivatedSocket = { activated: "/h/daemon.sock", inherited: 0 };

Deno.test("X2 a socket of systemd is taken at the configured place, as the daemon's stdin alone", () => {
  checkActivatedSocket(given, "/h/daemon.sock");
  const why = (more: Partial<ActivatedSocket>, socketPath = "/h/daemon.sock") => {
    const error = assertThrows(() => checkActivatedSocket({ ...given, ...more }, socketPath), ConsoleError);
    assertEquals(error.kind, "config_invalid");
    const whose = more.inherited === 1 && more.activated === undefined && "activated" in more;
    assertMatch(
      error.hint ?? "",
      whose ? /; without a service, unset LISTEN_FDS and LISTEN_PID$/ : /^agent-console daemon restart$/,
    );
    return error.message;
  };
  assertMatch(why({ inherited: 1 }), /it is not the daemon's stdin: programs that it starts would inherit it/);
  assertMatch(why({}, "/moved.sock"), /it is at \/h\/daemon\.sock, and the configuration says \/moved\.sock/);
  assertMatch(why({ activated: undefined, inherited: 1 }), /its unit does not say where it is/);
});

Deno.test("X2 who waits in a socket that does not fit is found there: in stdin, or in the first of LISTEN_FDS", () => {
  assertEquals(activatedFd(given), 0);
  assertEquals(activatedFd({ ...given, inherited: 1 }), 3);
  assertEquals(activatedFd({ activated: undefined, inherited: 2 }), 3);
  assertEquals(activatedFd({ activated: undefined, inherited: 0 }), undefined);
});

Deno.test("X2 a unit tells its daemon by a word where systemd's socket is", () => {
  const options = { ephemeral: false, verbose: false, tied: false, managed: true, activated: "/h/daemon.sock" };
  assertEquals(daemonArgs(options), ["--activated", "/h/daemon.sock", "--managed"]);
  assertEquals(parseDaemonArgs(daemonArgs(options)), options);
});
