/**
 * Checkpoints as notes of a git repository: each is a blob, and a note on that blob under `refs/notes/agent-console`, so that
 * a push of that ref takes them elsewhere and no commit of yours changes. Git runs without a shell, without hooks and
 * without the settings of the user and the system. The repository may be hostile: nothing that it names is run, and
 * nothing is fetched for it.
 */
import { clip, escapeControls } from "../../domain/sanitize.ts";
import { runBounded } from "../../platform/bounded_run.ts";
import { denoFiles, realPathSoFar } from "../../platform/deno_files.ts";
import { findProgram } from "../../platform/find_program.ts";
import { resolveFrom } from "../../platform/home_paths.ts";
import { foreign } from "../../platform/path_safety.ts";
import { ownUid } from "../../platform/process.ts";
import { ConsoleError } from "../../protocol/errors.ts";
import { type KeptNote, MAX_PLACE_BYTES } from "./place.ts";

/** The ref of the notes. */
const NOTES_REF = "refs/notes/agent-console";

/** For all that git does here together, ms. */
const MS = 60_000;
const NAME = "agent-console";
const EMAIL = "agent-console@localhost";

const ENV = {
  PATH: "/usr/bin:/bin",
  LC_ALL: "C",
  HOME: "/nonexistent",
  GIT_CONFIG_NOSYSTEM: "1",
  GIT_CONFIG_GLOBAL: "/dev/null",
  GIT_TERMINAL_PROMPT: "0",
  GIT_ATTR_NOSYSTEM: "1",
  /** An allow-list that holds no transport: what is missing is not fetched, by `ext::` or any other. */
  GIT_ALLOW_PROTOCOL: "none",
  GIT_NO_LAZY_FETCH: "1",
  GIT_NO_REPLACE_OBJECTS: "1",
  GIT_AUTHOR_NAME: NAME,
  GIT_AUTHOR_EMAIL: EMAIL,
  GIT_COMMITTER_NAME: NAME,
  GIT_COMMITTER_EMAIL: EMAIL,
};
/**
 * Settings that name what git would run, whatever the repository's own say. Of the commands that run here only the
 * first is read by git 2.39 to run something; the others keep it so when git changes.
 */
const SETTINGS = [
  "core.hooksPath=/dev/null",
  "core.fsmonitor=false",
  "core.sshCommand=false",
  "core.askPass=false",
  "core.editor=false",
  "core.pager=cat",
  "core.alternateRefsCommand=false",
  "credential.helper=",
  "gpg.program=false",
  "gc.auto=0",
  "maintenance.auto=false",
];
/** Settings that no other can undo, because they stand under a name that the repository chooses. */
const REFUSED = [
  { key: /^(extensions\.partialclone|remote\..*\.promisor)$/, what: "it is a partial clone" },
  { key: /^hook\./, what: "its settings have hooks" },
];

/** A note in the tree of notes: its file is named by the id of what it is about, in folders of two digits. */
const NOTE_ROW = /^\d+ \w+ ([0-9a-f]{40,64})\t(?:[0-9a-f]{2}\/)*[0-9a-f]+$/;
/** What git writes to below the common folder of a repository, but for the folders of objects. */
const WRITTEN = [
  "objects",
  "packed-refs",
  "packed-refs.lock",
  "reftable",
  ...["", "logs/"].flatMap((of) =>
    ["refs", "refs/notes", NOTES_REF, `${NOTES_REF}.lock`].map((path) => `${of}${path}`)
  ),
  "logs",
];
const TOO_MUCH = "more than 16 MiB are kept there";

export class GitNotes {
  #git: string;
  #repository: string;
  /** Without links, so that nothing above it is looked at. */
  #folder: string;
  #signal: AbortSignal;
  #until = performance.now() + MS;

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
    this.#folder = realPathSoFar(repository);
    this.#signal = signal;
  }

  /** @throws {ConsoleError} `failed` */
  async read(): Promise<KeptNote[]> {
    await this.#checkSafe();
    await this.#checkDirect();
    const ids = await this.#blobs();
    if (ids.length === 0) return [];
    const asked = `${ids.join("\n")}\n`;
    // Of git's own objects, before it opens one: a blob of gigabytes is not read to its end.
    const sizes = (await this.#run(["cat-file", "--batch-check=%(objectsize)"], asked)).split("\n");
    if (sizes.reduce((sum, size) => sum + (Number(size) || 0), 0) >= MAX_PLACE_BYTES) throw this.#failed(TOO_MUCH);
    const all = new TextEncoder().encode(await this.#run(["cat-file", "--batch"], asked));
    const notes: KeptNote[] = [];
    for (let at = 0; at < all.length;) {
      const end = all.indexOf(10, at);
      const [id = "", kind, size = "0"] = new TextDecoder().decode(all.subarray(at, end)).split(" ");
      const isWhole = end >= 0 && kind === "blob" && all.length > end + 1 + Number(size);
      if (!isWhole) throw this.#failed(`${NOTES_REF} has a note that is not there: ${id}`);
      const note = new TextDecoder().decode(all.subarray(end + 1, end + 1 + Number(size)));
      notes.push({ note, where: `${NOTES_REF} of ${this.#shown()}, blob ${id}` });
      at = end + 1 + Number(size) + 1;
    }
    return notes;
  }

  /**
   * The ids of the notes, as `git ls-tree` lists the files of their tree: `git notes list` holds the whole of it in memory,
   * and trees that name one another many times grow to gigabytes there.
   */
  async #blobs(): Promise<readonly string[]> {
    const refs = (await this.#run(["for-each-ref", "--format=%(refname) %(objectname)", NOTES_REF])).split("\n");
    const tip = refs.map((row) => row.split(" ")).find(([name]) => name === NOTES_REF)?.[1];
    if (tip === undefined) return [];
    const rows = (await this.#run(["ls-tree", "-r", "-z", tip])).split("\0");
    return rows.map((row) => NOTE_ROW.exec(row)?.[1]).filter((id) => id !== undefined);
  }

  /** The folder that git writes objects and notes to, absolute. @throws {ConsoleError} `failed` */
  async storage(): Promise<string> {
    await this.#checkSafe();
    return resolveFrom((await this.#run(["rev-parse", "--git-common-dir"])).trim(), this.#folder);
  }

  /** @throws {ConsoleError} `failed` */
  async add(note: string): Promise<void> {
    this.#checkUnlinked(await this.storage());
    await this.#checkDirect();
    const id = (await this.#run(["hash-object", "-t", "blob", "-w", "--stdin"], note)).trim();
    if (!/^[0-9a-f]{40,64}$/.test(id)) throw this.#failed("git hash-object named no object");
    await this.#run(["notes", `--ref=${NOTES_REF}`, "add", "-C", id, id]);
  }

  /** Git itself looks at owners only since 2.35.2. */
  async #checkSafe(): Promise<void> {
    for (const path of [this.#folder, `${this.#folder}/.git`]) this.#checkOwner(path);
    this.#checkOwner((await this.#run(["rev-parse", "--absolute-git-dir"])).trim());
    const keys = (await this.#run(["config", "--list", "--name-only", "-z"])).split("\0");
    const refused = REFUSED.find(({ key }) => keys.some((one) => key.test(one.toLowerCase())));
    if (refused !== undefined) throw this.#failed(`${refused.what}, which can run programs when it is read`);
  }

  /** A symbolic ref has its notes, and what is kept, at the one that it names: a branch, for one. */
  async #checkDirect(): Promise<void> {
    const target = (await this.#run(["symbolic-ref", "-q", NOTES_REF], undefined, 1)).trim();
    if (target !== "") throw this.#failed(`${NOTES_REF} is a symbolic ref to ${target}`);
  }

  /** Git follows links where it writes: they could lead to any file that we may write. */
  #checkUnlinked(common: string): void {
    const objects = denoFiles.list(`${common}/objects`).map((name) => `objects/${name}`);
    for (const path of [...WRITTEN, ...objects].map((name) => `${common}/${name}`)) {
      if (denoFiles.stat(path)?.kind === "symlink") throw this.#failed(`${path} is a link, and git writes to it`);
    }
  }

  #checkOwner(path: string): void {
    const stat = denoFiles.stat(path);
    const problem = stat === undefined ? undefined : foreign(stat, ownUid());
    if (problem !== undefined) throw this.#failed(`${path} ${problem}`);
  }

  /** @param none the exit code of a command that has found nothing */
  async #run(args: readonly string[], stdin?: string, none = 0): Promise<string> {
    const argv = [this.#git, "-C", this.#folder, ...SETTINGS.flatMap((one) => ["-c", one]), ...args];
    // It looks for the repository in that folder only, not in those above it, whose owners nobody has looked at.
    const env = { ...ENV, GIT_CEILING_DIRECTORIES: this.#folder.slice(0, this.#folder.lastIndexOf("/")) };
    const how = {
      env,
      ms: Math.max(1, this.#until - performance.now()),
      signal: this.#signal,
      maxBytes: MAX_PLACE_BYTES,
      killBeyond: true,
    };
    const ended = await runBounded(argv, stdin === undefined ? how : { ...how, stdin });
    if (ended.kind === "unusable") throw this.#failed(ended.problem);
    if (ended.stdout.length >= MAX_PLACE_BYTES) throw this.#failed(TOO_MUCH);
    if (ended.kind === "killed") throw this.#failed("git did not end in time");
    if (ended.code !== 0 && ended.code !== none) {
      throw this.#failed(ended.stderr.trim() || `git ended with ${ended.code}`);
    }
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
