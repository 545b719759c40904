/** A capsule's folder, in a temporary one, as an author would write it. */

export const MANIFEST = {
  name: "demo",
  version: "1.0.0",
  description: "shows how",
  apiVersion: 1,
  main: "main.ts",
} as const;

/** The folder `demo` in `place`, with a manifest of those members and those files. */
export function writeCapsule(
  place: string,
  manifest: Readonly<Record<string, unknown>> = {},
  files: Readonly<Record<string, string>> = { "main.ts": "export default () => {};\n" },
): string {
  const members = { ...MANIFEST, ...manifest };
  const folder = `${place}/${members.name}`;
  Deno.mkdirSync(folder, { recursive: true, mode: 0o700 });
  for (const [path, text] of Object.entries({ "capsule.jsonc": JSON.stringify(members), ...files })) {
    const full = `${folder}/${path}`;
    Deno.mkdirSync(full.slice(0, full.lastIndexOf("/")), { recursive: true, mode: 0o700 });
    Deno.writeTextFileSync(full, text);
    Deno.chmodSync(full, 0o600);
  }
  return folder;
}
