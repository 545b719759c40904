/**
 * Checkpoints as notes of a git repository: each is a blob, and a note on that blob under `refs/notes/agent-console`, so that
 * a push of that ref takes them elsewhere and no commit of yours changes. Git runs without a shell, without hooks and
 * without the settings of the user and the system.
 */
import { clip, escapeControls } from "../../domain/sanitize.ts";
import { runBounded } from "../../platform/bounded_run.ts";
import { findProgram } from "../../platform/find_program.ts";
import { ConsoleError } from "../../protocol/errors.ts";
import type { KeptNote } from "./place.ts";

/** The ref of the notes. */
const NOTES_REF = "refs/notes/agent-console";

const MS = 60_000;
const MAX_BYTES = 256 * 1_048_576;
const NAME = "agent-console";
const EMAIL = "agent-console@localhost";

const ENV = {
  PATH: "/usr/bin:/bin",
  LC_ALL: "C",
  HOME: "/nonexistent",
  GIT_CONFIG_NOSYSTEM: "1",
  GIT_CONFIG_GLOBAL: "/dev/null",
  GIT_TERMINAL_PROMPT: "0",
  GIT_AUTHOR_NAME: NAME,
  GIT_AUTHOR_EMAIL: EMAIL,
  GIT_COMMITTER_NAME: NAME,
  GIT_COMMITTER_EMAIL: EMAIL,
};
/** Whatever the repository's own settings say: nothing that they name is run. */
const SETTINGS = ["core.hooksPath=/dev/null", "core.fsmonitor=false", "gc.auto=0", "maintenance.auto=false"];

export class GitNotes {
  #git: string;
  #repository: string;
  #signal: AbortSignal;

  /** @throws {ConsoleError} `failed` where there is no git */
  constructor(repository: string, signal: AbortSignal) {
    const git = findProgram("git");
    if (git === undefined) {
      throw new ConsoleError("failed", "there is no git in the folders of PATH", {
        hint: "install git, or use --file",
      });
    }
    this.#git = git;
    this.#repository = repository;
    this.#signal = signal;
  }

  /** @throws {ConsoleError} `failed` */
  async read(): Promise<KeptNote[]> {
    const rows = (await this.#run(["notes", `--ref=${NOTES_REF}`, "list"])).split("\n").filter((row) => row !== "");
    const ids = rows.map((row) => row.split(" ")[0] ?? "");
    if (ids.length === 0) return [];
    const all = new TextEncoder().encode(await this.#run(["cat-file", "--batch"], `${ids.join("\n")}\n`));
    const notes: KeptNote[] = [];
    for (let at = 0; at < all.length;) {
      const end = all.indexOf(10, at);
      const [id = "", kind, size = "0"] = new TextDecoder().decode(all.subarray(at, end)).split(" ");
      if (end < 0 || kind !== "blob") throw this.#failed(`${NOTES_REF} has a note that is not there: ${id}`);
      const note = new TextDecoder().decode(all.subarray(end + 1, end + 1 + Number(size)));
      notes.push({ note, where: `${NOTES_REF} of ${this.#shown()}, blob ${id}` });
      at = end + 1 + Number(size) + 1;
    }
    return notes;
  }

  /** @throws {ConsoleError} `failed` */
  async add(note: string): Promise<void> {
    const id = (await this.#run(["hash-object", "-t", "blob", "-w", "--stdin"], note)).trim();
    if (!/^[0-9a-f]{40,64}$/.test(id)) throw this.#failed("git hash-object named no object");
    await this.#run(["notes", `--ref=${NOTES_REF}`, "add", "-C", id, id]);
  }

  async #run(args: readonly string[], stdin?: string): Promise<string> {
    const argv = [this.#git, "-C", this.#repository, ...SETTINGS.flatMap((one) => ["-c", one]), ...args];
    const how = { env: ENV, ms: MS, signal: this.#signal, maxBytes: MAX_BYTES };
    const ended = await runBounded(argv, stdin === undefined ? how : { ...how, stdin });
    if (ended.kind === "unusable") throw this.#failed(ended.problem);
    if (ended.kind === "killed") throw this.#failed("git did not end in time");
    if (ended.code !== 0) throw this.#failed(ended.stderr.trim() || `git ended with ${ended.code}`);
    return ended.stdout;
  }

  #shown(): string {
    return escapeControls(clip(this.#repository, 200));
  }

  #failed(why: string): ConsoleError {
    const said = escapeControls(clip(why.replaceAll("\n", " "), 300));
    return new ConsoleError("failed", `the notes of ${this.#shown()}: ${said}`, {
      hint: "name the folder of a git repository of yours",
    });
  }
}
