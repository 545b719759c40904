/** Numbers and texts as people read them. Pure. */
import { bold, cyan, dim, green, red, yellow } from "@std/fmt/colors";
import stringWidth from "fast-string-width";
import type { SessionView } from "../domain/query.ts";
import type { Status } from "../domain/session.ts";
import { escapeControls } from "../domain/sanitize.ts";

/** `42s`, `3m`, `2h05m`, `4d`: never more than two units, never negative. */
export function duration(ms: number): string {
  const secs = Math.max(0, Math.floor(ms / 1000));
  if (secs < 60) return `${secs}s`;
  const mins = Math.floor(secs / 60);
  if (mins < 60) return `${mins}m`;
  const hours = Math.floor(mins / 60);
  if (hours < 24) return `${hours}h${String(mins % 60).padStart(2, "0")}m`;
  return `${Math.floor(hours / 24)}d`;
}

export function bytes(count: number): string {
  if (count < 1024) return `${count} B`;
  const units = ["KiB", "MiB", "GiB", "TiB"];
  let value = count / 1024;
  let unit = 0;
  while (value >= 1024 && unit < units.length - 1) {
    value /= 1024;
    unit++;
  }
  return `${value < 10 ? value.toFixed(1) : Math.round(value)} ${units[unit]}`;
}

/** Symbols differ in shape, not only in colour. */
export const SYMBOLS: Readonly<Record<Status | "lost", string>> = {
  waiting: "▲",
  error: "✖",
  working: "●",
  starting: "○",
  idle: "✓",
  closed: "–",
  lost: "?",
};

const PAINT: Readonly<Record<Status | "lost", (text: string) => string>> = {
  waiting: (text) => bold(yellow(text)),
  error: (text) => bold(red(text)),
  working: green,
  starting: cyan,
  idle: (text) => text,
  closed: dim,
  lost: (text) => dim(red(text)),
};

/** The status of a row for people: `lost` for an open row whose process is gone. */
export function displayStatus(session: SessionView): Status | "lost" {
  return session.lost ? "lost" : session.status;
}

export function paint(word: Status | "lost", text: string): string {
  return PAINT[word](text);
}

/** What a row is about, in one line: what it waits for, what it runs, what it said last. */
export function activityText(session: SessionView): string {
  switch (session.status) {
    case "waiting":
      return said(session.waiting.for, session.waiting.text);
    case "error":
      return said(session.error.kind, session.error.text);
    case "working": {
      const { tool, subagents } = session.working;
      const what = tool === undefined
        ? ""
        : escapeControls(tool.text === undefined ? tool.name : `${tool.name}: ${tool.text}`);
      const helped = subagents === 0 ? "" : `+${subagents} sub-agent${subagents === 1 ? "" : "s"}`;
      return [what, helped].filter((part) => part !== "").join("  ") || escapeControls(session.lastPrompt ?? "");
    }
    case "idle":
      return escapeControls(session.idle.lastMessage ?? session.lastPrompt ?? "");
    case "closed":
      return escapeControls(session.closed.reason);
    case "starting":
      return "";
  }
}

function said(what: string, text: string): string {
  return text === "" ? what : `${what}: ${escapeControls(text)}`;
}

/** The last part of a path, or the path with `~` for the user's home. */
export function shortPath(path: string | undefined): string {
  return escapeControls(path?.split("/").filter(Boolean).at(-1) ?? path ?? "");
}

/** `text` in exactly `width` columns: cut with `…`, or filled with spaces. Wide characters count two. */
export function fit(text: string, width: number): string {
  const has = stringWidth(text);
  if (has <= width) return text + " ".repeat(width - has);
  let cut = "";
  let used = 0;
  for (const { segment } of graphemes(text)) {
    const next = stringWidth(segment);
    if (used + next > width - 1) break;
    cut += segment;
    used += next;
  }
  return width <= 0 ? "" : `${cut}…${" ".repeat(Math.max(0, width - used - 1))}`;
}

/** Made when first needed: it loads 8 ms of Unicode tables. */
let segmenter: Intl.Segmenter | undefined;
function graphemes(text: string): Intl.Segments {
  return (segmenter ??= new Intl.Segmenter()).segment(text);
}

/** The time of day of an ISO time, in the user's zone. */
export function clockTime(iso: string): string {
  const at = new Date(iso);
  return [at.getHours(), at.getMinutes(), at.getSeconds()].map((part) => String(part).padStart(2, "0")).join(":");
}
