/** The colours of tones. Pure: `setColorEnabled` says whether there are any. */
import { bold, cyan, dim, green, red, yellow } from "@std/fmt/colors";
import type { Tone } from "../view/states.ts";

const TONES: Readonly<Record<Tone, (text: string) => string>> = {
  attention: (text) => bold(yellow(text)),
  danger: (text) => bold(red(text)),
  notice: cyan,
  good: green,
  plain: (text) => text,
  quiet: dim,
};

export function toned(tone: Tone, text: string): string {
  return text === "" ? "" : TONES[tone](text);
}
