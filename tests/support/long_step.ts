/** A step of the long run: in the default one it is not run, and its name says so. */

export const isLong = Deno.env.get("AC_LONG") === "1";

/** The name with why it is not run, where it is not. */
export function longName(name: string): string {
  return isLong ? name : `${name} (ignored: only in deno task test:long)`;
}

export async function longStep(t: Deno.TestContext, name: string, fn: () => void | Promise<void>): Promise<void> {
  await t.step({ name: longName(name), ignore: !isLong, fn });
}

/** A test of the long run, told as {@link longStep} is. */
export function longTest(name: string, fn: (t: Deno.TestContext) => void | Promise<void>): void {
  Deno.test({ name: longName(name), ignore: !isLong, fn });
}
