/** A text as a QR code in the terminal, for a phone's camera. */
import type { QrCodeGenerateResult } from "uqr";

/** Dark on light, as cameras expect it, whatever the colours of the terminal are. */
const COLORS = { on: "\x1b[38;5;16m\x1b[48;5;231m", off: "\x1b[0m" };

/** Two modules in each column, one above the other; without colours a terminal is taken for a dark one. */
export async function qrLines(text: string, colors: boolean): Promise<readonly string[]> {
  const { encode } = await import("uqr");
  const { data, size }: QrCodeGenerateResult = encode(text, { ecc: "L", border: 2 });
  const isInk = (x: number, y: number) => (data[y]?.[x] ?? false) === colors;
  return Array.from({ length: Math.ceil(size / 2) }, (_, row) => {
    const line = Array.from({ length: size }, (_, x) => {
      const [upper, lower] = [isInk(x, 2 * row), isInk(x, 2 * row + 1)];
      return upper ? lower ? "█" : "▀" : lower ? "▄" : " ";
    }).join("");
    return colors ? `${COLORS.on}${line}${COLORS.off}` : line;
  });
}
