/** The colours of tones: few, and never without a sign or a word that says the same. Pure. */
import type { Tone } from "../view/states.ts";
import type { TextStyle } from "./terminal_port.ts";

export const TONE_STYLES: Readonly<Record<Tone, TextStyle>> = {
  attention: { fg: "yellow", bold: true },
  danger: { fg: "red", bold: true },
  notice: { fg: "cyan" },
  good: { fg: "green" },
  plain: {},
  quiet: { dim: true },
};

export const DIM: TextStyle = { dim: true };
export const BOLD: TextStyle = { bold: true };
/** Lines between the parts of the screen. */
export const RULE: TextStyle = { dim: true };
/** Where the keyboard is. */
export const MARKED: TextStyle = { fg: "cyan", bold: true };
