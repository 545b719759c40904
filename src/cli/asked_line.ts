/** What a row asks, in one line: its risk, its time and its id, as much as there is room for. Pure. */
import { bold, dim } from "@std/fmt/colors";
import stringWidth from "fast-string-width";
import type { SessionItem } from "../view/session_items.ts";
import { toned } from "./paint.ts";

export const DOT = " · ";

/** A part of a line. What is needed least goes first where there is no room. */
export interface Part {
  readonly text: string;
  /** Where there is too little room for the text. */
  readonly short?: string;
  readonly need: number;
  readonly paint?: (text: string) => string;
}

/** What kind of question, how risky, until when, and how to answer it. */
export function partsOf(item: SessionItem): readonly Part[] {
  if (item.asks === undefined) return [];
  const { kind, risk, left, approval, place } = item.asks;
  return [
    // A risk is that of a call: that it is a permission goes without saying.
    ...(risk === undefined ? [{ text: kind, need: 3 }] : []),
    ...(risk === undefined ? [] : [{
      text: `${risk.sign} ${risk.word}`,
      short: `${risk.sign} ${risk.short ?? risk.word}`,
      need: 4,
      paint: (text: string) => toned(risk.tone, text),
    }]),
    ...(left === undefined ? [] : [{ text: left, need: 2 }]),
    approval === undefined
      ? { text: `answer it in ${place ?? "its terminal"}`, short: `in ${place ?? "its terminal"}`, need: 5 }
      : { text: idOf(item), need: 5, paint: bold },
    ...markWords(item).map((text) => ({ text, need: 0, paint: dim })),
  ];
}

export function withNeed(parts: readonly Part[], least: number): readonly Part[] {
  return parts.filter(({ need }) => need >= least);
}

export function shortened(parts: readonly Part[], least: number): readonly Part[] {
  return withNeed(parts, least).map(({ short, ...part }) => ({ ...part, text: short ?? part.text }));
}

export function wideOf(parts: readonly Part[]): number {
  return stringWidth(parts.map(({ text }) => text).join(DOT));
}

/** As much of it as there is room for. */
export function asked(item: SessionItem, width: number): string {
  const all = partsOf(item);
  const kept = [0, 1, 2, 3, 4].map((least) => withNeed(all, least));
  const short = [4, 5].map((least) => shortened(all, least));
  const parts = [...kept, ...short].find((some) => wideOf(some) <= width) ?? [];
  return parts.map(({ text, paint }) => paint?.(text) ?? text).join(dim(DOT));
}

/** By which it is answered, or known. */
export function idOf({ asks, shortId }: SessionItem): string {
  if (asks?.approval === undefined) return shortId;
  return `${asks.approval.id}${asks.more === 0 ? "" : ` +${asks.more}`}`;
}

export function markWords({ marks }: SessionItem): readonly string[] {
  return marks.map((mark) => `(${mark})`);
}
