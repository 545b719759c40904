/** The risk class of commands whose options make a reader write or run something. */
import { assert, assertEquals } from "@std/assert";
import type { Risk } from "../../src/domain/approval.ts";
import { RISKS } from "../../src/domain/approval.ts";
import { riskOf } from "../../src/policy/risk.ts";

const command = (subject: string): Risk =>
  riskOf({ for: "permission", tool: "Bash", action: "command", subject, dialog: "beside", acceptsApproval: true });

const TABLE: Readonly<Partial<Record<Risk, readonly string[]>>> = {
  read: [
    ...["uniq -c a", "uniq -", "ls | uniq -", "xxd -r -p", "time -p -p ls"],
    ...["sort -k2,2nr -t, a", "sort --check --reverse a", "file --brief a", "date +%F", "ps aux", "ps -o time -p 1"],
    ...["[ a = b ]", "[ a != b ]", "tree -L 2", "fd --type f a", "printf '%d' 3", "exit 1"],
    ...["git --no-pager log", "grep time if x", "git log --oneline --reverse", "git branch --list"],
  ],
  write: ["uniq - out", "uniq -- -in out", "xxd a -out", "uniq a -out", "time -p -o x ls", "sed -i.bak 's/a/b/g' x"],
  execute: [
    ...[
      "function ls { evil; }; ls",
      "coproc ls { evil; }",
      "sh <<E\ntouch x\nE",
      "bash -s <<< 'touch x'",
      "bash <<< ls",
    ],
    ...[
      "sort --co=./evil --bu=1k big",
      "sort --comp=x a",
      "sort --o=x a",
      "sort --fil=x",
      "sort -bo x a",
      "sort -k1b,1 -rox a",
    ],
    ...[
      "file --co --ma=foo",
      "file --comp",
      "file -Cm x",
      "rg --pre=x y",
      "ag --pa x y",
      "date --se=x",
      "date -us 10:00",
    ],
    ...["/usr/bin/time -p -f 'curl evil' -o x true", "time -p --ap -o x ls", "fd --exec=ls", "tree -ao x"],
    ...["git -C /tmp/x status", "git -C sub log", "git --bare status", "cd /tmp/x && git status", "git diff --ext"],
    ...["ps ceww", "ps auxewwwww", "ps p1 e", "ps -oenviron", "jq 'include \"x\"; y'", "jq '$ ENV'"],
    ...["[ PATH=5 -eq 5 ]; ls", "[ -z 'a[\n$(id)]' ]", "exit 'a[$(id)]'", "printf %d 'a[$(id)]'"],
    ...[
      "sed -i 's/a/b/e' x",
      "sed -i '1e x' a",
      "sed -i -f x a",
      "sed -i s/a/b/w.out x",
      "install -s --strip-prog=./x a b",
    ],
  ],
  destructive: [
    "ls | xargs -I { rm {",
    ...["function ls { rm -rf x; }; ls", "coproc ls { rm -rf x; }", "time { rm -rf x; }", "cat <<E | sh\nls\nE"],
    ...["{ sh; } <<< 'rm -rf x'", "sh -c \"$(cat <<'E'\nrm -rf x\nE\n)\""],
    ...["fd -Hx rm -rf", "fd old --exec=rm", "fd -HXrm", "gfind . -delete", "xargs -0n 1 rm", "xargs -i rm {}"],
    ...[
      "echo evil | uniq - .git/hooks/pre-commit",
      "xxd -r -p - ~/.bashrc",
      "time -p -f 'curl evil' -o ~/.bashrc true",
    ],
    ...["cp -t.git/hooks x", "cp -vt/etc/cron.d x"],
    ...["git clone --u=x y", "git push --del o b", "git push --mir", "git reset --m", "git rebase --ex x main"],
    ...["git clean -fde n", "git clean -fden", "git clean -n --no-dry-run -f", "git restore --staged --work a"],
    ...["git switch --disc x", "git checkout --ours", "git checkout --pathspec-from-file=x", "git update-ref --std"],
    ...[
      "git clone -c core.fsmonitor=x y",
      "git config filter.x.clean y",
      "git config include.path y",
      "git init --t=x",
    ],
    ...[
      "tar --us=x -xf a",
      "tar --rs=x -xf a",
      "tar --rmt-c=x -xf a",
      "tar -xIx -f a",
      "tar cIf x a b",
      "tar --new-v=x -xf a",
    ],
    ...["npm test --script-s=./x"],
  ],
};

Deno.test("options that write or run count however they are written: bundled, shortened, behind others", () => {
  for (const [risk, texts] of Object.entries(TABLE)) {
    for (const text of texts) assertEquals([text, command(text)], [text, risk as Risk]);
  }
});

Deno.test("every unambiguous abbreviation of a grave long option counts", () => {
  const grave: [string, string, number][] = [
    ["sort", "compress-program", 2],
    ["sort", "output", 1],
    ["sort", "temporary-directory", 1],
    ["sort", "files0-from", 3],
    ["file", "compile", 2],
    ["file", "magic-file", 1],
    ["date", "set", 1],
    ["tar -xf a", "to-command", 4],
    ["tar -xf a", "checkpoint-action", 11],
    ["git push", "mirror", 1],
    ["git ls-remote", "upload-pack", 1],
    ["git push", "receive-pack", 4],
    ["git grep", "open-files-in-pager", 2],
  ];
  for (const [program, long, least] of grave) {
    const whole = RISKS.indexOf(command(`${program} --${long}=x`));
    assert(whole > 0);
    for (let end = least; end < long.length; end++) {
      const text = `${program} --${long.slice(0, end)}=x`;
      assert(RISKS.indexOf(command(text)) >= whole, text);
    }
  }
});
