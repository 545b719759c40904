/** Paths that make a harmless looking call a grave one. Pure: links are not followed, names are compared in small letters. */

/** Entries are components that follow each other anywhere in a path; `*` ends a component with any text. */
function table(text: string): readonly (readonly string[])[] {
  return text.trim().split(/\s+/).map((entry) => entry.split("/"));
}

/**
 * A write here is `destructive`, whatever it writes: the text runs later with nobody asked (shells, hooks, cron, logins),
 * or it changes who is asked and what is allowed (agents' settings, this program's own files, accounts).
 */
const GUARDED = table(`
  .bashrc .bash_profile .bash_login .bash_logout .bash_aliases .profile .zshrc .zshenv .zprofile .zlogin .zlogout .kshrc
  .cshrc .tcshrc .login .inputrc .envrc .xprofile .xinitrc .xsession .xsessionrc .vimrc .exrc .tmux.conf .config/fish
  .ssh .gnupg authorized_keys
  .git/hooks .git/config .gitconfig .config/git .husky .githooks
  .config/systemd .config/autostart library/launchagents library/launchdaemons
  etc/cron* var/spool/cron etc/systemd etc/init.d etc/profile* etc/bash* etc/zsh* etc/environment etc/ld.so*
  etc/sudoers* etc/pam.d etc/passwd etc/shadow etc/group etc/hosts
  .agent-console .claude .claude.json .codex .gemini .qwen .cursor .opencode .config/opencode opencode.json opencode.jsonc
  .mcp.json .vscode/tasks.json .vscode/settings.json .vscode/mcp.json
  /boot /proc /sys
`);

/** Reading here is no mere `read`: what an agent reads goes to its model's vendor, and these hold credentials. */
const SECRET = table(`
  .ssh .gnupg .aws .azure .kube .config/gcloud .config/gh .docker/config.json .netrc .npmrc .pypirc .pgpass
  .git-credentials .env .env.* .envrc etc/shadow etc/gshadow environ id_rsa* id_dsa* id_ecdsa* id_ed25519*
  .claude/.credentials.json .codex/auth.json .gemini/oauth_creds.json .agent-console/daemon.token .agent-console/keys
  .vault-token .terraform.d/credentials* .cargo/credentials* .config/op .config/rclone .gem/credentials .m2/settings.xml
  .my.cnf .s3cfg .boto .htpasswd .password-store keyrings library/keychains
  .bash_history .zsh_history .psql_history .mysql_history
`);

const SAMPLE = /^\.env\.(?:example|sample|template|dist|defaults)$/;

/** Whether writing to `path` changes what runs later or who is asked. Also for a word of a command that holds a path. */
export function isGuarded(path: string): boolean {
  const parts = components(path);
  return holds(parts, GUARDED) || isDevice(parts) || parts.some(isHiddenPattern);
}

/** Whether `path` is a repository's own folder: what is put there may be its hooks. */
export function isRepository(path: string): boolean {
  return components(path).at(-1) === ".git";
}

/** Whether `path`, or a path in this word of a command, is where credentials are kept. */
export function isSecret(path: string): boolean {
  if (path.includes("\n")) return path.split("\n").some(isSecret);
  const parts = components(path);
  if (SAMPLE.test(parts.at(-1) ?? "")) return false;
  return holds(parts, SECRET) || parts.some(isHiddenPattern) ||
    /\.(?:pem|key|p12|pfx|keystore|kdbx)$/.test(parts.at(-1) ?? "");
}

/** Devices that keep nothing. */
const HARMLESS_DEVICES = new Set(["null", "stdin", "stdout", "stderr", "tty", "fd", "zero", "random", "urandom"]);

/** Whether `path` takes what is written and loses it, or is the terminal. */
export function isSink(path: string): boolean {
  return /^\/dev\/(?:null|stdout|stderr|tty|fd\/\d+)$/.test(path);
}

function isDevice(parts: readonly string[]): boolean {
  const at = parts.indexOf("dev");
  return at >= 0 && parts[at - 1] === "" && parts[at + 1] !== undefined && !HARMLESS_DEVICES.has(parts[at + 1]!);
}

/**
 * The components in small letters, `.` and `..` worked out; `host:path`, `--to=path`, `-t/path`, JSON and lines are taken
 * apart.
 */
function components(path: string): string[] {
  const parts: string[] = [];
  for (const part of path.toLowerCase().replace(/^-[a-z]+(?=[./~])/, "").split(/[/:=,\\"\n]\s*/)) {
    if (part === "." || (part === "" && parts.length > 0)) continue;
    if (part === "..") {
      if (parts.at(-1) !== "") parts.pop();
    } else parts.push(part);
  }
  return parts;
}

/** `.e*`, `.s?h`: a shell pattern that may name any of the files above. */
function isHiddenPattern(part: string): boolean {
  return /^\..*[*?[]/.test(part);
}

function holds(parts: readonly string[], entries: readonly (readonly string[])[]): boolean {
  return entries.some((entry) => parts.some((_, at) => entry.every((name, i) => same(parts[at + i], name))));
}

function same(part: string | undefined, name: string): boolean {
  if (part === undefined) return false;
  return name.endsWith("*") ? part.startsWith(name.slice(0, -1)) : part === name;
}
