/** The home folder: whose it is, who may read it, and how much room there is. */
import { checkHomeFolder, checkSocketPath } from "../../platform/path_safety.ts";
import { chmod, denoFiles } from "../../platform/deno_files.ts";
import { freeBytes } from "../../platform/disk_space.ts";
import { leftTemporaries } from "../../platform/home_contents.ts";
import { ownUid } from "../../platform/process.ts";
import { bytes } from "../format.ts";
import type { CommandContext } from "../context.ts";
import { type Check, type Finding, note, ok, problem } from "./finding.ts";

/** Below this the journal soon cannot be written, bytes. */
const FEW_BYTES = 256 * 1_048_576;

export const homeChecks: readonly Check[] = [
  { id: "home", run: ({ context: { paths } }) => home(paths.root) },
  {
    id: "home.files",
    run: ({ context: { paths } }) => files(paths.root, [paths.journal, paths.spool, paths.logs, paths.backups]),
  },
  { id: "home.temporary", run: ({ context: { paths } }) => temporaries(paths.root) },
  { id: "disk", run: disk },
];

function home(root: string): Finding[] {
  const stat = denoFiles.stat(root);
  if (stat === undefined) return [note("home", `${root} is not there yet: the first start makes it`)];
  const unsafe = checkHomeFolder(root, stat, ownUid());
  if (unsafe !== undefined) return [problem("home", `${root} ${unsafe}`)];
  const long = checkSocketPath(`${root}/daemon.sock`);
  if (long !== undefined) {
    return [
      problem("home", `${root}/daemon.sock ${long}`, { hint: "choose a shorter home, or daemon.ipc_socket_path" }),
    ];
  }
  const mode = (stat.mode ?? 0o700) & 0o777;
  if (mode === 0o700) return [ok("home", `${root} is yours alone`)];
  return [problem("home", `${root} has mode ${octal(mode)}: others may look into it`, {
    hint: `chmod 700 ${root}`,
    fix: () => {
      chmod(root, 0o700);
      return Promise.resolve(`${root} has mode 0700`);
    },
  })];
}

/** Every file of ours is 0600, every folder 0700: a wider one was changed by somebody else, or by a backup. */
function files(root: string, folders: readonly string[]): Finding[] {
  if (denoFiles.stat(root) === undefined) return [];
  const wide = [root, ...folders].flatMap((folder) => {
    if (denoFiles.stat(folder) === undefined) return [];
    return denoFiles.list(folder).flatMap((name) => {
      const path = `${folder}/${name}`;
      const stat = denoFiles.stat(path);
      const isOurs = stat?.kind === "file" || stat?.kind === "directory" || stat?.kind === "socket";
      return isOurs && ((stat.mode ?? 0) & 0o077) !== 0 ? [{ path, folder: stat.kind === "directory" }] : [];
    });
  });
  if (wide.length === 0) return [ok("home.files", "no file in it may be read by others")];
  const [first] = wide;
  const more = wide.length === 1 ? "" : ` and ${wide.length - 1} more`;
  return [problem("home.files", `others may read ${first?.path}${more}`, {
    hint: `chmod -R go= ${root}`,
    fix: () => {
      for (const { path, folder } of wide) chmod(path, folder ? 0o700 : 0o600);
      return Promise.resolve(`${wide.length} file${wide.length === 1 ? " is" : "s are"} yours alone now`);
    },
  })];
}

/** No write of ours takes so long, ms. */
const MOST_WRITING_MS = 60_000;

function temporaries(root: string): Finding[] {
  if (denoFiles.stat(root) === undefined) return [];
  const look = () => leftTemporaries(root, Date.now() - MOST_WRITING_MS);
  const left = look();
  const [first] = left;
  if (first === undefined) return [];
  const more = left.length === 1 ? "" : ` and ${left.length - 1} more`;
  return [{
    ...note("home.temporary", `a command that was killed left ${first}${more}`, "agent-console doctor --fix"),
    fix: () => {
      const now = look();
      for (const name of now) denoFiles.remove(`${root}/${name}`);
      return Promise.resolve(`removed ${now.join(", ")}`);
    },
  }];
}

async function disk({ context: { paths } }: CommandContext): Promise<Finding[]> {
  const free = await freeBytes(denoFiles.stat(paths.root) === undefined ? "/" : paths.root);
  if (free === undefined) return [note("disk", "how much room there is could not be found out")];
  const text = `${bytes(free)} free where the journal is`;
  if (free >= FEW_BYTES) return [ok("disk", text)];
  return [problem("disk", text, { hint: "make room: without it no change is accepted, and agents ask by themselves" })];
}

function octal(mode: number): string {
  return mode.toString(8).padStart(4, "0");
}
