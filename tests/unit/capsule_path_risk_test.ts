/** X1: which paths no grant has, which are granted by their name alone, and which as the manifest asks. */
import { assertEquals } from "@std/assert";
import { AGENT_FILES } from "../../src/agents/files.ts";
import { type PathAccess, pathRisk } from "../../src/capsule/path_risk.ts";

const AROUND = {
  userHome: "/home/u",
  ours: ["/data/console", "/home/u/.agent-console", "/home/u/.local/share/agent-console"],
  programs: ["/usr/bin", "/home/u/tools", "/home/u/.local/bin"],
  agents: ["/home/u/moved-agent"],
  agentNames: AGENT_FILES.flatMap(({ settings }) => settings),
};
const kindOf = (access: PathAccess, path: string, isSocket = false) =>
  pathRisk(access, path, isSocket, AROUND)?.kind ?? "fine";
const both = (path: string, isSocket = false) => [kindOf("read", path, isSocket), kindOf("write", path, isSocket)];

Deno.test("X1 no grant has a folder of ours, the whole home, processes, devices or sockets, nor what holds them", () => {
  const closed = [
    ...["/", "/home", "/home/u", "/data", "/data/console", "/data/console/keys/slack"],
    ...["/home/u/.agent-console/daemon.token", "/home/u/.local", "/home/u/.local/share/agent-console/homes/a/capsule"],
    ...["/proc", "/proc/self/environ", "/sys/kernel", "/dev/mem", "/run", "/run/user/1000/bus", "/run/docker.sock"],
    ...["/var", "/var/run/docker.sock"],
  ];
  for (const path of closed) assertEquals(both(path), ["closed", "closed"], path);
  assertEquals(both("/home/u/app/agent.sock", true), ["closed", "closed"]);
  for (const path of ["/data/console2", "/procs", "/home/u2"]) assertEquals(kindOf("read", path), "fine", path);
});

Deno.test("X1 hidden names, agents' settings and macOS' Library are granted by their names alone, to read too", () => {
  const settings = AGENT_FILES.flatMap((each) => each.settings).map((path) => `/home/u/${path}`);
  const hidden = [".ssh", ".ssh/id_ed25519", ".bashrc", ".profile", ".zshrc", ".config", ".config/autostart/a.desktop"];
  const more = [
    ".config/systemd/user/a.service",
    ".local/share/applications",
    "work/.git/hooks",
    "Library/LaunchAgents",
  ];
  const paths = [...settings, ...[...hidden, ...more].map((path) => `/home/u/${path}`), "/home/u/moved-agent"];
  for (const path of paths) assertEquals(both(path), ["risky", "risky"], path);
});

Deno.test("X1 to write where programs lie, or outside of the home folder, is granted by its name alone", () => {
  for (
    const path of ["/usr/bin", "/usr/bin/ls", "/usr", "/home/u/tools/x", "/etc/cron.d", "/opt/x", "/tmp", "/home/u2/a"]
  ) {
    assertEquals(both(path), ["fine", "risky"], path);
  }
  for (const path of ["/home/u/notes", "/home/u/notes/a.md", "/tmp/out", "/mnt/disk/out"]) {
    assertEquals(both(path), ["fine", "fine"], path);
  }
  const homeless = pathRisk("write", "/home/u/notes", false, { ...AROUND, userHome: undefined });
  assertEquals(homeless?.kind, "risky");
});
