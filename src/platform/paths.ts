/** Modes and links of files. */

export function chmod(path: string, mode: number): void {
  Deno.chmodSync(path, mode);
}

/** The path with every link followed. @throws the OS error where its end does not exist */
export function realPath(path: string): string {
  return Deno.realPathSync(path);
}
