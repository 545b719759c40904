/**
 * Where the files of one user are. Pure. The hook's fast path imports this file, so it imports nothing at run time.
 */

/** Every path of the home folder. Folders end without a slash. */
export interface HomePaths {
  readonly root: string;
  readonly configJsonc: string;
  readonly configToml: string;
  readonly socket: string;
  /** The second socket, for hooks by HTTP. */
  readonly hookSocket: string;
  /** Held locked by the daemon for its whole life. */
  readonly lock: string;
  /** Held by a client while it starts a daemon, so that many clients start one. */
  readonly startLock: string;
  readonly pid: string;
  readonly token: string;
  /** The tokens of the gateway, kept over a restart. */
  readonly gatewayTokens: string;
  readonly ready: string;
  readonly journal: string;
  readonly logs: string;
  readonly log: string;
  readonly capsules: string;
  /** What capsules keep, one file each. */
  readonly capsuleKv: string;
  /** The journal's signing key. */
  readonly keys: string;
  /** Events of hooks that found no daemon. */
  readonly spool: string;
  /** There since a person stopped the daemon: hooks start none until a person does, which removes it. */
  readonly stopped: string;
  /** Other people's settings as they were before hooks were installed. */
  readonly backups: string;
  /** The lines that were typed in `chat`. */
  readonly chatHistory: string;
  /** Where programs of jobs start. */
  readonly jobs: string;
  /** Up to where the bot of Telegram has taken what people sent, and its messages that are open. */
  readonly telegram: string;
}

/** @param root absolute and normal, as {@link resolveHome} gives it */
export function homePaths(root: string): HomePaths {
  const at = (name: string) => root === "/" ? `/${name}` : `${root}/${name}`;
  return Object.freeze({
    root,
    configJsonc: at("config.jsonc"),
    configToml: at("config.toml"),
    socket: at("daemon.sock"),
    hookSocket: at("hook.sock"),
    lock: at("daemon.lock"),
    startLock: at("daemon.start.lock"),
    pid: at("daemon.pid"),
    token: at("daemon.token"),
    gatewayTokens: at("gateway.tokens"),
    ready: at("daemon.ready"),
    journal: at("journal"),
    logs: at("logs"),
    log: at("logs/daemon.log"),
    capsules: at("capsules"),
    capsuleKv: at("capsules.kv"),
    keys: at("keys"),
    spool: at("spool"),
    stopped: at("daemon.stopped"),
    backups: at("backups"),
    chatHistory: at("chat_history"),
    jobs: at("jobs"),
    telegram: at("telegram.json"),
  });
}

/** There for an instant at the start of a daemon that a service manager runs: the address from which it speaks to that. */
export function notifyPath({ root }: Pick<HomePaths, "root">): string {
  return `${root}/notify.sock`;
}

/** The folder's name in the user's home folder. */
export const HOME_NAME = ".agent-console";
/** A workspace's own configuration, below the folder in which an agent works. */
export const WORKSPACE_CONFIG = `${HOME_NAME}/config.jsonc`;

export interface ResolveHomeOptions {
  /** The value of `--home`. */
  readonly flag?: string | undefined;
  readonly env: Readonly<Record<string, string | undefined>>;
  /** `$HOME`. */
  readonly userHome: string | undefined;
  /** Absolute; what a relative path is relative to. */
  readonly cwd: string;
}

/**
 * The home folder: `--home`, else `AGENT_CONSOLE_HOME`, else `.agent-console` in the user's home. Empty counts as absent.
 *
 * @returns an absolute and normal path, or undefined where nothing names a folder (`HOME` is not set either)
 */
export function resolveHome(options: ResolveHomeOptions): string | undefined {
  const named = options.flag || options.env["AGENT_CONSOLE_HOME"];
  if (named) return resolveFrom(named, options.cwd);
  return options.userHome ? resolveFrom(`${options.userHome}/${HOME_NAME}`, options.cwd) : undefined;
}

/** Whether a variable that switches something says so: any text but these does, as with NO_COLOR. */
export function envFlag(value: string | undefined): boolean {
  return !["", "0", "false"].includes(value ?? "");
}

/** `path` absolute, without `.`, `..`, doubled or trailing slashes. Links are not followed. */
export function resolveFrom(path: string, cwd: string): string {
  const parts: string[] = [];
  for (const part of (path.startsWith("/") ? path : `${cwd}/${path}`).split("/")) {
    if (part === "..") parts.pop();
    else if (part !== "" && part !== ".") parts.push(part);
  }
  return `/${parts.join("/")}`;
}
