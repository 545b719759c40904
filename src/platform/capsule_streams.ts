/**
 * What the program inside a capsule's process needs of the system. The functions are taken when this file is loaded, before
 * the capsule's own code runs, and the streams are then hidden from that: a library that writes to stdout would end it.
 */

/**
 * Before the names of the variables that a capsule has been granted, in its process. It may set them too: under their own
 * names the libraries of the system would read some, and load what they name.
 */
export const CAPSULE_VARIABLE = "CAPSULE_ENV_";

/** The second argument of a capsule's process where the capsule is tested. */
export const CAPSULE_TEST = "test";

export interface CapsuleStreams {
  /** The file to import, as a URL. */
  readonly main: string;
  /** The capsule is tested: no daemon is at the other end. */
  readonly isTest: boolean;
  /** The next bytes of stdin; null at its end. */
  read(into: Uint8Array): Promise<number | null>;
  /** Writes all of `bytes` to stdout; waits for a reader that is slow. */
  write(bytes: Uint8Array): void;
  /** A value as `console.log` shows it. */
  inspect(value: unknown): string;
  exit(): never;
}

/** Call once, before anything of the capsule is loaded. */
export function takeCapsuleStreams(): CapsuleStreams {
  const { args: [main = "", mode], stdin, stdout, inspect, exit } = Deno;
  const read = stdin.read.bind(stdin);
  const writeSync = stdout.writeSync.bind(stdout);
  const options = Object.freeze({ depth: 4, strAbbreviateSize: 2000 });
  for (const name of ["stdin", "stdout"]) Reflect.deleteProperty(Deno, name);
  // In the place of the object, whose methods the runtime itself calls.
  Object.defineProperty(Deno, "env", { value: namedVariables(Deno.env), configurable: true, enumerable: true });
  return {
    main,
    isTest: mode === CAPSULE_TEST,
    read,
    write: (bytes) => {
      for (let at = 0; at < bytes.length;) at += writeSync(at === 0 ? bytes : bytes.subarray(at));
    },
    inspect: (value) => inspect(value, options),
    exit: () => exit(0),
  };
}

/** Variables by the names that a capsule knows. */
function namedVariables(env: typeof Deno.env): typeof Deno.env {
  const query = Deno.permissions.querySync.bind(Deno.permissions);
  // The runtime's own look-ups come here too: those are for what was not granted.
  const named = (name: string) => {
    const variable = `${CAPSULE_VARIABLE}${name}`;
    return query({ name: "env", variable }).state === "granted" ? variable : name;
  };
  return {
    get: (name) => env.get(named(name)),
    has: (name) => env.has(named(name)),
    set: (name, value) => env.set(named(name), value),
    delete: (name) => env.delete(named(name)),
    toObject: () => env.toObject(),
  };
}
