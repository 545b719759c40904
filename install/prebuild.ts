/** The prebuilt form, into a folder that its user publishes when all of it is there (src/client/prebuild.ts). */
import { inputsOf, snapshot, writeInputs } from "./inputs.ts";
import { bundleModules } from "./modules.ts";

/** @throws {ConsoleError} `failed` with one line */
export async function prebuild(folder: string, ms: number): Promise<void> {
  Deno.umask(0o077);
  const sources = await snapshot();
  const [inputs] = await Promise.all([inputsOf(sources, ms), bundleModules(folder, { ms })]);
  await writeInputs(folder, inputs);
  // A name must not reach the disk before its content does: after a power failure an empty file would pass for a build.
  for await (const { name } of Deno.readDir(folder)) {
    using file = await Deno.open(`${folder}/${name}`, { read: true });
    await file.sync();
  }
}
