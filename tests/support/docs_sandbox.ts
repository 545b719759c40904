/** The tables of the sandboxes in docs/security.md, from the module that computes the flags. */
import { clientContext } from "../../src/client/endpoint.ts";
import { hookProgram } from "../../src/client/hook_program.ts";
import { initialSettings } from "../../src/config/values.ts";
import { featurePermissions, SCHEMA } from "../../src/daemon/features.ts";
import { type HomePaths, homePaths } from "../../src/platform/home_paths.ts";
import { managerPermissions } from "../../src/platform/manager_sandbox.ts";
import { daemonFlags, type Flag, hookFlags } from "../../src/platform/sandbox.ts";
import { code, table } from "./docs_table.ts";

export function sandbox(): string {
  const paths = homePaths("/home/you/.agent-console");
  const deno = "/path/to/deno";
  const starter = "/home/you/.local/share/agent-console/start/…";
  const permissions = featurePermissions({
    config: initialSettings(SCHEMA),
    env: () => undefined,
    exists: (path) => ["/usr/bin/ps", "/usr/bin/realpath"].includes(path),
  });
  const socketPath = paths.socket;
  const rows = (flags: readonly Flag[]) =>
    table(["flag", "reason"], flags.map(({ flag, reason }) => [code(flag.replaceAll(paths.root, "…")), reason]));
  return [
    "The daemon (`…` is its home folder):",
    "",
    rows(daemonFlags({ paths, socketPath, pidFilePath: paths.pid, form: "source", permissions })),
    "What its systemd unit has instead of `-P=daemon`, and beside the others:",
    "",
    rows(managedFlags(paths)),
    "A hook:",
    "",
    rows(hookFlags({ paths, socketPath, starter, env: hookVariables(paths.root, deno), code: CODE })),
  ].join("\n");
}

/** Those flags of the unit that the daemon of a command has not. */
function managedFlags(paths: HomePaths): readonly Flag[] {
  const usual = { paths, socketPath: paths.socket, pidFilePath: paths.pid, form: "source", permissions: [] } as const;
  const permissions = managerPermissions(paths, { notifySocket: "/run/user/1000/systemd/notify" });
  const known = daemonFlags(usual).map(({ flag }) => flag);
  return daemonFlags({ ...usual, permissions, notifies: true }).filter(({ flag }) => !known.includes(flag));
}

/** Where the program lies in the examples. */
const CODE = ["/cache/agent-console", "/path/to/agent-console/src", "/path/to/agent-console/deno.json"];

/** The names that the installed hook command may read. */
function hookVariables(home: string, deno: string): string[] {
  const program = {
    client: ["main.ts"],
    daemon: { form: "source", deno, entry: "" },
  } as const;
  const context = clientContext({ program, home, start: false });
  const argv = hookProgram(context);
  return argv.find((word) => word.startsWith("--allow-env="))?.slice("--allow-env=".length).split(",") ?? [];
}
