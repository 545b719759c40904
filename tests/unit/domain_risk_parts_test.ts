/** Commands inside commands: which ones a text runs, as deny rules and the risk class see them. */
import { assert } from "@std/assert";
import { partsOf } from "../../src/domain/risk_parts.ts";

/** Whether some command of `text` is `rm` with these arguments at its front. */
function removes(text: string, first = "-rf"): boolean {
  return partsOf(text).parts.some(({ name, args }) => name === "rm" && args[0] === first);
}

Deno.test("the command that a finder or a wrapper runs is read, however its option is written", () => {
  for (
    const text of [
      ...[
        "fd -x rm -rf",
        "fd -Hx rm -rf",
        "fd -HIX rm -rf",
        "fd old --exec=rm -rf",
        "fd --exec-batch=rm -rf",
        "fd -xrm -rf",
      ],
      ...["fd -x=rm -rf", "fdfind old --exec rm -rf", "find . -execdir rm -rf {} +", "gfind . -ok rm -rf {} \\;"],
      ...[
        "xargs -0n 1 rm -rf",
        "xargs -i rm -rf {}",
        "xargs -l rm -rf",
        "xargs -0rI{} rm -rf {}",
        "sudo -nu root rm -rf x",
      ],
      ...[
        "timeout -vk 5 9 rm -rf x",
        "env -iu A rm -rf x",
        "env -a b rm -rf x",
        "flock f -c 'rm -rf x'",
        "flock f rm -rf x",
      ],
      ...["parallel 'rm -rf {}' ::: a", "parallel -N 2 rm -rf", "watch -q 3 rm -rf x", "setpriv --reuid=1 rm -rf x"],
      ...["hyperfine 'rm -rf x'", "entr -s 'rm -rf x'"],
    ]
  ) assert(removes(text), text);
  for (const text of ["fd -tx rm -rf", "fd -ex rm", "find . -name rm -rf", "xargs -I rm echo -rf"]) {
    assert(!removes(text), text);
  }
});
