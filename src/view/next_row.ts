/** Where the cursor of a list goes. Pure. */

/** The row `by` places away, the last one at an end; from a row that is not there, the first. */
export function nextRow<R extends { readonly id: string }>(
  rows: readonly R[],
  current: string | undefined,
  by: number,
): R | undefined {
  const at = rows.findIndex(({ id }) => id === current);
  return rows[at < 0 ? 0 : Math.min(Math.max(0, at + by), rows.length - 1)];
}
