/** The sources as a test copies them: all that the program is made of, and the configuration of each workspace member. */
import { REPOSITORY } from "./harness_program.ts";

const PARTS = ["main.ts", "deno.json", "deno.lock", "src", "install"];
/** A member that is missing is a warning of Deno's at each command. */
const MEMBER = "tests/page";

/** @param to is made where it is not there yet */
export function copySources(to: string): void {
  Deno.mkdirSync(`${to}/${MEMBER}`, { recursive: true });
  const from = PARTS.map((name) => `${REPOSITORY}/${name}`);
  const { success, stderr } = new Deno.Command("cp", { args: ["-r", ...from, to] }).outputSync();
  if (!success) throw new Error(`${REPOSITORY} was not copied: ${new TextDecoder().decode(stderr)}`);
  Deno.copyFileSync(`${REPOSITORY}/${MEMBER}/deno.json`, `${to}/${MEMBER}/deno.json`);
}
