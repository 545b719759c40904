/** On which cores this process and all that it starts from now on run. */

export const LAST_CORE = String(navigator.hardwareConcurrency - 1);
export const ALL_CORES = `0-${LAST_CORE}`;

/** False where there is no `taskset`. */
export async function runOn(cores: string): Promise<boolean> {
  try {
    const args = ["-a", "-c", "-p", cores, String(Deno.pid)];
    return (await new Deno.Command("taskset", { args, stdout: "null", stderr: "null" }).output()).success;
  } catch {
    return false;
  }
}
