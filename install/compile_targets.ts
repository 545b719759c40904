/** The machines that `deno task compile` compiles for, by the triples of Deno, and how a file says which it is for. */
import { buildError } from "./run_deno.ts";

interface Machine {
  readonly format: "ELF" | "Mach-O";
  /** As the format's header names the processor. */
  readonly processor: number;
}

export const TARGETS = {
  "x86_64-unknown-linux-gnu": { format: "ELF", processor: 62 },
  "aarch64-unknown-linux-gnu": { format: "ELF", processor: 183 },
  "x86_64-apple-darwin": { format: "Mach-O", processor: 0x0100_0007 },
  "aarch64-apple-darwin": { format: "Mach-O", processor: 0x0100_000c },
} as const satisfies Readonly<Record<string, Machine>>;

export type Target = keyof typeof TARGETS;

const NAMES = Object.keys(TARGETS) as Target[];

/** @param word a triple, or `all` @throws {ConsoleError} `failed` for another */
export function targetsOf(word: string): readonly Target[] {
  if (word === "all") return NAMES;
  const found = NAMES.find((name) => name === word);
  if (found !== undefined) return [found];
  throw buildError(`"${word}" is no machine to compile for`, `--target all, or one of ${NAMES.join(", ")}`);
}

/** The words behind `deno`. */
export function compileArgs(options: {
  readonly name: string;
  readonly flags: readonly string[];
  readonly args: readonly string[];
  readonly target?: Target | undefined;
}): readonly string[] {
  const { name, flags, args, target } = options;
  const machine = target === undefined ? [] : ["--target", target];
  // Deno would keep its code cache at a known name in the folder for temporary files, where anybody could put one.
  return ["compile", "--no-code-cache", ...machine, ...flags, "-o", name, `${name}.js`, ...args];
}

/** @throws {ConsoleError} `failed` where the program in the file is for another machine, or it is no program */
export async function checkMachine(file: string, target: Target): Promise<void> {
  const found = machineOf(await head(file));
  const { format, processor } = TARGETS[target];
  if (found?.format === format && found.processor === processor) return;
  const name = NAMES.find((one) =>
    TARGETS[one].format === found?.format && TARGETS[one].processor === found?.processor
  );
  throw buildError(
    `${file} is ${name === undefined ? "no program of a known machine" : `for ${name}`}, expected ${target}`,
    "unset DENORT_BIN, or let it name the runtime base for that machine",
  );
}

const HEAD_BYTES = 20;

async function head(path: string): Promise<DataView> {
  const bytes = new Uint8Array(HEAD_BYTES);
  using file = await Deno.open(path, { read: true });
  await file.read(bytes);
  return new DataView(bytes.buffer);
}

/** Both formats in the order of bytes that all of these machines have. */
function machineOf(view: DataView): Machine | undefined {
  if (view.getUint32(0) === 0x7f45_4c46) return { format: "ELF", processor: view.getUint16(18, true) };
  if (view.getUint32(0, true) === 0xfeed_facf) return { format: "Mach-O", processor: view.getUint32(4, true) };
  return undefined;
}
