/** The text of the systemd unit and of the launchd property list, from the templates in install/. Pure. */
import plistTemplate from "../../install/com.agent-console.daemon.plist" with { type: "text" };
import socketTemplate from "../../install/agent-console.socket" with { type: "text" };
import unitTemplate from "../../install/agent-console.service" with { type: "text" };
import { fillTemplate } from "../lib/fill_template.ts";
import { OTEL_ENV, PROXY_ENV, SET_ASIDE } from "../platform/environment.ts";
import { ConsoleError } from "../protocol/errors.ts";

/** Of what a user manager may have been given: what changes a runtime, or sends its data elsewhere. */
const NOT_FOR_US: readonly string[] = [
  ...new Set([
    ...SET_ASIDE,
    ...PROXY_ENV,
    ...OTEL_ENV,
    ...["LOGS", "METRICS", "TRACES"].map((signal) => `OTEL_EXPORTER_OTLP_${signal}_ENDPOINT`),
  ]),
];

export interface ServiceText {
  /** The daemon's command line; the first word is absolute. */
  readonly argv: readonly string[];
  /** Variables that the service manager does not have by itself. */
  readonly env: Readonly<Record<string, string>>;
}

export interface UnitText extends ServiceText {
  /** It tells systemd how it is. */
  readonly notifies: boolean;
  /** It runs programs of the user, which are to find there what they find in a terminal. */
  readonly runsPrograms: boolean;
  /** Its socket is systemd's. */
  readonly activated: boolean;
}

/**
 * Every client that comes while it cannot start counts as a start: at systemd's usual five the socket is closed, and the
 * next client is refused.
 */
const BURST = { usual: "5", activated: "20" };
const SOCKET = `Requires=agent-console.socket
After=agent-console.socket`;
/** The user's manager may say that stdout is to be what stdin is. */
const STDIN = `# The socket of its clients. The programs that it starts would inherit any other descriptor than stdin.
StandardInput=socket
StandardOutput=journal`;

/** A core file of a daemon that hung would hold what agents said: it is ended without one. */
const NOTIFY = `Type=notify
NotifyAccess=main
# It says every 15 s that it hears its clients; one that has not for 30 s is ended and started anew, without a core file.
WatchdogSec=30
WatchdogSignal=SIGKILL`;

/**
 * What works in a user's manager, which has no namespaces of its own. Its children inherit every line: sudo would work in
 * no agent, nor a program for another architecture, nor the sandboxes that agents set up themselves. So a daemon that runs
 * programs of the user has none of them: it is confined by Deno's permissions, as everywhere.
 */
const HARDENING = `NoNewPrivileges=yes
LockPersonality=yes
RestrictRealtime=yes
RestrictSUIDSGID=yes
RestrictAddressFamilies=AF_UNIX AF_INET AF_INET6
SystemCallArchitectures=native`;
const NO_HARDENING =
  "# It runs agents or other programs of yours, which would inherit any hardening: sudo would fail in them.";

/**
 * The systemd user unit.
 *
 * @throws {ConsoleError} `unsafe_path` where systemd cannot run the program's path at all
 */
export function renderUnit({ argv, env, notifies, runsPrograms, activated }: UnitText): string {
  const program = argv[0] ?? "";
  // systemd.exec refuses these in the path of a program, quoted or not (string_is_safe in its config_parse_exec).
  // deno-lint-ignore no-control-regex
  if (!program.startsWith("/") || /[\u0000-\u001f\u007f"'\\]/.test(program)) {
    throw new ConsoleError(
      "unsafe_path",
      `systemd takes no program ${JSON.stringify(program)}, only an absolute path without quotes and backslashes`,
    );
  }
  // The colon switches the expansion of $VARIABLES off for the whole line.
  const colon = argv.some((word) => word.includes("$")) ? ":" : "";
  const environment = Object.entries(env).map(([name, value]) => `Environment=${unitWord(`${name}=${value}`)}`);
  return fillTemplate(unitTemplate, {
    burst: activated ? BURST.activated : BURST.usual,
    socket: activated ? SOCKET : "",
    stdin: activated ? STDIN : "",
    type: notifies ? NOTIFY : "Type=exec",
    hardening: runsPrograms ? NO_HARDENING : HARDENING,
    exec_start: colon + argv.map(unitWord).join(" "),
    environment: environment.join("\n"),
    unset: NOT_FOR_US.filter((name) => env[name] === undefined).join(" "),
  });
}

/**
 * The unit of the socket. systemd.socket(5) reads the rest of the line as the path: nothing but a percent sign is special.
 *
 * @throws {ConsoleError} `unsafe_path` where it would read another one
 */
export function renderSocket(path: string): string {
  // deno-lint-ignore no-control-regex
  if (!path.startsWith("/") || /[\u0000-\u001f\u007f]|\s$|\\$/.test(path)) {
    throw new ConsoleError("unsafe_path", `systemd cannot listen at ${JSON.stringify(path)}`, {
      path,
      hint: "name another socket with daemon.ipc_socket_path",
    });
  }
  return fillTemplate(socketTemplate, { socket: path.replaceAll("%", "%%") });
}

/**
 * One word as systemd reads it back (systemd.syntax(7) "Quoting", systemd.unit(5) "Specifiers"): bare where nothing in
 * it is special, else in double quotes with C escapes; a percent sign is doubled.
 */
export function unitWord(word: string): string {
  const percent = word.replaceAll("%", "%%");
  if (/^[\w@%+=:,./-]+$/.test(word)) return percent;
  // deno-lint-ignore no-control-regex
  const escaped = percent.replace(/[\u0000-\u001f\u007f"\\]/g, (char) => {
    const code = char.charCodeAt(0);
    if (code === 0) throw new ConsoleError("unsafe_path", "a word of the service's command line has a NUL");
    return code < 0x20 || code === 0x7f ? `\\x${code.toString(16).padStart(2, "0")}` : `\\${char}`;
  });
  return `"${escaped}"`;
}

/** The launchd property list. @throws {ConsoleError} `unsafe_path` for characters that XML 1.0 cannot carry */
export function renderPlist({ argv, env }: ServiceText): string {
  return fillTemplate(plistTemplate, {
    program_arguments: argv.map((word) => `    <string>${xml(word)}</string>`).join("\n"),
    environment: Object.entries(env)
      .map(([name, value]) => `    <key>${xml(name)}</key>\n    <string>${xml(value)}</string>`)
      .join("\n"),
  });
}

function xml(text: string): string {
  // Tab and line breaks are legal in XML, but a reader may fold them.
  // deno-lint-ignore no-control-regex
  if (/[\u0000-\u001f\u007f\ufffe\uffff]/.test(text) || !text.isWellFormed()) {
    throw new ConsoleError(
      "unsafe_path",
      `${JSON.stringify(text)} has a character that a property list cannot hold`,
    );
  }
  return text.replace(/[&<>"']/g, (char) => `&#${char.charCodeAt(0)};`);
}
