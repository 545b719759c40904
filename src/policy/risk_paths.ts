/** Paths that make a harmless looking call severe. Pure: links are not followed, names are compared in lower case. */
import { AGENT_FILES } from "../agents/files.ts";
import { fixedCharacters, simplified } from "./risk_glob.ts";

/** Entries are components that follow each other anywhere in a path; `*` ends a component with any text. */
function table(text: string): readonly (readonly string[])[] {
  return text.trim().split(/\s+/).map((entry) => entry.split("/"));
}

/**
 * A write here is `destructive`, whatever it writes: the text runs later without a human (shells, hooks, cron, logins),
 * or it changes what is allowed without one (agents' settings, this program's own files, accounts).
 */
const GUARDED = table(`
  .bashrc .bash_profile .bash_login .bash_logout .bash_aliases .profile .zshrc .zshenv .zprofile .zlogin .zlogout .kshrc
  .cshrc .tcshrc .login .inputrc .envrc .xprofile .xinitrc .xsession .xsessionrc .vimrc .exrc .tmux.conf .config/fish
  .ssh .gnupg authorized_keys
  .git/hooks .git/config .gitconfig .config/git .husky .githooks
  .config/systemd .config/autostart library/launchagents library/launchdaemons
  etc/cron* var/spool/cron etc/systemd etc/init.d etc/profile* etc/bash* etc/zsh* etc/environment etc/ld.so*
  etc/sudoers* etc/pam.d etc/passwd etc/shadow etc/group etc/hosts
  .agent-console ${AGENT_FILES.flatMap(({ settings }) => settings).join(" ")}
  .mcp.json .vscode/tasks.json .vscode/settings.json .vscode/mcp.json
  /boot /proc /sys
`);

/**
 * Reading here is more than `read`: what an agent reads goes to its model's vendor, and these files hold credentials.
 */
const SECRET = table(`
  .ssh .gnupg .aws .azure .kube .config/gcloud .config/gh .docker/config.json .netrc .npmrc .pypirc .pgpass
  .git-credentials .env .env.* .envrc etc/shadow etc/gshadow environ proc/*/environ id_rsa* id_dsa* id_ecdsa* id_ed25519*
  ${AGENT_FILES.flatMap(({ secrets = [] }) => secrets).join(" ")} .agent-console/daemon.token .agent-console/keys
  .vault-token .terraform.d/credentials* .cargo/credentials* .config/op .config/rclone .gem/credentials .m2/settings.xml
  .my.cnf .s3cfg .boto .htpasswd .password-store keyrings library/keychains
  .bash_history .zsh_history .psql_history .mysql_history
`);

const SAMPLE = /^\.env\.(?:example|sample|template|dist|defaults)$/;

/** Ends of names of files that hold keys. */
const KEYS = [".pem", ".key", ".p12", ".pfx", ".keystore", ".kdbx"];

/**
 * Whether writing to `path` changes what runs later or what is allowed. Also for a word of a command that contains a
 * path.
 */
export function isGuarded(path: string): boolean {
  return pathsIn(path).some((parts) =>
    holds(parts, GUARDED, startsAlike) || isDevice(parts) || parts.some(isHiddenPattern)
  );
}

/** Whether `path` is a repository's own folder: what is put there may be its hooks. */
export function isRepository(path: string): boolean {
  return pathsIn(path).at(-1)?.at(-1) === ".git";
}

/** Whether `path`, or a path in this word of a command, is where credentials are kept. */
export function isSecret(path: string): boolean {
  return pathsIn(path).some((parts) =>
    !SAMPLE.test(parts.at(-1) ?? "") &&
    (holds(parts, SECRET, () => true) || parts.some(isHiddenPattern) || parts.some(isKey))
  );
}

function isKey(part: string): boolean {
  if (!isPattern(part)) return KEYS.some((end) => part.endsWith(end));
  const ending = reversed(part);
  return KEYS.some((end) => 2 * fixedCharacters(ending, `${reversed(end)}*`) >= end.length);
}

function reversed(text: string): string {
  return [...text].reverse().join("");
}

/** Devices that keep nothing. */
const HARMLESS_DEVICES = new Set(["null", "stdin", "stdout", "stderr", "tty", "fd", "zero", "random", "urandom"]);

/** Whether `path` takes what is written and loses it, or is the terminal. */
export function isSink(path: string): boolean {
  return /^\/dev\/(?:null|stdout|stderr|tty|fd\/\d+)$/.test(path);
}

function isDevice([root, dev, name]: readonly string[]): boolean {
  return root === "" && dev !== undefined && alike(dev, "dev") > 0 && name !== undefined && !HARMLESS_DEVICES.has(name);
}

/**
 * The components of each path in small letters, patterns {@link simplified}, `.` and `..` worked out; `host:path`,
 * `--to=path`, `-t/path`, JSON and lines are taken apart, so that no path's `..` takes from the one before.
 */
function pathsIn(text: string): string[][] {
  return text.toLowerCase().replace(/^-[a-z]+(?=[./~])/, "").split(/[:=,"\n]\s*/).map((path) => {
    const parts: string[] = [];
    for (const part of path.split(/[/\\]/)) {
      if (part === "." || (part === "" && parts.length > 0)) continue;
      if (part === "..") {
        if (parts.at(-1) !== "") parts.pop();
      } else parts.push(simplified(part));
    }
    return parts;
  });
}

/** `.e*`, `.s?h`: a shell pattern that may name any of the files above. */
function isHiddenPattern(part: string): boolean {
  return part.startsWith(".") && isPattern(part);
}

function isPattern(part: string): boolean {
  return /[*?]/.test(part);
}

/** No pattern of a shell takes a dot that a name begins with; one of a search does. */
function startsAlike(part: string, name: string): boolean {
  return !name.startsWith(".") || !/^[*?]/.test(part);
}

/**
 * Whether the components of an entry follow each other in `parts`. A pattern counts where it spells out half of a name, or
 * stands behind a name that does: else each `*.ts` were `id_rsa.ts`, and each `*` anything.
 */
function holds(
  parts: readonly string[],
  entries: readonly (readonly string[])[],
  fits: (part: string, name: string) => boolean,
): boolean {
  return entries.some((entry) =>
    parts.some((first, at) => {
      if (at + entry.length > parts.length || first === "*" || !fits(first, entry[0]!)) return false;
      let sure = false;
      return entry.every((name, i) => {
        const same = alike(parts[at + i]!, name);
        sure ||= same > 0 && 2 * same >= name.replace("*", "").length;
        return same >= 0;
      }) && sure;
    })
  );
}

/** How many characters of `name` stand in `part`; negative where it is another. */
function alike(part: string, name: string): number {
  if (part === name) return name.length;
  if (isPattern(part)) return fixedCharacters(part, name);
  return name.endsWith("*") && part.startsWith(name.slice(0, -1)) ? name.length - 1 : -1;
}
