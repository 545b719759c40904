/**
 * Real processes of capsules for the tests: a capsule's files in a folder of its own, started by the command line that a
 * grant writes, and a supervisor with fakes of all that the daemon gives it.
 */
import { PROCESS_LIMITS, type ProcessLimits } from "../../src/capsule/process/limits.ts";
import type { RunCapsule, SupervisorPorts } from "../../src/capsule/process/ports.ts";
import { CapsuleSupervisor } from "../../src/capsule/process/supervisor.ts";
import { setTimer, systemClock } from "../../src/platform/clock.ts";
import { capsuleRunText } from "../../src/platform/capsule_texts.ts";
import { startPiped } from "../../src/platform/piped_process.ts";
import { ConsoleError } from "../../src/protocol/errors.ts";

/** The entry, as from the sources. */
export const CAPSULE_HOST = new URL("../../src/capsule_host/main.ts", import.meta.url).pathname;

const CLOCK = { ...systemClock, setTimer };
/** Instead of a daemon's few seconds: a machine that runs other tests beside starts a process when it can. */
const PATIENT: Partial<ProcessLimits> = { startMs: 30_000, interceptMs: 20_000 };
/** In a grant: a name as any other, which the resolver leads to this machine. There is no such name on all machines. */
export const NAME_OF_LOOPBACK = "hooks.example.test";

export interface CapsuleFiles {
  /** Its main, the body of a module. */
  readonly main: string;
  readonly others?: Readonly<Record<string, string>>;
  readonly manifest?: Partial<RunCapsule["grant"]["manifest"]>;
  readonly capabilities?: Partial<RunCapsule["grant"]["capabilities"]>;
  readonly settings?: ReturnType<RunCapsule["settings"]>;
  /** Without a sandbox, to see that what is refused would work. */
  readonly mayAll?: boolean;
}

export interface LoggedLine {
  readonly level: string;
  readonly message: string;
  readonly fields: Readonly<Record<string, unknown>>;
}

/** A folder of capsules and the supervisor that runs them. */
export class CapsuleLab {
  readonly folder = Deno.makeTempDirSync({ prefix: "capsules" });
  readonly lines: LoggedLine[] = [];
  readonly kv = new Map<string, string>();
  readonly secrets = new Map<string, string>();
  readonly executed: string[] = [];
  readonly failed: string[] = [];
  readonly supervisor: CapsuleSupervisor;
  #copies = 0;

  constructor(limits: Partial<ProcessLimits> = {}) {
    this.supervisor = new CapsuleSupervisor(this.#ports(), { ...PROCESS_LIMITS, ...PATIENT, ...limits });
  }

  /** A capsule's files as a grant copies them: each time into another folder. */
  async capsule(name: string, { main, others = {}, ...more }: CapsuleFiles): Promise<RunCapsule> {
    const code = `${this.folder}/${name}-${++this.#copies}`;
    await Deno.mkdir(code, { mode: 0o700 });
    for (const [file, text] of Object.entries({ "main.ts": main, ...others })) {
      await Deno.writeTextFile(`${code}/${file}`, text);
    }
    const { manifest = {}, capabilities: asked = {}, settings = {}, mayAll = false } = more;
    const capabilities = { net: [], read: [], write: [], env: [], kv: 0, secrets: [], exec: [], ...asked };
    return {
      argv: mayAll ? openCommandLine(code) : await this.#granted(name, code, capabilities),
      settings: () => settings,
      grant: {
        name,
        digest: `${this.#copies}`.padStart(64, "0"),
        capabilities,
        manifest: { apiVersion: 1, commands: [], subscribes: [], intercepts: [], priority: 0, ...manifest },
      },
    };
  }

  /** All lines of the log about one capsule. */
  said(capsule: string): readonly string[] {
    return this.lines.filter(({ fields }) => fields["capsule"] === capsule).map(({ message, fields }) =>
      `${message}: ${fields["text"] ?? fields["reason"]}`
    );
  }

  stateOf(name: string): string | undefined {
    return this.supervisor.stateOf(name)?.kind;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.supervisor.stop("the test is over");
    await Deno.remove(this.folder, { recursive: true });
  }

  /** The script that a grant writes, with its limits and its flags. */
  async #granted(
    name: string,
    code: string,
    { net, read, write, env }: RunCapsule["grant"]["capabilities"],
  ): Promise<readonly string[]> {
    const values = Object.fromEntries(env.map((each) => [each, `value of ${each}`]));
    const sandbox = { code, main: "main.ts", net, read, write, env: values };
    const more = { name, deno: Deno.execPath(), host: CAPSULE_HOST, nice: "/usr/bin/nice", privileged: false };
    const run = `${code}.run`;
    const text = capsuleRunText({ ...sandbox, ...more }).replaceAll(NAME_OF_LOOPBACK, "localhost");
    await Deno.writeTextFile(run, text, { mode: 0o700 });
    // By the shell: the system runs no file that a process started meanwhile still has open for writing.
    return ["/bin/sh", run];
  }

  #ports(): SupervisorPorts {
    const line = (level: string) => (message: string, fields: Readonly<Record<string, unknown>> = {}) =>
      void this.lines.push({ level, message, fields });
    return {
      isGranted: () => true,
      open: (argv) => startPiped(argv, { cwd: "/", env: {} }),
      clock: CLOCK,
      log: { debug: line("debug"), info: line("info"), warn: line("warn"), error: line("error") },
      kv: {
        read: (name) => this.kv.get(name),
        write: (name, text) => void this.kv.set(name, text),
        remove: (name) => void this.kv.delete(name),
      },
      secret: (name) => {
        const found = this.secrets.get(name);
        if (found === undefined) throw new ConsoleError("not_found", `there is no secret ${name}`, { hint: "make it" });
        return found;
      },
      exec: (_, text) => {
        this.executed.push(text);
        return Promise.resolve({ success: true, response: `ran ${text}` });
      },
      onFailed: (_, reason) => void this.failed.push(reason),
    };
  }
}

function openCommandLine(code: string): readonly string[] {
  const surroundings = ["/usr/bin/env", "-i", "HOME=/", `DENO_DIR=${code}-cache`, "NO_COLOR=1"];
  return [
    ...surroundings,
    Deno.execPath(),
    "run",
    "-q",
    "-A",
    "--no-config",
    "--no-lock",
    CAPSULE_HOST,
    `file://${code}/main.ts`,
  ];
}
