/** Where a program that the configuration names may be, and which spelling of it this process may run. */
import { mayRun } from "./process.ts";

/** Where systems put programs. */
export const USUAL_FOLDERS: readonly string[] = [
  "/usr/bin",
  "/usr/local/bin",
  "/opt/homebrew/bin",
  "/bin",
  "/run/current-system/sw/bin",
];

/** The usual places of a program. */
export function usualPlaces(name: string): readonly string[] {
  return USUAL_FOLDERS.map((folder) => `${folder}/${name}`);
}

/** @param home what `~` stands for */
export function programNamed(program: string, home: string | undefined): readonly string[] {
  if (program.startsWith("/")) return [program];
  if (program.startsWith("~/")) return home?.startsWith("/") ? [`${home.replace(/\/$/, "")}${program.slice(1)}`] : [];
  return usualPlaces(program);
}

/** The first spelling that this process may run. */
export function permitted(candidates: readonly string[]): string | undefined {
  return candidates.find((path) => mayRun(path));
}
