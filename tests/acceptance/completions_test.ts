// deno-lint-ignore-file no-sync-fn-in-async-fn -- writes a script before a shell reads it
/** The completion scripts in the real shells: what they offer, and that nothing that was typed or offered is evaluated. */
import { isLong, longName } from "../support/long_step.ts";
import { assert, assertEquals } from "@std/assert";
import { exists } from "../support/exists.ts";
import { programArgv, TestHome } from "../support/harness.ts";
import { Running } from "../support/harness_process.ts";
import { patience } from "../support/harness_wait.ts";

/** Titles as no person writes them, and as an agent may. */
const EVIL = [
  "evil two words",
  "evil 'single'",
  'evil "double"',
  "evil $(touch pwned)",
  "evil `touch pwned`",
  "evil ;touch pwned;",
  "evil*[a-z]?~",
  "evil\\back",
];
const HIDDEN = "evil\nnewline\u001b[2J";

async function prepared(): Promise<TestHome> {
  const home = await TestHome.create();
  await home.start();
  for (const [at, title] of [...EVIL, HIDDEN].entries()) {
    const { code, stderr } = await home.cli(["session", "update", `id-${at}`, "--agent", "mine", "--title", title]);
    assertEquals(code, 0, stderr);
  }
  Deno.mkdirSync(`${home.root}/bin`);
  const program = `#!/bin/sh\nexec ${programArgv(home.root).map((word) => `'${word}'`).join(" ")} "$@"\n`;
  Deno.writeTextFileSync(`${home.root}/bin/agent-console`, program, { mode: 0o755 });
  return home;
}

function isMissing(shell: string): boolean {
  const missing = ![...(Deno.env.get("PATH") ?? "").split(":")].some((folder) => exists(`${folder}/${shell}`));
  // deno-lint-ignore no-console -- says why a test did not run
  if (missing) console.log(`${shell} is not installed: its completion is not tested`);
  return missing;
}

/** Runs a script of a shell, with the completion script in the file $1. */
async function shell(home: TestHome, argv: readonly string[], script: string, stdin = ""): Promise<string> {
  const { env } = home.command([]);
  const { stdout: text } = await home.cli(["completions", argv[0]!]);
  Deno.writeTextFileSync(`${home.root}/completion`, text);
  Deno.writeTextFileSync(`${home.root}/script`, script);
  const ran = new Running([...argv, `${home.root}/script`, `${home.root}/completion`], {
    env: { ...env, PATH: `${home.root}/bin:${env["PATH"]}`, TERM: "dumb" },
    cwd: home.root,
    stdin,
  });
  const { stdout, stderr } = await ran.exit(60_000);
  assertEquals(stderr, "");
  assert(!exists(`${home.root}/pwned`), "something was evaluated");
  return stdout;
}

/**
 * What is live has 0.3 s to come, and a busy machine may take longer: then nothing is offered, and a person presses Tab again.
 */
const TABS = 8;

const BASH = (line: string, words: readonly string[], tabs: number) =>
  `source "$1"\nCOMP_LINE=${quoted(line)}\nCOMP_POINT=\${#COMP_LINE}\nCOMP_WORDS=(${words.map(quoted).join(" ")})\n` +
  `COMP_CWORD=${words.length - 1}\nCOMPREPLY=()\n` +
  `for tab in {1..${tabs}}; do _agent_console; [ \${#COMPREPLY[@]} -gt 0 ] && break; done\n` +
  `printf '%s\\n' "\${COMPREPLY[@]}" ---\n`;

function quoted(word: string): string {
  return `'${word.replaceAll("'", `'\\''`)}'`;
}

Deno.test({
  name: "first hour 6: bash completes commands, choices and live names, and evaluates nothing",
  ignore: isMissing("bash"),
  fn: async () => {
    await using home = await prepared();
    const asked: readonly (readonly [line: string, words: readonly string[], tabs?: number])[] = [
      ["agent-console sh", ["agent-console", "sh"]],
      ["agent-console ls --status wa", ["agent-console", "ls", "--status", "wa"]],
      ["agent-console ls --status=wa", ["agent-console", "ls", "--status", "=", "wa"]],
      ["agent-console show evil", ["agent-console", "show", "evil"], TABS],
      ['agent-console show "evil $', ["agent-console", "show", '"evil $'], TABS],
      ["agent-console show $(touch pwned) ", ["agent-console", "show", "$(touch pwned)", ""]],
      ["agent-console show `touch pwned`", ["agent-console", "show", "`touch pwned`"]],
      ["agent-console show id-0", ["agent-console", "show", "id-0"], TABS],
    ];
    const script = asked.map(([line, words, tabs = 1]) => BASH(line, words, tabs)).join("\n");
    const out = await shell(home, ["bash", "--norc"], script);
    const [commands, choices, joined, names, inQuotes, typed, typedToo, ids] = out.split("---\n")
      .map((part) => part.split("\n").filter((word) => word !== ""));
    assertEquals(commands, ["show"]);
    assertEquals(choices, ["waiting"]);
    assertEquals(joined, ["waiting"], "bash replaces only what is behind the =");
    assertEquals(names?.toSorted(), EVIL.map((name) => name.replace(/[^\w-]/g, "\\$&")).toSorted());
    assertEquals(inQuotes, ["evil \\$(touch pwned)"]);
    assertEquals([typed, typedToo], [[], []]);
    assertEquals(ids, ["id-0"]);
    // What was inserted is one word, and the name itself.
    const back = await shell(home, ["bash", "--norc"], names!.map((word) => `printf '%s\\n' ${word}\n`).join(""));
    assertEquals(back.trimEnd().split("\n").toSorted(), EVIL.toSorted());
  },
});

Deno.test({
  name: longName("first hour 6: zsh completes commands, choices and live names, and evaluates nothing"),
  ignore: !isLong || isMissing("zsh"),
  fn: async () => {
    await using home = await prepared();
    // Outside of the line editor: compadd and the words are ours.
    const ask = (words: readonly string[]) =>
      `words=(${words.map(quoted).join(" ")}); CURRENT=${words.length}; _agent-console; print -r -- ---\n`;
    const head = `compdef() { : }\n_files() { print -r -- FILES }\ncompadd() { print -rl -- "\${candidates[@]}" }\n` +
      `source "$1"\n`;
    const asked = [
      ["agent-console", "sh"],
      ["agent-console", "ls", "--status", "wa"],
      ["agent-console", "show", "evil"],
      ["agent-console", "show", "'evil $"],
      ["agent-console", "show", "$(touch pwned)", ""],
      ["agent-console", "show", "`touch pwned`"],
      ["agent-console", "audit", "verify", "--against", ""],
    ];
    const out = await shell(home, ["zsh", "-f"], head + asked.map(ask).join(""));
    const [commands, choices, names, , typed, typedToo, files] = out.split("---\n")
      .map((part) => part.split("\n").filter((word) => word !== ""));
    assertEquals([commands, choices], [["show"], ["waiting"]]);
    assertEquals(names?.toSorted(), EVIL.toSorted());
    assertEquals([typed, typedToo, files], [[], [], ["FILES"]]);
  },
});

Deno.test({
  name: "first hour 6: zsh's line editor inserts a name as one quoted word",
  ignore: isMissing("zsh"),
  fn: async () => {
    await using home = await prepared();
    const script = String.raw`zmodload zsh/zpty
zpty -b z "TERM=dumb zsh -f -i"
send() { zpty -w -n z "$1" }
got() { repeat $2; do while zpty -r -t z part; do all+=$part; done; [[ $all == *$1* ]] && return; sleep 0.1; done; return 1 }
send $'PS1=; autoload -Uz compinit; compinit -u -D; source ./completion\n'
send $'agent-console() { print -r -- "GOT<$# $2>" }; print READ""Y\n'
got READY 300
send 'agent-console show evil\ \$'
for tab in {1..8}; do send $'\t'; got 'pwned\) ' 40 && break; done
send $'\n'
got 'GOT<2 evil $(touch pwned)>' 300
print -r -- "$all"
zpty -d z
`;
    const out = await shell(home, ["zsh", "-f"], script);
    assert(out.includes("GOT<2 evil $(touch pwned)>"), out);
  },
});

Deno.test({
  name: longName("first hour 6: fish completes commands, choices and live names, and evaluates nothing"),
  ignore: !isLong || isMissing("fish"),
  fn: async () => {
    await using home = await prepared();
    const asked = [
      "agent-console sh",
      "agent-console ls --status wa",
      "agent-console show evil",
      "agent-console show 'evil $",
      "agent-console show (touch pwned) ",
      "agent-console show $HOME",
    ];
    const script = "source $argv[1]\n" +
      asked.map((line) => `complete -C '${line.replaceAll("'", "\\'")}'\necho ---\n`).join("");
    const out = await shell(home, ["fish", "--no-config"], script);
    const parts = out.split("---\n").map((part) => part.split("\n").filter((word) => word !== ""));
    const words = (at: number) => parts[at]!.map((line) => line.split("\t")[0]!);
    assertEquals([words(0), words(1)], [["show"], ["waiting"]]);
    assertEquals(words(2).toSorted(), EVIL.toSorted());
    assertEquals(parts[2]!.every((line) => line.includes("\tmine · ")), true, "each with a few words about it");
  },
});

Deno.test("first hour 6: __complete starts no daemon, is silent about trouble, and waits for nobody", async () => {
  await using home = await TestHome.create();
  for (
    const words of [["show", ""], ["--home", `${home.root}/none`, "show", ""], ["--odd", "x", ""], [
      "show",
      "a",
      "b",
      "",
    ], []]
  ) {
    const { code, stdout, stderr } = await home.cli(["__complete", "--", ...words]);
    assertEquals([code, stderr, home.daemonPid()], [0, "", undefined], words.join(" "));
    assert(!stdout.includes("error"), stdout);
  }
  const nobody = Deno.listen({ transport: "unix", path: `${home.root}/deaf.sock` }); // takes connections, says nothing
  try {
    const words = ["--socket", `${home.root}/deaf.sock`, "show", ""];
    const { code, stdout, ms } = await home.cli(["__complete", "--", ...words]);
    assertEquals([code, stdout], [0, ""]);
    assert(ms < await patience(5000), `${ms} ms`);
  } finally {
    nobody.close();
  }
});
