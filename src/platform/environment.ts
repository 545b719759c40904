/**
 * What of our environment a process that we start gets. Ours came from whoever started us: an agent, a project's
 * `.envrc`, a wrapper. What loads code into a runtime, moves its caches or sends its data elsewhere must not go on.
 */
import { cacheOf } from "./program_folder.ts";

/** Of everybody's variables: where the user's own folders are, and their programs. */
const USER_ENV: readonly string[] = ["HOME", "PATH", "TMPDIR", "XDG_CACHE_HOME", "XDG_CONFIG_HOME", "XDG_DATA_HOME"];

export const PROXY_ENV: readonly string[] = [
  "ALL_PROXY",
  "HTTPS_PROXY",
  "HTTP_PROXY",
  "NO_PROXY",
  "all_proxy",
  "http_proxy",
  "https_proxy",
  "no_proxy",
];

/** Those of them that take what is sent by http. */
export const HTTP_PROXY_ENV: readonly string[] = ["ALL_PROXY", "HTTP_PROXY", "all_proxy", "http_proxy"];

/** How a program that downloads reaches the network, and where Deno keeps what it has. */
const NETWORK_ENV: readonly string[] = [
  ...PROXY_ENV,
  "DENO_CERT",
  "DENO_DIR",
  "DENO_TLS_CA_STORE",
  "NODE_EXTRA_CA_CERTS",
  "NPM_CONFIG_REGISTRY",
  "SSL_CERT_FILE",
];

/** What changes how a runtime or the loader works, whichever program it is. */
const OF_RUNTIMES = /^(?:DENO_|NODE_|DYLD_|LD_|OTEL_|RUST_|V8_|GLIBC_TUNABLES$|MALLOC_|BUN_|BASH_ENV$|ENV$)/;

/** Those of our variables that are in the list and not empty. */
export function namedEnv(names: readonly string[]): Record<string, string> {
  return Object.fromEntries(names.flatMap((name) => {
    const value = Deno.env.get(name);
    return value === undefined || value === "" ? [] : [[name, value]];
  }));
}

/** What install/statusline_stub.sh set aside of our environment, because it would have changed our runtime. */
export const SET_ASIDE: readonly string[] = [
  "DENO_AUDIT_PERMISSIONS",
  "DENO_AUTO_SERVE",
  "DENO_CERT",
  "DENO_COMPAT",
  "DENO_CONDITIONS",
  "DENO_COVERAGE_DIR",
  "DENO_DIR",
  "DENO_EMIT_CACHE_MODE",
  "DENO_LOG",
  "DENO_NO_PACKAGE_JSON",
  "DENO_TRACE_PERMISSIONS",
  "DENO_V8_FLAGS",
  "DYLD_INSERT_LIBRARIES",
  "DYLD_LIBRARY_PATH",
  "LD_AUDIT",
  "LD_LIBRARY_PATH",
  "LD_PRELOAD",
  "NODE_CHANNEL_FD",
  "NODE_DEBUG",
  "NODE_EXTRA_CA_CERTS",
  "NODE_OPTIONS",
  "NODE_V8_COVERAGE",
  "OTEL_DENO",
  "OTEL_DENO_CONSOLE",
  "RUST_BACKTRACE",
  "RUST_LOG",
];

/** Under which name it was set aside. */
export function keptName(name: string): string {
  return `AC_KEPT_${name}`;
}

/**
 * What was set aside, for the command of the user that it was meant for; our environment is what it was without us then,
 * because the command inherits it. Never throws.
 */
export function takeKeptEnv(): Record<string, string> {
  let kept: Readonly<Record<string, string>>;
  try {
    kept = namedEnv(SET_ASIDE.map(keptName));
    // The launcher names it also where it was not set, and sets one for us.
    if (Deno.env.get(keptName("DENO_DIR")) !== undefined) forget("DENO_DIR");
    for (const name of SET_ASIDE) forget(keptName(name));
  } catch {
    return {}; // a status line of an earlier version: nothing was set aside, and its sandbox does not know the names
  }
  return Object.fromEntries(SET_ASIDE.flatMap((name) => {
    const value = kept[keptName(name)];
    return value === undefined ? [] : [[name, value]];
  }));
}

/** What the sandbox of an earlier version does not let us change stays. */
function forget(name: string): void {
  try {
    Deno.env.delete(name);
  } catch {
    // The user's command gets one variable too many.
  }
}

/**
 * For the daemon, beside what it reads: Deno keeps its compiled code below one of these. Where its data goes is read by
 * it, and decided by {@link otelEnv} and the configuration alone.
 */
export function daemonEnv(reads: readonly string[], runtime: Readonly<Record<string, string>>): Record<string, string> {
  const named = [...reads, "HOME", "XDG_CACHE_HOME"].filter((name) => !OTEL_ENV.includes(name));
  return { ...namedEnv([...new Set(named)]), ...runtime };
}

/** What of OpenTelemetry a person may hand to the daemon that they start. */
export const OTEL_ENV: readonly string[] = [
  "OTEL_DENO",
  "OTEL_DENO_CONSOLE",
  "OTEL_EXPORTER_OTLP_ENDPOINT",
  "OTEL_EXPORTER_OTLP_HEADERS",
  "OTEL_EXPORTER_OTLP_PROTOCOL",
  "OTEL_METRIC_EXPORT_INTERVAL",
  "OTEL_RESOURCE_ATTRIBUTES",
  "OTEL_SERVICE_NAME",
];

/** Whether our own environment turns Deno's exporter on. Deno knows this word only. */
export function isOtelOn(): boolean {
  return Deno.env.get("OTEL_DENO") === "true";
}

/** What a person who starts a daemon says of OpenTelemetry in their environment: nothing unless it turns the exporter on. */
export function otelEnv(): Record<string, string> {
  return isOtelOn() ? namedEnv(OTEL_ENV) : {};
}

/**
 * The cache of a daemon's runtime. One that runs from the sources needs the packages that were found there; one that was
 * built has them inside and takes no cache that somebody names, an installed one that of the program.
 */
export function cacheEnv(program: { readonly form: string; readonly entry?: string }): Record<string, string> {
  if (program.form === "source") return namedEnv(["DENO_DIR"]);
  const cache = cacheOf(program.entry ?? "");
  return cache === undefined ? {} : { DENO_DIR: cache };
}

/** For a client that is started for a hook: where things are, and which socket and settings were named. */
export function clientEnv(): Record<string, string> {
  const all = Object.entries(Deno.env.toObject()).filter(([name]) => name.startsWith("AGENT_CONSOLE_"));
  return { ...namedEnv([...USER_ENV, "AC_FROM_SOURCE", "DENO_DIR"]), ...Object.fromEntries(all) };
}

/** For Deno as a builder, which fetches its bundler into the user's cache. */
export function builderEnv(runtime: Readonly<Record<string, string>>): Record<string, string> {
  const { DENO_DIR: _, ...others } = namedEnv([...USER_ENV, ...NETWORK_ENV]);
  const cache = userCache();
  return { ...others, ...(cache === undefined ? {} : { DENO_DIR: cache }), ...runtime };
}

/** The DENO_DIR of the user; an installed program has one of its own, and keeps theirs beside it (install/program.ts). */
export function userCache(): string | undefined {
  const kept = Deno.env.get(keptName("DENO_DIR"));
  return (kept ?? Deno.env.get("DENO_DIR")) || undefined;
}

/**
 * For programs of the user, which may need any variable: an agent, the service manager, the user's own status line. All
 * but what is meant for a runtime.
 */
export function userEnv(): Record<string, string> {
  return Object.fromEntries(Object.entries(Deno.env.toObject()).filter(([name]) => !OF_RUNTIMES.test(name)));
}
