/** The label of command lines that nobody reads plainly: what they name of a loss is told, and nothing else is guessed. */
import { assert, assertEquals, assertNotEquals } from "@std/assert";
import fc from "fast-check";
import { classify } from "../../src/policy/classify.ts";
import { SAFETY_MODES } from "../../src/domain/safety_mode.ts";
import { answer, classified, requestOf, rule, WHERE } from "../support/policy_samples.ts";

/** Each cannot be read plainly, or hands a text to a shell, and names what loses something. */
const HOSTILE = [
  'rm -rf "$HOME"',
  "rm $X",
  'cd "$D" && git push --force origin main',
  'git -C "$D" push origin +main',
  "git reset --hard $(git rev-parse HEAD~3)",
  "git clean -fdx > log",
  "for f in *; do rm -rf $f; done",
  "if true; then mkfs.ext4 /dev/sdb1; fi",
  "dd if=/dev/zero of=$DISK bs=1M",
  'X="rm -rf /"; $X',
  "x=rm; y=1 dd of=/dev/sda <in",
  "A=1 rm -rf ~/x",
  "echo $(rm -rf build)",
  "echo `git branch -D old`",
  "cat <<EOF | sh\nrm -rf /\nEOF",
  "ls\nrm -rf /",
  "find . -name '*.o' -delete > log",
  "find . -exec rm -f {} \\;",
  "xargs -I{} rm -rf {} < list",
  'psql -c "DROP TABLE $T"',
  'ssh "$H" "sqlite3 db \'delete from users\'"',
  "r\\m -rf /",
  "'r''m' -rf $X",
  "/bin/RM -Rf $X",
  "wipefs -a $DISK",
  "reboot && echo $?",
  "shred -u $F",
  "kubectl delete pod $POD",
  `${"echo $A;".repeat(2000)} rm -rf /`,
  `python3 -c "import os; os.system('rm -rf /')"`,
  'echo "rm -rf x" | sh',
] as const;

/** As little readable, and none of it loses anything; prose about a loss may be loud, and these are none. */
const INNOCENT = [
  'git commit -m "farm -rf $X"',
  "git commit -m \"$(cat <<'EOF'\nTruncate long lines, halt on errors\n\nshutdown is quicker now\nEOF\n)\"",
  'git push origin "$B" && tail -f log',
  "git push origin $(git branch --show-current)",
  'git reset "$F"',
  'git log --format=%h "$A"..HEAD',
  'docker run --rm -it "$IMAGE"',
  'npm run form -- -rf "$X"',
  "echo $HOME",
  "for f in *; do wc -l $f; done",
  "add of=$X > file",
  "grep -rf patterns $D",
  "find . -name $X",
  "alarm -rf $X",
  "cat a.txt > b.txt",
  "select * from users where x = $1",
  "python3 -c \"print('form')\"",
  'echo "form" | sh',
] as const;

Deno.test("A4 an opaque command line that names a loss is labelled so, and one that names none is not guessed about", () => {
  for (const text of HOSTILE) assertEquals([text, classified(text).risk], [text, "destroys"]);
  for (const text of INNOCENT) assertEquals([text, classified(text).risk], [text, "unknown"]);
  assertEquals(classified('echo "rm -rf is dangerous"').risk, "reads", "plain, and echo runs nothing");
  assertEquals(classified("Remove-Item -Recurse $X", { tool: "PowerShell" }).risk, "destroys");
  assertEquals(
    classify(requestOf("make all; rm -rf / [… 9 characters are not shown …]"), WHERE, true).risk,
    "destroys",
  );
});

Deno.test("A1 what a line names of a loss only raises its label: nothing passes that did not, in any mode", () => {
  const rules = [rule("rm *"), rule("git *")];
  for (const text of [...HOSTILE, ...INNOCENT]) {
    for (const mode of SAFETY_MODES) {
      // The mode that allows nothing by itself may deny: no answer is a yes.
      assertNotEquals([text, mode, answer(classified(text), mode, rules)], [text, mode, "yes"]);
    }
  }
  const part = fc.constantFrom("rm", "-rf", "git", "push", "--force", "x", "$X", "&&", ";", '"', "'", "a=", "\n", "ls");
  fc.assert(fc.property(fc.array(part, { maxLength: 8 }), (parts) => {
    const call = classified(parts.join(" "));
    if (call.risk === "destroys") assert(call.reads === undefined);
    else if (call.plain === undefined) assertEquals(call.risk, "unknown");
  }));
});
