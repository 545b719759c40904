/** V8's debugger port. */

/** Shuts the inspector if something opened it. Needs `sys=inspector`. */
export async function closeInspector(): Promise<void> {
  const inspector = await import("node:inspector");
  inspector.close();
}
