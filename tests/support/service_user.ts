/** A person who has the daemon as a service, at a machine with a systemd of its own. */
import { assert, assertEquals } from "@std/assert";
import type { TestHome } from "./harness.ts";
import { liveService, type ServiceMachine, UNIT } from "./live_service.ts";
import type { Json } from "./wire.ts";

export function liveUser(name: string, fn: (user: ServiceUser) => Promise<void>): void {
  liveService(name, (home, machine) => fn(new ServiceUser(home, machine)));
}

export class ServiceUser {
  constructor(readonly home: TestHome, readonly machine: ServiceMachine) {}

  get unitPath(): string {
    return `${this.home.root}/.config/systemd/user/${UNIT}`;
  }
  get unit(): string {
    return Deno.readTextFileSync(this.unitPath);
  }

  /** A command that must succeed; gives what it printed. */
  async done(
    args: readonly string[],
    env: Readonly<Record<string, string>> = {},
  ): Promise<{ out: string; err: string }> {
    const { code, stdout, stderr } = await this.machine.cli(args, env);
    assertEquals(code, 0, `${args.join(" ")}: ${stdout}${stderr}`);
    return { out: stdout, err: stderr };
  }
  async install(): Promise<number> {
    await this.done(["daemon", "install"]);
    return await this.home.ready();
  }
  /** What systemd says of the unit. */
  async unitState(): Promise<readonly [string, number]> {
    const [state, pid] = await Promise.all(["ActiveState", "MainPID"].map((name) => this.machine.property(UNIT, name)));
    return [state ?? "", Number(pid)];
  }
  async status(): Promise<Json> {
    const { code, stdout, stderr } = await this.machine.cli(["daemon", "status", "--json"]);
    assert(code === 0 || code === 3, stderr);
    return JSON.parse(stdout) as Json;
  }
  /** Each process in it whose command line has these words, less children: each has its parent's words until it runs its own. */
  async daemons(): Promise<number[]> {
    const { stdout } = await this.machine.run(["/usr/bin/ps", "-eo", "pid=,ppid=,args="]);
    const found = stdout.split("\n")
      .filter((line) => line.includes(`--home ${this.home.dir}`) && line.includes("--allow-net"))
      .map((line) => line.trim().split(/\s+/, 2).map(Number));
    return found.filter(([, parent]) => !found.some(([pid]) => pid === parent)).map(([pid = 0]) => pid);
  }
}
