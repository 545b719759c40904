/**
 * What the program and its user for it write into a home folder, by exact names, and whether a folder proves to be a home: `uninstall
 * --purge` removes that from such a folder, and nothing else. Any folder can be named as the home by mistake.
 */
import { removeEmptyFolder } from "./build_folder.ts";
import { denoFiles } from "./deno_files.ts";
import { homePaths } from "./home_paths.ts";
import { KEY_FILE } from "./key_files.ts";
import { isOurs } from "./prebuilt.ts";

const SEGMENT = /^\d{16}\.jsonl$/;
/** A file whose writer died before it had its name. */
const TEMPORARY = /(?:\.[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}\.tmp|\.part)$/;
/** The folders, and the files in each. */
const IN_FOLDERS: ReadonlyMap<string, RegExp> = new Map([
  ["backups", /^(?:[a-z0-9_-]+-(?:hooks|trust)-[0-9a-f]{16}|feeds)\.json$/],
  ["capsules", /^(?!)/],
  ["capsules.kv", /^[a-z][a-z0-9-]{0,31}\.json$/],
  ["jobs", /^(?!)/],
  ["journal", /^(?:\d{16}\.jsonl|snapshot\.json|broken\.json|torn-\d+-\d+(?:-\d+)?\.bin)$/],
  ["keys", KEY_FILE],
  ["logs", /^daemon\.log(?:\.\d+)?$/],
  ["spool", /^(?:\d{15}-[^/]+\.json|starting|daemon-hung)$/],
]);
/** What the program moved away to begin a new one. */
const MOVED_AWAY = /^journal\.checkpoints\.until-\d{1,16}$/;
const FILES: ReadonlySet<string> = new Set([
  "hooks.lock",
  "journal.checkpoints",
  "journal.head",
  "notify.sock",
  ...Object.values(homePaths("")).flatMap((path) => {
    const name = path.slice(1);
    return name === "" || name.includes("/") || IN_FOLDERS.has(name) ? [] : [name];
  }),
]);

export interface HomeContents {
  /** Names of our own files, below the home. */
  readonly files: readonly string[];
  readonly folders: readonly string[];
  /** Names of what is not ours, below the home. */
  readonly others: readonly string[];
}

/** Links are not followed: one in the place of a folder of ours is not ours. @throws the OS error */
export function homeContents(root: string): HomeContents {
  const files: string[] = [];
  const folders: string[] = [];
  const others: string[] = [];
  const sort = (name: string, isKnown: boolean) => {
    const kind = denoFiles.stat(`${root}/${name}`)?.kind;
    (isKnown && (kind === "file" || kind === "socket") ? files : others).push(name);
  };
  for (const name of denoFiles.list(root)) {
    const inside = IN_FOLDERS.get(name);
    if (inside === undefined || !isOurs(`${root}/${name}`, "folder")) {
      sort(name, FILES.has(name.replace(TEMPORARY, "")) || MOVED_AWAY.test(name));
      continue;
    }
    folders.push(name);
    for (const file of denoFiles.list(`${root}/${name}`)) {
      sort(`${name}/${file}`, inside.test(file.replace(TEMPORARY, "")));
    }
  }
  return { files, folders, others };
}

/**
 * What a writer that was killed has left of its file: names below the home. A younger one may still be written.
 *
 * @param until when it was last written at the latest, ms. @throws the OS error
 */
export function leftTemporaries(root: string, until: number): readonly string[] {
  return homeContents(root).files.filter((name) => {
    const stat = name.endsWith(".tmp") ? denoFiles.stat(`${root}/${name}`) : undefined;
    return stat?.kind === "file" && stat.mtimeMs <= until;
  });
}

/** Whether a daemon of ours has lived in `root`: ours, closed to others, with its lock and a segment of its journal. */
export function isProvenHome(root: string): boolean {
  const { lock, journal } = homePaths(root);
  return isOurs(root, "folder") && denoFiles.stat(root)?.mode === 0o700 && isOurs(lock, "file") &&
    isOurs(journal, "folder") &&
    denoFiles.list(journal).some((name) => SEGMENT.test(name) && isOurs(`${journal}/${name}`, "file"));
}

/**
 * Removes our own from `root`, and `root` where nothing else is in it.
 *
 * @returns what is not ours and stays, looked for before the first removal. @throws the OS error
 */
export function removeHome(root: string): readonly string[] {
  const { files, folders, others } = homeContents(root);
  for (const name of files) denoFiles.remove(`${root}/${name}`);
  for (const name of folders) removeEmptyFolder(`${root}/${name}`);
  if (others.length === 0 && !removeEmptyFolder(root)) return denoFiles.list(root);
  return others;
}
