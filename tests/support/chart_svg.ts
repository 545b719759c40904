/**
 * The parts of a chart as SVG text. A chart has a background of its own and two sets of colours, so that it can be read
 * whether the page is light or dark.
 */

export interface Chart {
  /** What somebody hears who does not see it. */
  readonly title: string;
  readonly width: number;
  readonly height: number;
  readonly parts: readonly string[];
}

/** Class → what it colours, in light and in dark. Series differ in lightness too, and in their dashes and marks. */
const COLORS: Readonly<Record<string, { readonly css: string; readonly light: string; readonly dark: string }>> = {
  ground: { css: "fill", light: "#ffffff", dark: "#161b22" },
  frame: { css: "stroke", light: "#d0d7de", dark: "#30363d" },
  grid: { css: "stroke", light: "#e6e9ed", dark: "#272d36" },
  goal: { css: "stroke", light: "#57606a", dark: "#9aa4af" },
  text: { css: "fill", light: "#1f2328", dark: "#e6edf3" },
  dim: { css: "fill", light: "#57606a", dark: "#9aa4af" },
  met: { css: "fill", light: "#2f81d8", dark: "#4493f8" },
  missed: { css: "fill", light: "#d1502f", dark: "#f0883e" },
  line0: { css: "stroke", light: "#0969da", dark: "#58a6ff" },
  line1: { css: "stroke", light: "#bc4c00", dark: "#f0a35e" },
  line2: { css: "stroke", light: "#57606a", dark: "#9aa4af" },
};

export function chartSvg({ title, width, height, parts }: Chart): string {
  const rules = (theme: "light" | "dark") =>
    Object.entries(COLORS).map(([name, color]) => `.${name}{${color.css}:${color[theme]}}`).join("") +
    `.halo{stroke:${COLORS["ground"]?.[theme]}}`;
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" viewBox="0 0 ${width} ${height}" ` +
    `role="img" aria-label="${escaped(title)}">`,
    "<style>",
    `text{font:12px system-ui,-apple-system,"Segoe UI","DejaVu Sans",sans-serif}.bold{font-weight:600}.head{font-size:14px}`,
    ".halo{paint-order:stroke;stroke-width:4px;stroke-linejoin:round}",
    ".end{text-anchor:end}.mid{text-anchor:middle}.line0,.line1,.line2{fill:none;stroke-width:2}",
    rules("light"),
    `@media(prefers-color-scheme:dark){${rules("dark")}}`,
    "</style>",
    `<rect class="ground frame" x=".5" y=".5" width="${width - 1}" height="${height - 1}" rx="8"/>`,
    ...parts,
    "</svg>",
    "",
  ].join("\n");
}

/** @param look classes: a colour, `bold`, `head`, `mid`, `end`, `halo` over a line */
export function chartText(text: string, x: number, y: number, look = "text"): string {
  return `<text class="${look}" x="${px(x)}" y="${px(y)}">${escaped(text)}</text>`;
}

/** A line through points. */
export function chartPath(points: readonly (readonly [number, number])[], look: string, dashes?: string): string {
  const d = points.map(([x, y], at) => `${at === 0 ? "M" : "L"}${px(x)} ${px(y)}`).join("");
  return `<path class="${look}" fill="none" d="${d}"${dashes === undefined ? "" : ` stroke-dasharray="${dashes}"`}/>`;
}

/** Pixels with one digit. */
export function px(value: number): string {
  return String(Math.round(value * 10) / 10);
}

function escaped(text: string): string {
  return text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;").replaceAll('"', "&quot;");
}
