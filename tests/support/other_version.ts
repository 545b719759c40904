/** The program as another version of it would be: a copy of the sources with other numbers, which runs in a test's home. */
import { CLIENT_FLAGS } from "../../src/platform/program.ts";
import { copySources } from "./copy_sources.ts";
import type { TestHome } from "./harness.ts";
import { denoDirOfItsOwn } from "./harness_guard.ts";
import { type Outcome, run } from "./harness_process.ts";

/** A copy of the sources is made ready by its first command, which takes long on a busy machine. */
const COMMAND_MS = 60_000;

export interface OtherNumbers {
  readonly VERSION?: string;
  readonly PROTOCOL?: number;
  readonly JOURNAL_FORMAT?: number;
}

export class OtherVersion {
  readonly #home: TestHome;
  readonly #sources: string;

  constructor(home: TestHome, numbers: OtherNumbers) {
    this.#home = home;
    const name = Object.values(numbers).join("-");
    this.#sources = `${home.root}/version ${name}`;
    copySources(this.#sources);
    denoDirOfItsOwn(`${this.#sources}/modules`, this.#sources);
    const file = `${this.#sources}/src/protocol/version.ts`;
    let text = Deno.readTextFileSync(file);
    for (const [constant, value] of Object.entries(numbers)) {
      const changed = text.replace(
        new RegExp(`(export const ${constant} = )[^;]+;`),
        (_, start: string) => `${start}${JSON.stringify(value)};`,
      );
      if (changed === text) throw new Error(`${file} has no ${constant} to change`);
      text = changed;
    }
    Deno.writeTextFileSync(file, text);
  }

  async cli(args: readonly string[], stdin?: string): Promise<Outcome> {
    const more = { AC_FROM_SOURCE: "1", DENO_DIR: `${this.#sources}/modules` };
    const { env } = this.#home.command([], { env: more });
    const argv = [Deno.execPath(), ...CLIENT_FLAGS, `${this.#sources}/main.ts`, ...args];
    return await run(argv, {
      env,
      cwd: this.#home.root,
      timeoutMs: COMMAND_MS,
      ...(stdin === undefined ? {} : { stdin }),
    });
  }
}
