/** What deny rules find: more than the text says at first sight. */
import { assert, assertEquals } from "@std/assert";
import type { ApprovalRequest } from "../../src/domain/approval.ts";
import { denialOf } from "../../src/policy/deny.ts";
import { answer, classified, rule } from "../support/policy_samples.ts";

const denial = (pattern: string, subject: string, more: Partial<ApprovalRequest> = {}) =>
  denialOf(rule(pattern, { tool: "*", decision: "deny" }), classified(subject, more));
const denies = (pattern: string, subject: string, more: Partial<ApprovalRequest> = {}) =>
  denial(pattern, subject, more) === "denies";

Deno.test("a deny rule for paths and addresses finds what is meant", () => {
  for (const text of ["/p/../etc/x", "//etc//x", "/etc/./x", "../../../../etc/x"]) {
    assert(denies("/etc/*", text, { action: "write" }), text);
  }
  assert(!denies("/etc/*", "/p/etc/x", { action: "write" }));
  for (const text of ["HTTPS://EVIL.org/x", "https://evil.org:443/x", "https://evil.org/a/../x"]) {
    assert(denies("https://evil.org/x", text, { action: "fetch" }), text);
  }
});

Deno.test("a deny rule for paths finds one among several, and in a folder that is given as a whole", () => {
  const finds = (pattern: string, ...paths: string[]) => denies(pattern, "*** Begin Patch", { action: "write", paths });
  for (
    const path of [
      "/repo/infra/a.tf",
      "../../repo/infra/a.tf",
      "/repo/x/../infra/a.tf",
      "/repo/**",
      "/repo/infra/**",
      "/**",
    ]
  ) assert(finds("/repo/infra/*", "/repo/z", path), path);
  assert(!finds("/repo/infra/*", "/repo/z", "/repo/infra.md", "/repo/src/**"));
  assert(finds("/repo/a", "/repo/**") && finds("/repo/*", "/repo/src/**") && !finds("/a", "/repo/**"));
  for (const pattern of ["*.env", "*prod*", "/repo/*.tf"]) {
    assertEquals(denial(pattern, "*** Begin Patch", { action: "write", paths: ["/repo/src/**"] }), "may", pattern);
  }
  assert(finds("infra/*", "z", "infra/a.tf"), "also as it was given");
});

Deno.test("A1 what runs a text that nobody reads may hide what a rule denies", () => {
  for (
    const text of [
      ...["echo 'git push' | sh", "echo 'git push' | bash -s", "cat x | sh", "printf 'git push' | sh", "python3 -c x"],
      ...["echo push | xargs -I x git x", "git -c alias.p=x p", "git -c core.sshCommand=x fetch", "node -e x"],
      ...["awk 'BEGIN{system(\"git push\")}'", "perl -e x", "deno eval x", "rush git push", "env python3 -c x"],
    ]
  ) assert(denial("git push*", text) !== "no", text);
  for (
    const text of ["python3 a.py", "sh build.sh", "awk -F: x", "node a.js", "make all", "deno task x", "git fetch"]
  ) {
    assertEquals(denial("git push*", text), "no", text);
  }
});

Deno.test("A1 a relative deny rule for files is meant from the workspace, however the file is named", () => {
  for (const path of ["/p/app/src/x.ts", "src/x.ts", "./src/x.ts", "lib/../src/x.ts"]) {
    assert(denies("src/*", path, { action: "write" }), path);
    assert(denies("src/*", "z", { action: "write", paths: [path] }), path);
  }
  assert(!denies("src/*", "/p/app/lib/src/x.ts", { action: "write" }));
  assert(!denies("src/*", "/q/src/x.ts", { action: "write" }));
});

Deno.test("A1 a deny rule finds its program in any folder, in any case, behind any carrier", () => {
  for (
    const [pattern, text] of [
      ...["./deploy.sh prod", "true && ./deploy.sh prod", "sh ./deploy.sh prod", "bash -c './deploy.sh prod'"].map((
        text,
      ) => ["./deploy.sh *", text]),
      ["/opt/t/deploy *", "env /opt/t/deploy prod"],
      ["/opt/t/deploy *", "deploy prod"],
      ["Tool *", "env Tool prod"],
      ["Tool *", "tool prod"],
      ["deploy.sh", "x; ./deploy.sh"],
      ["/opt/*", "env /opt/t/deploy prod"],
      ["*/deploy.sh *", "env ./deploy.sh prod"],
    ] as const
  ) assert(denies(pattern!, text!), `${pattern} → ${text}`);
  assert(!denies("./deploy.sh *", "true && ./deploy.sh.txt prod") && !denies("Tool *", "env Tools prod"));
  assert(!denies("git branch -D *", "git branch -d x"), "arguments keep their case");
});

Deno.test("deny beats allow, and finds its command inside a line and inside what carries it", () => {
  const rules = [rule("*"), rule("git push*", { id: "d", decision: "deny" })];
  for (
    const text of [
      ...["git push", "make; git push -f", "bash -c 'git push x'", "echo $(git push)", "git push > a", "env git push"],
      ...[
        "sudo -u x git push",
        "time -p git push",
        "nohup sh -ec 'make && git push' &",
        "ssh h git push",
        "A=1 git push",
      ],
      ...[
        "xargs git push",
        "find . -exec git push {} +",
        "g''it pu\\sh",
        "\\git push",
        "/usr/bin/git push",
        "GIT push",
      ],
      ...[
        "if true; then git push; fi",
        "{ git push; }",
        "(git push)",
        "make\ngit push",
        "git submodule foreach git push",
      ],
      ...[
        "docker exec x git push",
        "npx git push",
        "eval 'git push'",
        "trap 'git push' EXIT",
        "bash -lc \"sh -c 'git push'\"",
      ],
      ...[
        "env -S'git push'",
        "env --split-string='git push'",
        "timeout -s KILL 5 git push",
        "git \\\npush",
        "$'git' push",
      ],
    ]
  ) assertEquals([text, answer(classified(text), "autonomous", rules)], [text, "no"]);
  assertEquals(answer(classified("git pull"), "autonomous", rules), "yes");
  assertEquals(answer(classified("git log --grep='git push'"), "guarded", rules), "yes", "a word is no command");
});

Deno.test("what is opaque and may hide what a rule denies is asked, and before a tool it is denied where the word stands there", () => {
  const deny = rule("git push*", { id: "d", decision: "deny" });
  for (const text of ["x=push; git $x", "git pu$x", "git {push,x}", "git pus? ", "python -c 'x' > a; git p*"]) {
    assertEquals([text, denial("git push*", text)], [text, "mentions"]);
    assertEquals(answer(classified(text), "autonomous", [rule("*"), deny]), "ask");
    assertEquals(answer(classified(text, { dialog: "gate" }), "autonomous", [rule("*"), deny]), "no");
  }
  assertEquals(denial("git push*", "make > log"), "may");
  assertEquals(answer(classified("make > log", { dialog: "gate" }), "autonomous", [rule("*"), deny]), "ask");
  assertEquals(answer(classified("make > log", { dialog: "gate" }), "autonomous", [rule("*")]), "none");
});

Deno.test("options before the arguments hide no command from a deny rule", () => {
  for (
    const text of [
      ...["git -C . push", "git --no-pager push -f", "git -c a=b --git-dir x push", "git -C . -C x push o main"],
      ...["ls; sh -c 'git -P push'", "/usr/bin/git --bare push"],
    ]
  ) assert(denies("git push*", text), text);
  assert(!denies("git", "git status") && denies("git -C*", "git -C . push"));
  for (const text of ["kubectl -n prod delete pod x", "kubectl --context=a -v delete x", "kubectl --debug delete x"]) {
    assert(denies("kubectl delete *", text), text);
  }
  assert(denies("a push*", `a ${"-x ".repeat(16)}push`) && !denies("a push*", `a ${"-x ".repeat(17)}push`), "so many");
  assert(!denies("kubectl delete *", "kubectl get delete x") && !denies("python", "python -m pytest"));
});

Deno.test("a deny rule finds the command whose words xargs or find bring", () => {
  for (const text of ["xargs -a urls curl", "find . -exec curl {} +", "ls | xargs -n1 curl", "parallel curl ::: a"]) {
    assert(denies("curl *", text), text);
  }
  for (
    const text of [
      ...["xargs -a words git", "xargs git -C x", "xargs -I{} git {}", "xargs -I % git %", "xargs -0I% git % x"],
      ...["parallel git {1} ::: push", "sudo xargs git", "xargs git push"],
    ]
  ) assert(denies("git push*", text), text);
  assert(!denies("git push*", "xargs git log") && !denies("git push*", "git") && !denies("curl *", "xargs curly"));
});

Deno.test("a deny rule for addresses looks past who asks, the port that is meant and the dot at the end", () => {
  const finds = (pattern: string, subject: string) => denies(pattern, subject, { action: "fetch" });
  for (
    const text of ["https://x@evil.com/a", "https://evil.com./a", "https://x:y@EVIL.com.:443/a", "https:evil.com/a"]
  ) assert(finds("https://evil.com/*", text), text);
  assert(finds("https://x@*", "https://x@evil.com/a") && !finds("https://evil.com/*", "https://a.org/@evil.com/"));
});

Deno.test("A1 what a deny rule names is asked behind a program that is not known to run others", () => {
  for (
    const text of [
      ...["vim '+!git push' f", "sed '1e git push' f", "sqlite3 x '.shell git push'", "docker-compose run x git push"],
      ...[
        "autossh h git push",
        "gnice git push origin",
        "rustup run stable git push",
        "x git -C . push",
        "run0 git push",
      ],
      ...["ld-linux git push", "tar --to-command='git push' -xf a", "sort --compress-program='git push' a"],
      ...["tar -cf x.tar -I 'git -C . push' a", "git ls-remote '--upload-pack=git -C . push' .", "x 'git  push'"],
      ...[`git ${"--no-pager ".repeat(17)}push o`, `git ${"-C . ".repeat(9)}push o`],
      ...[
        "sg root '/bin/g?t push'",
        "flock a -c '/usr/bin/g?t push'",
        "git grep '-O/bin/gi?' foo",
        "x '/usr/*/git push'",
      ],
      ...["python3 -m timeit x", "perl '-Mstrict;qx(x)' a", "sed '1egit x' a", "sed 's/m/git/ge' a"],
    ]
  ) assert(denial("git push*", text) !== "no", text);
  assert(denies("git push*", "/usr/lib/git-core/git-push origin"));
  assert(denial("rm *", "ssh -o 'ProxyCommand=rm x' host") !== "no");
  assert(denial("rm *", "tar --checkpoint-action=exec=rm -xf a") !== "no");
  for (
    const text of ["git pus", "make git-push", "rg 'git push' src", "node --version", "git status", ...[
      "node --test",
      "ruby -v",
      "python3 -m pytest -s",
      "python3 scripts/x.py -n 5",
      "node scripts/build.js -p",
    ], ...["bash build.sh -e", "sed -e 's/a/b/' x", "git commit -m 'what now?'", "curl 'https://a.b/c?d=1'"]]
  ) {
    assertEquals(denial("git push*", text), "no", text);
  }
});

Deno.test("A1 a deny rule for one agent's shell is for every agent's", () => {
  const push = rule("git push*", { decision: "deny" });
  const all = rule("*", { tool: "*" });
  for (const tool of ["Bash", "Shell", "bash", "run_shell_command", "exec"]) {
    assertEquals([tool, answer(classified("git push", { tool }), "autonomous", [push, all])], [tool, "no"]);
  }
  const only = { ...push, agent: "codex" };
  assertEquals(answer(classified("git push", { tool: "Shell" }), "autonomous", [only, all]), "yes");
  assertEquals(answer(classified("git push", { tool: "Shell" }), "autonomous", [only, all], { agent: "codex" }), "no");
});

Deno.test("A1 a deny rule for files and addresses is meant, however it or the call is written", () => {
  for (const pattern of ["./src/*", "src//*", "src/../src/*", "/p/app/./src/*", "src/"]) {
    assert(denies(pattern, pattern === "src/" ? "/p/app/src/" : "src/a.ts", { action: "write" }), pattern);
  }
  for (
    const address of ["http://evil.com/x", "evil.com/x", "summarize https://evil.com/x please", "https://evil.com/%78"]
  ) {
    assert(denies("https://evil.com/x*", address, { action: "fetch" }), address);
  }
  assert(denies("https://a.com/admin/*", "https://a.com/%61dmin/x", { action: "fetch" }));
  assert(!denies("https://evil.com/*", "https://good.com/evil.com/x", { action: "fetch" }));
});
