/**
 * What the program inside a capsule's process needs of the system. The functions are taken when this file is loaded, before
 * the capsule's own code runs, and the streams are then hidden from that: a library that writes to stdout would end it.
 */

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
