/** A test of the installed service under a systemd of its own; ignored, with the reason in its name, where none can run. */
import { TestHome } from "./harness.ts";
import { SystemdMachine, whyNoSystemd } from "./systemd_machine.ts";

export const UNIT = "agent-console.service";

const why = await whyNoSystemd();

export function liveService(name: string, fn: (home: TestHome, machine: ServiceMachine) => Promise<void>): void {
  Deno.test({
    name: `${name}${why === undefined ? "" : ` (ignored: ${why})`}`,
    ignore: why !== undefined,
    fn: async () => {
      await using home = await TestHome.create();
      await using systemd = await SystemdMachine.start(home);
      await fn(home, new ServiceMachine(home, systemd));
    },
  });
}

export class ServiceMachine {
  readonly #home: TestHome;
  readonly #systemd: SystemdMachine;

  constructor(home: TestHome, systemd: SystemdMachine) {
    this.#home = home;
    this.#systemd = systemd;
  }

  readonly run: SystemdMachine["run"] = (argv, options) => this.#systemd.run(argv, options);
  readonly cli: SystemdMachine["cli"] = (args, env) => this.#systemd.cli(args, env);
  readonly systemctl: SystemdMachine["systemctl"] = (...words) => this.#systemd.systemctl(...words);
  readonly property: SystemdMachine["property"] = (unit, name) => this.#systemd.property(unit, name);

  async install(...options: readonly string[]): Promise<void> {
    const { code, stderr } = await this.cli(["daemon", "install", ...options]);
    if (code !== 0) throw new Error(`daemon install: exit ${code}, ${stderr}`);
  }

  /** Settings of the unit, in the place that it names for changes. */
  async dropIn(text: string): Promise<void> {
    const folder = `${this.#home.root}/.config/systemd/user/${UNIT}.d`;
    await Deno.mkdir(folder, { recursive: true });
    await Deno.writeTextFile(`${folder}/test.conf`, text);
  }
}
