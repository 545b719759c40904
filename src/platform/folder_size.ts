/** How much room a folder takes. */

/** Bytes of all files in `folder`; what cannot be read counts nothing. Links are not followed. */
export function sizeOf(folder: string): number {
  let sum = 0;
  try {
    for (const { name, isDirectory } of Deno.readDirSync(folder)) {
      const path = `${folder}/${name}`;
      sum += isDirectory ? sizeOf(path) : Deno.lstatSync(path).size;
    }
  } catch {
    // It goes while we look, or is closed to us.
  }
  return sum;
}
