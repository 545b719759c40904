/** Commands inside commands: which ones a text runs, as deny rules and the risk class see them. */
import { assert } from "@std/assert";
import { invocationsOf } from "../../src/policy/invocations.ts";

/** Whether some command of `text` is `rm` with these arguments at its front. */
function removes(text: string, first = "-rf"): boolean {
  return invocationsOf(text).invocations.some(({ name, args }) => name === "rm" && args[0] === first);
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
        "env -i -S 'rm -rf x'",
        "env -S '-i rm -rf x'",
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

Deno.test("the body of a function, a coprocess and of zsh's short forms is read as commands", () => {
  for (
    const text of [
      ...[
        "function f { rm -rf x; }; f",
        "function f() { rm -rf x; }; f",
        "function f\n{\nrm -rf x\n}",
        "f() { rm -rf x; }",
      ],
      ...["function a b { rm -rf x; }", "function { rm -rf x; }", "function f ( rm -rf x )", "f () rm -rf x"],
      ...[
        "function f if rm -rf x; then :; fi",
        "function f while rm -rf x; do :; done",
        "function f for a in b; do rm -rf x; done",
      ],
      ...["coproc X { rm -rf x; }", "coproc rm -rf x", "coproc X ( rm -rf x )", "coproc X while rm -rf x; do :; done"],
      ...["time { rm -rf x; }", "time -p ! rm -rf x", "! time if rm -rf x; then :; fi", "ls; { rm -rf x; } | cat"],
      ...["if [[ a ]] { rm -rf x }", "if [[ a ]] rm -rf x", "repeat 3 { rm -rf x }", "for f (a b) { rm -rf x }"],
    ]
  ) assert(removes(text), text);
});

Deno.test("what a shell reads as its input is read as commands", () => {
  for (
    const text of [
      ...["cat <<E | sh\nrm -rf x\nE", "sh <<E\nrm -rf x\nE", "sh <<'E'\nrm -rf x\nE", "bash -s <<< 'rm -rf x'"],
      ...["sudo sh <<-E\n\trm -rf x\n\tE", "cat <<E | tee a | env A=1 bash\nrm -rf x\nE", "{ sh; } <<< 'rm -rf x'"],
      ...["(bash) <<E\nrm -rf x\nE", "if ls; then sh; fi <<< 'rm -rf x'", "source /dev/stdin <<< 'rm -rf x'"],
      ...[
        "sh -c \"$(cat <<'E'\nrm -rf x\nE\n)\"",
        "bash <(cat <<E\nrm -rf x\nE\n)",
        "ssh h 'bash -s' <<E\nrm -rf x\nE",
      ],
      ...["echo 'rm -rf x' | sh", "bash <<E\nsh <<F\nrm -rf x\nF\nE"],
    ]
  ) assert(removes(text), text);
  assert(!removes("cat <<E\nrm -rf x\nE") && !removes("echo 'rm -rf x'; sh a"));
});
