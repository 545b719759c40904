/**
 * What a capsule says of itself in its file `capsule.jsonc`: what it brings, what it hears, and the most that it asks for.
 * Pure. Strict: an unknown key is refused, so that a permission that was misspelt is not one that nobody sees.
 *
 * docs/capsule.schema.json is made of it. A pattern is told there, a function is not: what a pattern can say is one.
 */
import * as v from "valibot";
import { READ_ONLY_COMMANDS } from "../core/read_only_commands.ts";
import { TOPICS } from "../domain/event.ts";
import { isIpv6, isMapped } from "../platform/capsule_networks.ts";
import { JOURNAL_KEY, KEY_FILE, NOT_OUR_OWN, WITNESS_SECRET } from "../platform/key_files.ts";
import { CAPSULE_NAME, SETTING_NAME } from "./names.ts";

/** The file of a capsule's folder. */
export const MANIFEST_FILE = "capsule.jsonc";

/** The versions of the authors' API that this program speaks. */
export const API_VERSIONS = { oldest: 1, newest: 1 } as const;

const VERSION = /^\d{1,6}\.\d{1,6}\.\d{1,6}(?:[-+][0-9A-Za-z.+-]{1,40})?$/;
/** A name, an IPv4 or a bracketed IPv6 address, and its port; no wildcard, and no host with all its ports. */
const HOST =
  /^(?:[a-z0-9](?:[a-z0-9_-]*[a-z0-9])?(?:\.[a-z0-9](?:[a-z0-9_-]*[a-z0-9])?)*|\[[0-9a-f:.]+\]):[1-9]\d{0,4}$/;
const ENV_NAME = /^[A-Za-z_][A-Za-z0-9_]{0,63}$/;
/** They change the runtime or the loader below it, or lead connections past the list of hosts. */
const ENV_OPEN = /^(?!(?:DENO|NODE|NPM|LD|DYLD|V8|RUST|SSL|GLIBC|MALLOC|OTEL|AC|AGENT_CONSOLE)(?:_|$))(?!.*_PROXY$)/i;
/** Not files of the kernel: they hold what other processes have in their memory and their environment. */
const BESIDE_KERNEL = /^(?!\/(?:proc|sys|dev)(?:\/|$))/;
const WITHOUT_DOTS = /^(?!.*\/\.{0,2}(?:\/|$))/;
const PORT = /:(?:[1-9]\d{0,3}|[1-5]\d{4}|6[0-4]\d{3}|65[0-4]\d{2}|655[0-2]\d|6553[0-5])$/;

/** The most that a capsule may keep, bytes. */
const MAX_KV_BYTES = 1_048_576;

// deno-lint-ignore no-control-regex
const NO_CONTROLS = /^[^\u0000-\u001f\u007f-\u009f\u200b-\u200f\u2028-\u202e\u2066-\u2069\ufeff]*$/;

/** @param must completes "expected …" */
const textOf = (max: number, must: string) =>
  v.pipe(v.string(must), v.maxLength(max, must), v.regex(NO_CONTROLS, must));
const line = (max: number) => textOf(max, `one line of text, ${max} characters at most`);
const matching = (pattern: RegExp, must: string) => v.pipe(v.string(must), v.regex(pattern, must));
/** What a check demands that no pattern can say; docs/capsule.schema.json says it in its own way. */
export const EACH_ONCE = "each entry once";
export const DEFAULT_OF_TYPE = "a default of the type that it names";

/** A list without doubles. */
const listOf = <const S extends v.GenericSchema>(entry: S, max: number) =>
  v.pipe(
    v.array(entry, "a list"),
    v.maxLength(max, `${max} entries at most`),
    v.check((all) => new Set(all.map((one) => JSON.stringify(one))).size === all.length, EACH_ONCE),
    v.readonly(),
  );

const NAME = "a lower-case letter, then letters, digits and -, 32 at most";

const host = v.pipe(
  matching(HOST, "a host in lower case with its port, such as hooks.slack.com:443; no wildcard"),
  v.regex(PORT, "a port from 1 to 65535"),
  v.check((value) => !value.startsWith("[") || isIpv6(value), "an IPv6 address between its brackets"),
  v.check((value) => !isMapped(value), "an IPv4 address as such: no network is closed to one that is written as IPv6"),
);

const path = v.pipe(
  textOf(1024, "a path"),
  v.regex(
    /^(?:~\/|\/)[^,]*[^,/]$/,
    "an absolute path, or one that begins with ~/, without a comma and a slash at its end",
  ),
  v.regex(WITHOUT_DOTS, "a path without . and .. and empty parts"),
  v.regex(BESIDE_KERNEL, "a path outside of /proc, /sys and /dev"),
);

const variable = v.pipe(
  matching(ENV_NAME, "the name of a variable"),
  v.regex(ENV_OPEN, "a variable that is not the runtime's, the loader's or a proxy's"),
);

const secretName = v.pipe(
  matching(KEY_FILE, "the name of a file in the folder keys"),
  v.regex(
    NOT_OUR_OWN,
    `the name of a secret of yours: ${JOURNAL_KEY} and ${WITNESS_SECRET} are the program's own, which no capsule gets`,
  ),
);

const lookingCommand = v.picklist(
  READ_ONLY_COMMANDS,
  `a command of the console that does no more than look: ${READ_ONLY_COMMANDS.join(", ")}`,
);

/** What a capsule asks for, and what of it was granted: the same shape. */
export const capabilitiesSchema = v.pipe(
  v.strictObject({
    net: v.optional(listOf(host, 32), () => []),
    read: v.optional(listOf(path, 32), () => []),
    write: v.optional(listOf(path, 32), () => []),
    env: v.optional(listOf(variable, 32), () => []),
    /** Bytes that it may keep over its end. */
    kv: v.optional(
      v.pipe(
        v.number("a number of bytes"),
        v.integer("a whole number of bytes"),
        v.minValue(0, "a number of bytes from 0"),
        v.maxValue(MAX_KV_BYTES, `${MAX_KV_BYTES} bytes at most`),
      ),
      0,
    ),
    /** Names of files in the folder `keys` of the home. */
    secrets: v.optional(listOf(secretName, 16), () => []),
    /** Commands of the console that it may run: read-only ones. */
    exec: v.optional(listOf(lookingCommand, 32), () => []),
  }, "an object"),
  v.readonly(),
);

const settingValue = v.union([v.string(), v.number(), v.boolean()], "a text, a number, true or false");

/** A value of a setting of a capsule. */
export type SettingValue = v.InferOutput<typeof settingValue>;

const settingSchema = v.pipe(
  v.strictObject({
    type: v.picklist(["string", "number", "boolean"], "string, number or boolean"),
    default: settingValue,
    description: v.optional(line(200), ""),
  }, "an object"),
  v.check(({ type, default: value }) => type === typeof value as string, DEFAULT_OF_TYPE),
  v.readonly(),
);

const command = v.pipe(
  v.strictObject({
    name: matching(CAPSULE_NAME, NAME),
    description: line(200),
    args: v.optional(line(100), ""),
  }, "an object"),
  v.readonly(),
);

/** A path below the capsule's folder, as its list of files has it. */
const codePath = v.pipe(
  matching(
    /^[A-Za-z0-9_-][\w.-]*(?:\/[A-Za-z0-9_-][\w.-]*)*\.m?[jt]s$/,
    "a file of the capsule's folder: .ts, .mts, .js or .mjs",
  ),
  v.maxLength(200, "at most 200 characters"),
);

export const manifestSchema = v.pipe(
  v.strictObject({
    name: matching(CAPSULE_NAME, NAME),
    version: matching(VERSION, "a version such as 1.0.0"),
    description: line(200),
    apiVersion: v.pipe(v.number("a whole number"), v.integer("a whole number")),
    main: codePath,
    commands: v.pipe(
      v.optional(listOf(command, 16), () => []),
      v.check((all) => new Set(all.map(({ name }) => name)).size === all.length, "each command once"),
    ),
    subscribes: v.optional(
      listOf(v.picklist([...TOPICS, "job"], `a topic: ${[...TOPICS, "job"].join(", ")}`), 16),
      () => [],
    ),
    intercepts: v.optional(listOf(v.picklist(["approval"], "approval"), 1), () => []),
    /** Of interceptors: the words of a higher one stand first. */
    priority: v.optional(
      v.pipe(
        v.number("a whole number"),
        v.integer("a whole number"),
        v.minValue(-100, "a number from -100 to 100"),
        v.maxValue(100, "a number from -100 to 100"),
      ),
      0,
    ),
    capabilities: v.optional(capabilitiesSchema, () => v.parse(capabilitiesSchema, {})),
    settings: v.pipe(
      v.optional(
        v.record(matching(SETTING_NAME, "a lower-case letter, then letters, digits and _"), settingSchema),
        {},
      ),
      v.maxEntries(32, "32 settings at most"),
      v.readonly(),
    ),
  }, "an object"),
  v.readonly(),
);

export type Manifest = v.InferOutput<typeof manifestSchema>;
export type Capabilities = v.InferOutput<typeof capabilitiesSchema>;
