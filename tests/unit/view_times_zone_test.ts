/** The time in lines that are kept. */
import { assertEquals } from "@std/assert";
import { localTime } from "../../src/view/times.ts";

/** In a process of its own: a zone is read when a program starts. */
async function inZone(zone: string, isos: readonly string[]): Promise<readonly string[]> {
  const module = new URL("../../src/view/times.ts", import.meta.url).href;
  const code = `import { localTime } from "${module}"; console.log(${
    JSON.stringify(isos)
  }.map(localTime).join("\\n"));`;
  const { stdout, stderr } = await new Deno.Command(Deno.execPath(), {
    args: ["eval", "--no-check", code],
    env: { TZ: zone },
  }).output();
  const text = new TextDecoder();
  assertEquals(text.decode(stderr), "");
  return text.decode(stdout).trimEnd().split("\n");
}

Deno.test("a time in a log has its day and its zone, behind and ahead of Greenwich, with minutes; other text stays", async () => {
  assertEquals(await inZone("America/St_Johns", ["2026-03-04T02:06:07.891Z", "2026-07-04T05:06:07.891Z"]), [
    "2026-03-03 22:36:07 -03:30",
    "2026-07-04 02:36:07 -02:30",
  ]);
  assertEquals(await inZone("Asia/Kathmandu", ["2026-03-04T20:06:07.891Z"]), ["2026-03-05 01:51:07 +05:45"]);
  assertEquals(await inZone("UTC", ["2026-03-04T05:06:07.891Z"]), ["2026-03-04 05:06:07 +00:00"]);
  assertEquals(localTime("soon"), "soon");
});
