/** The capsule's `console`: what it would write to stdout, which is the connection's, becomes lines of the daemon's log. */

const LEVELS: Readonly<Record<string, string>> = {
  debug: "debug",
  dir: "info",
  error: "error",
  info: "info",
  log: "info",
  table: "info",
  trace: "debug",
  warn: "warn",
};

/** What writes nothing by itself, such as `group` and `time`, does nothing. */
export function redirectConsole(
  inspect: (value: unknown) => string,
  log: (level: string, text: string) => void,
): void {
  const shared = globalThis.console as unknown as Record<string, unknown>;
  const words = (values: readonly unknown[]) => {
    let text = "";
    for (const value of values) {
      text += `${text === "" ? "" : " "}${typeof value === "string" ? value : inspect(value)}`;
    }
    return text;
  };
  for (const name of Object.keys(shared)) {
    const level = LEVELS[name];
    if (typeof shared[name] !== "function") continue;
    shared[name] = level === undefined ? () => {} : (...values: unknown[]) => log(level, words(values));
  }
  shared["assert"] = (condition: unknown, ...values: unknown[]) => {
    if (!condition) log("error", `assertion failed: ${words(values)}`);
  };
}
