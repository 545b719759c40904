/**
 * Terminal output as an SVG picture. Every run of characters stands at its own column and is as long as it must be,
 * whatever monospace font the reader has; symbols, which often come from another font, stand alone.
 */

/** Size of a cell and of the frame around the text, px. */
const CELL = { width: 8.4, height: 20 };
const FRAME = { side: 18, top: 40, bottom: 16 };

/** A picture with its own background, readable on a light and on a dark page. */
const COLORS: Readonly<Record<string, string>> = {
  text: "#e6edf3",
  dim: "#8b949e",
  31: "#ff7b72",
  32: "#56d364",
  33: "#e3b341",
  36: "#76e3ea",
};

const EDGE = "#30363d";

/** Text with SGR escapes, there at once or so many seconds after the beginning; {@link RULE} parts two terminals. */
export type Line = string | { readonly text: string; readonly at: number };

export const RULE = "\u2500";

export interface Picture {
  /** What somebody hears who does not see it. */
  readonly title: string;
  readonly lines: readonly Line[];
  readonly columns: number;
}

interface Style {
  readonly bold: boolean;
  readonly dim: boolean;
  readonly color: string | undefined;
}

const PLAIN: Style = { bold: false, dim: false, color: undefined };

export function svg({ title, lines, columns }: Picture): string {
  const width = Math.ceil(columns * CELL.width + 2 * FRAME.side);
  const height = lines.length * CELL.height + FRAME.top + FRAME.bottom;
  const rows = lines.map((line, i) => {
    const top = FRAME.top + i * CELL.height;
    if (line === RULE) return `<path d="M0 ${top + CELL.height / 2}H${width}" stroke="${EDGE}"/>`;
    const { text, at } = typeof line === "string" ? { text: line, at: undefined } : line;
    const when = at === undefined ? "" : ` class="late" style="animation-delay:${at.toFixed(1)}s"`;
    return `<g${when}>${runs(text, columns).map((run) => word(run, top + 0.75 * CELL.height)).join("")}</g>`;
  });
  const moves = lines.some((line) => typeof line !== "string");
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" viewBox="0 0 ${width} ${height}" ` +
    `role="img" aria-label="${escape(title)}">`,
    "<style>",
    `text{font-family:ui-monospace,SFMono-Regular,Menlo,Consolas,"DejaVu Sans Mono",monospace;font-size:14px}`,
    ...(!moves ? [] : [
      ".late{animation:appear .2s backwards}@keyframes appear{from{opacity:0}}",
      "@media(prefers-reduced-motion:reduce){.late{animation:none}}",
    ]),
    "</style>",
    `<rect x=".5" y=".5" width="${width - 1}" height="${height - 1}" rx="8" fill="#161b22" stroke="${EDGE}"/>`,
    ...["#ff5f57", "#febc2e", "#28c840"].map((fill, i) =>
      `<circle cx="${20 + i * 18}" cy="20" r="5.5" fill="${fill}"/>`
    ),
    ...rows,
    "</svg>",
    "",
  ].join("\n");
}

function word({ text, column, style: { bold, dim, color } }: Run, y: number): string {
  const x = (FRAME.side + column * CELL.width).toFixed(1);
  const length = ([...text].length * CELL.width).toFixed(1);
  const fill = color ?? (dim ? COLORS["dim"] : COLORS["text"]);
  const more = `${bold ? ` font-weight="bold"` : ""}${dim && color !== undefined ? ` opacity=".7"` : ""}`;
  return `<text x="${x}" y="${y}" textLength="${length}" fill="${fill}"${more}>${escape(text)}</text>`;
}

interface Run {
  readonly text: string;
  readonly column: number;
  readonly style: Style;
}

/** The words of a line, each with its column and style. The pictures have only characters of one column. */
function runs(line: string, columns: number): readonly Run[] {
  const found: Run[] = [];
  let style = PLAIN;
  let column = 0;
  // deno-lint-ignore no-control-regex
  for (const [part, codes] of line.matchAll(/\u001b\[([\d;]*)m|[^\u001b]+/g)) {
    if (codes !== undefined) {
      style = codes.split(";").reduce(styled, style);
      continue;
    }
    // Words with single spaces between them, or one symbol.
    for (const { 0: text, index } of part.matchAll(/[!-~]+(?: [!-~]+)*|[^ -~]/g)) {
      found.push({ text, column: column + [...part.slice(0, index)].length, style });
    }
    column += [...part].length;
  }
  if (column > columns) throw new Error(`${line} is ${column} columns wide, expected at most ${columns}`);
  return found;
}

/** ECMA-48 §8.3.117, as far as the program uses it. */
function styled(style: Style, code: string): Style {
  if (code === "" || code === "0") return PLAIN;
  if (code === "1") return { ...style, bold: true };
  if (code === "2") return { ...style, dim: true };
  if (code === "22") return { ...style, bold: false, dim: false };
  if (code === "39") return { ...style, color: undefined };
  const color = COLORS[code];
  if (color === undefined) throw new Error(`the escape sequence ${code} is not known`);
  return { ...style, color };
}

function escape(text: string): string {
  return text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;").replaceAll('"', "&quot;");
}
