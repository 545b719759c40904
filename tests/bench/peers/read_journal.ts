/** The counterpart of a recovery: hashes and parses each line of a journal, and keeps nothing. */
import { hash } from "node:crypto";

const LF = 10;
const [dir = ""] = Deno.args;
const buffer = new Uint8Array(65_536);
const decoder = new TextDecoder();
let records = 0;

for (const { name } of [...Deno.readDirSync(dir)].sort((a, b) => a.name < b.name ? -1 : 1)) {
  if (!name.endsWith(".jsonl")) continue;
  using file = Deno.openSync(`${dir}/${name}`);
  let filled = 0;
  for (let size = file.readSync(buffer); size !== null; size = file.readSync(buffer.subarray(filled))) {
    const end = filled + size;
    let start = 0;
    for (let stop = buffer.indexOf(LF); stop >= 0 && stop < end; stop = buffer.indexOf(LF, start)) {
      const line = buffer.subarray(start, stop);
      if (hash("sha256", line, "hex").length === 64 && JSON.parse(decoder.decode(line)).seq > 0) records++;
      start = stop + 1;
    }
    buffer.copyWithin(0, start, end);
    filled = end - start;
  }
}

Deno.stdout.writeSync(new TextEncoder().encode(`${records}\n`));
