/** launchd's starts, against a double that has its races: a bootout returns before the label is free. */
import { assert, assertEquals, assertRejects } from "@std/assert";
import type { FileStat } from "../../src/platform/system.ts";
import { ConsoleError } from "../../src/protocol/errors.ts";
import { installService, uninstallService } from "../../src/service/install.ts";
import { installedService } from "../../src/service/installed.ts";
import { managerOf } from "../../src/service/manager.ts";
import { planService, type ServiceOptions } from "../../src/service/plan.ts";
import type { Ran, StepPorts } from "../../src/service/steps.ts";

const options: ServiceOptions = {
  os: "darwin",
  userHome: "/Users/u",
  uid: 501,
  env: { PATH: "/usr/bin" },
  argv: ["/usr/bin/deno", "run", "/app/main.ts"],
};
const TARGET = "gui/501/com.agent-console.daemon";
const plan = planService(options);

const NOT_LOADED = { code: 113, stdout: "", stderr: "Could not find service in domain for port" };
const OK: Ran = { code: 0, stdout: "", stderr: "" };

/** launchd with one label, which stays for `lingersMs` after its bootout; and the property list in its place. */
class Launchd implements StepPorts {
  text: string | undefined;
  /** The text by which the label is loaded. */
  loaded: string | undefined;
  readonly ran: string[] = [];
  waitedMs = 0;
  #goneAt: number | undefined;
  constructor(readonly lingersMs: number, readonly codes: Readonly<Record<string, number>> = {}) {}

  readonly files = {
    stat: (path: string): FileStat | undefined => {
      const there = { size: 0, mode: 0o644, uid: 501, inode: 1, device: 1, mtimeMs: 0 };
      if (path !== plan.path) return { kind: "directory", ...there };
      return this.text === undefined ? undefined : { kind: "file", ...there };
    },
    read: () => new TextEncoder().encode(this.text),
    mkdir: () => {},
    replace: (_: string, bytes: Uint8Array) => void (this.text = new TextDecoder().decode(bytes)),
    remove: () => void (this.text = undefined),
  };
  pause(ms: number): Promise<void> {
    this.waitedMs += ms;
    return Promise.resolve();
  }
  run(argv: readonly string[]): Promise<Ran> {
    const [, verb = ""] = argv;
    this.ran.push(verb);
    if (this.#goneAt !== undefined && this.waitedMs >= this.#goneAt) this.loaded = this.#goneAt = undefined;
    const code = this.codes[verb];
    return Promise.resolve(code === undefined ? this.#reply(verb) : { ...OK, code });
  }
  #reply(verb: string): Ran {
    if (verb === "bootstrap") {
      if (this.loaded !== undefined) return { code: 5, stdout: "", stderr: "Bootstrap failed: 5: Input/output error" };
      this.loaded = this.text;
      return OK;
    }
    if (verb === "enable") return OK;
    if (this.loaded === undefined) return verb === "bootout" ? { ...NOT_LOADED, code: 3 } : NOT_LOADED;
    if (verb === "bootout") this.#goneAt ??= this.waitedMs + this.lingersMs;
    if (verb === "kickstart" && this.#goneAt !== undefined) return NOT_LOADED;
    return OK;
  }
  get service() {
    const service = installedService(options, this.files);
    assert(service !== undefined);
    return managerOf(service, options.uid, {
      files: this.files,
      run: (argv) => this.run(argv),
      pause: (ms) => this.pause(ms),
    });
  }
}

Deno.test("X2 launchd: an install, the same again, another one, a start of what was written anew, an uninstall", async () => {
  for (const lingersMs of [0, 300, 20_000]) {
    const machine = new Launchd(lingersMs);
    assertEquals((await installService(plan, machine)).running, true);
    assertEquals([machine.ran.splice(0), machine.loaded], [
      ["bootout", "print", "enable", "bootstrap", "kickstart"],
      plan.text,
    ]);
    assertEquals((await installService(plan, machine)).change, "unchanged");
    assertEquals(machine.ran.splice(0), ["enable", "bootstrap", "kickstart"]);
    const other = planService({ ...options, argv: ["/usr/bin/other"] });
    assertEquals((await installService(other, machine)).change, "updated");
    assertEquals(machine.loaded, other.text, `a label that lingers for ${lingersMs} ms`);
    machine.text = plan.text;
    assertEquals((await machine.service.start({ renewed: true })).code, 0);
    assertEquals(machine.loaded, plan.text);
    assertEquals((await machine.service.start({ renewed: false })).code, 0);
    assertEquals((await uninstallService(plan, machine)).change, "removed");
  }
});

Deno.test("X2 launchd: a bootstrap that comes too early is tried again; one whose label never goes ends", async () => {
  // The label is not to be seen, and not free.
  const early = new Launchd(300, { print: 113 });
  early.loaded = "old";
  await installService(plan, early);
  assertEquals(early.loaded, plan.text);
  const stuck = new Launchd(Infinity);
  stuck.loaded = "old";
  await assertRejects(() => installService(plan, stuck), ConsoleError, `launchctl kickstart ${TARGET} exited with 113`);
  assert(stuck.waitedMs <= 60_000, `${stuck.waitedMs} ms`);
});

Deno.test("X2 launchd: 5 and 125 are tolerated, other codes are not, and a login over ssh has no launchd", async () => {
  const start = async (codes: Readonly<Record<string, number>>, renewed = false) => {
    const machine = new Launchd(0, codes);
    machine.text = plan.text;
    return (await machine.service.start({ renewed })).code;
  };
  assertEquals(await start({ bootout: 3, enable: 125, bootstrap: 5, kickstart: 0 }, true), 0);
  assertEquals([await start({ bootstrap: 78 }), await start({ kickstart: 113 })], [78, 113]);
  const nobody: Ran = { code: 125, stdout: "", stderr: "Domain does not support specified action" };
  const machine = new Launchd(0);
  machine.run = () => Promise.resolve(nobody);
  const { running, notes } = await installService(plan, machine);
  assertEquals([running, notes[0]?.includes("No service manager answers here")], [false, true]);
  assertEquals((await machine.service.start({ renewed: true })).code, 127);
});
