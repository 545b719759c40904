/**
 * The configuration in force: flag > environment > home file > default, each value with its origin.
 * The workspace layer may only tighten and is read apart from it, for each workspace (workspace.ts).
 */
import { type HomePaths, resolveFrom } from "../platform/home_paths.ts";
import { checkOwnFile, cureOf } from "../platform/path_safety.ts";
import type { Files } from "../platform/system.ts";
import { ConsoleError } from "../protocol/errors.ts";
import type { ConfigKey } from "./base_sections.ts";
import { ENV_SETTINGS } from "./env.ts";
import { originText } from "./origin.ts";
import { type Format, MEND_CONFIG, type ParseToml, readSource } from "./parse.ts";
import type { ConfigSchema } from "./schema.ts";
import { checkMembers, checkValue } from "./validate.ts";
import { assemble, type Assembled, type Value } from "./values.ts";

export interface LoadOptions {
  readonly schema: ConfigSchema;
  readonly paths: HomePaths;
  readonly files: Pick<Files, "read" | "stat">;
  /** At least the variables of {@link ENV_SETTINGS}. */
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Values from the command line with the flag that gave them, such as `--socket`. */
  readonly flags?: Readonly<Partial<Record<ConfigKey, { readonly value: unknown; readonly flag: string }>>>;
  /** What a relative path in a flag or a variable is relative to. A file's paths are absolute. */
  readonly cwd: string;
  readonly uid: number | null;
  /** Needed where the file is config.toml. */
  readonly parseToml?: ParseToml;
}

export interface Loaded extends Assembled {
  readonly warnings: readonly string[];
  /** Those of the warnings that name a key which no version knows. */
  readonly typos: readonly string[];
  /** The file that was read, or null where there is none. */
  readonly file: string | null;
}

/**
 * Reads the configuration. Every error names its file, line, column and key, or its variable or flag.
 *
 * @throws {ConsoleError} `config_invalid` for what the text says, `unsafe_path` for a file that others could have written
 */
export function loadConfig(options: LoadOptions): Loaded {
  const source = findConfigFile(options);
  const text = source === undefined ? "" : readText(options, source.file);
  const { schema } = options;
  const members = source === undefined ? [] : readSource(text, source.file, source.format, options.parseToml);
  const { values, given, problems, warnings, typos } = checkMembers(members, schema);
  const layers = new Map<string, Value>([...values, ...fromEnv(options), ...fromFlags(options)]);

  const wrong = [...problems];
  for (const [key, { value, origin }] of layers) {
    if (origin.kind === "file") continue; // checked where they stand
    const problem = checkValue(schema.find(key)!, value);
    if (problem !== undefined) wrong.push(`${originText(origin)}: ${problem}`);
  }
  if (wrong.length > 0) {
    const more = wrong.length > 10 ? [`and ${wrong.length - 10} more`] : [];
    throw new ConsoleError("config_invalid", [...wrong.slice(0, 10), ...more].join("\n  "), { hint: MEND_CONFIG });
  }
  return { ...assemble(schema, layers, given), warnings, typos, file: source?.file ?? null };
}

/** The configuration file of the home folder, if there is one. @throws {ConsoleError} `config_invalid` where there are two */
export function findConfigFile(
  options: Pick<LoadOptions, "paths" | "files">,
): { readonly file: string; readonly format: Format } | undefined {
  const { paths, files } = options;
  const jsonc = files.stat(paths.configJsonc) !== undefined;
  const toml = files.stat(paths.configToml) !== undefined;
  if (jsonc && toml) {
    const both = `${paths.configJsonc} and ${paths.configToml}`;
    throw new ConsoleError("config_invalid", `both ${both} are there`, { hint: "remove one of them" });
  }
  if (jsonc) return { file: paths.configJsonc, format: "jsonc" };
  return toml ? { file: paths.configToml, format: "toml" } : undefined;
}

/** Far more than all keys with their comments; a larger file is not a configuration. */
const MAX_BYTES = 1_048_576;

function readText({ files, uid }: LoadOptions, file: string): string {
  const stat = files.stat(file);
  const unsafe = stat === undefined ? undefined : checkOwnFile(stat, uid);
  if (unsafe !== undefined) {
    const hint = cureOf(file, unsafe);
    throw new ConsoleError("unsafe_path", `${file} ${unsafe}`, { path: file, ...(hint === undefined ? {} : { hint }) });
  }
  if (stat !== undefined && stat.size > MAX_BYTES) {
    throw new ConsoleError(
      "config_invalid",
      `${file} is ${stat.size} bytes, more than 1 MiB`,
      { hint: MEND_CONFIG },
    );
  }
  let bytes: Uint8Array;
  try {
    bytes = files.read(file);
  } catch (error) {
    throw new ConsoleError("config_invalid", `${file} cannot be read: ${(error as Error).message}`, {
      hint: MEND_CONFIG,
    });
  }
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  } catch {
    throw new ConsoleError("config_invalid", `${file}:1:1 is not UTF-8`, { hint: MEND_CONFIG });
  }
}

function* fromEnv({ env, cwd }: LoadOptions): Generator<[string, Value]> {
  for (const { variable, key, read } of ENV_SETTINGS) {
    const value = read(env[variable] ?? "");
    if (value !== undefined) {
      yield [key, { value: resolved(key, value, cwd), origin: { kind: "variable", name: variable } }];
    }
  }
}

function* fromFlags({ flags = {}, cwd }: LoadOptions): Generator<[string, Value]> {
  for (const [key, { value, flag }] of Object.entries(flags)) {
    yield [key, { value: resolved(key, value, cwd), origin: { kind: "flag", flag } }];
  }
}

function resolved(key: string, value: unknown, cwd: string): unknown {
  return key.endsWith("_path") && typeof value === "string" && value !== "" ? resolveFrom(value, cwd) : value;
}
