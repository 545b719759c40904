/** The times of a build of the prebuilt form: those of users, and longer ones for whoever asks for patience. */
import { assertEquals, assertStringIncludes } from "@std/assert";
import { daemonProgram } from "../../src/client/prebuild.ts";

Deno.test("H1 a build has 12 s for each step, and as many times that as its caller has patience", async () => {
  const root = await Deno.makeTempDir();
  const before = Deno.env.get("XDG_CACHE_HOME");
  const isFromSource = Deno.env.get("AC_FROM_SOURCE");
  try {
    Deno.env.set("XDG_CACHE_HOME", `${root}/cache`);
    Deno.env.delete("AC_FROM_SOURCE");
    await Deno.mkdir(`${root}/cache`);
    const deno = `${root}/deno`;
    await Deno.writeTextFile(deno, `#!/bin/sh\nfor last; do :; done\necho "error: $last ms" >&2\nexit 1\n`, {
      mode: 0o700,
    });
    const program = { client: [], daemon: { form: "source", deno, entry: `${root}/main.ts` }, sources: root } as const;
    const stepOf = async (more: { readonly patience?: number }) =>
      (await daemonProgram(program, { writable: [], auto: false, ...more })).problem ?? "";
    assertStringIncludes(await stepOf({}), "12000 ms");
    assertStringIncludes(await stepOf({ patience: 10 }), "120000 ms");
    const asked = await Deno.readTextFile(new URL("../support/harness_program.ts", import.meta.url));
    assertEquals(/daemonProgram\(.*patience: PATIENCE/.test(asked), true, "the harness asks for it");
  } finally {
    if (before === undefined) Deno.env.delete("XDG_CACHE_HOME");
    else Deno.env.set("XDG_CACHE_HOME", before);
    if (isFromSource !== undefined) Deno.env.set("AC_FROM_SOURCE", isFromSource);
    await Deno.remove(root, { recursive: true });
  }
});
