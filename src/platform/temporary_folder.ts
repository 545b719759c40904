/** A folder for as long as one command runs. */

/** A new folder for this user alone, outside of every home folder; the path is real. @throws the OS error */
export function makeTemporary(prefix: string): string {
  return Deno.realPathSync(Deno.makeTempDirSync({ prefix }));
}
