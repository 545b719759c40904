/** H3: what Codex makes of its config.toml when it records trust for us, and that it is given back. */
import { assertEquals, assertStringIncludes } from "@std/assert";
import { join } from "@std/path";
import { codexTrustRecord } from "../../src/agents/codex/trust_record.ts";
import { homeContents } from "../../src/platform/home_contents.ts";
import { giveNoted, takeNoted, type TrustPlace } from "../../src/settings/trust_note.ts";
import { installSystem } from "./hooks_install_system.ts";

const system = installSystem();
const OURS = '\n[hooks.state."/h/hooks.json:stop:0:0"]\ntrusted_hash = "sha256:1"\n';
const THEIRS = '\n[hooks.state."/h/hooks.json:stop:1:0"]\ntrusted_hash = "sha256:2"\n';
const TABLE = '\n[projects."/w"]\ntrust_level = "trusted"\n';

/** A config.toml in a folder of its own, and Codex as it was recorded: it ends every line with a line feed, and is 0600. */
class Config {
  readonly place: TrustPlace;

  constructor(readonly folder: string, text: string | null, readonly records = codexTrustRecord) {
    this.place = { home: join(folder, "home"), agent: "codex", file: join(folder, "config.toml"), record: records };
    Deno.mkdirSync(this.place.home, { mode: 0o700 });
    if (text !== null) this.write(text, 0o640);
  }

  read(): string | null {
    return system.files.stat(this.place.file) === undefined
      ? null
      : new TextDecoder("utf-8", { ignoreBOM: true }).decode(system.files.read(this.place.file));
  }

  write(text: string, mode?: number): void {
    Deno.writeTextFileSync(this.place.file, text);
    if (mode !== undefined) Deno.chmodSync(this.place.file, mode);
  }

  mode(): number {
    return Deno.statSync(this.place.file).mode! & 0o777;
  }

  give(): Promise<void> {
    return giveNoted(system, this.place, () => {
      const text = (this.read() ?? "").replace(/^\ufeff/, "").replaceAll("\r\n", "\n").replace(/[^\n]$/, "$&\n");
      const has = text.includes("[hooks.state]\n");
      const at = text.includes(THEIRS) ? text.indexOf(THEIRS) : text.length;
      const header = has ? "" : `${at === 0 ? "" : "\n"}[hooks.state]\n`;
      if (!text.includes(OURS)) this.write(text.slice(0, at) + header + text.slice(at) + OURS, 0o600);
      return Promise.resolve();
    });
  }

  take(besides = () => {}): Promise<string | undefined> {
    return takeNoted(system, this.place, () => {
      this.write((this.read() ?? "").replace(OURS, ""));
      besides();
      return Promise.resolve(undefined);
    });
  }

  notes(): readonly string[] {
    return system.files.list(join(this.place.home, "backups"));
  }
}

function test(name: string, text: string | null, body: (config: Config) => Promise<void>): void {
  Deno.test(`H3 codex: ${name}`, async () => {
    const folder = await Deno.makeTempDir();
    try {
      await body(new Config(folder, text));
    } finally {
      await Deno.remove(folder, { recursive: true });
    }
  });
}

const TEXTS: readonly [string, string | null][] = [
  ["no file", null],
  ["an empty file", ""],
  ["a final newline", 'model = "x"\n'],
  ["no final newline", '# mine\nmodel = "x"'],
  ["blank lines at its end", 'model = "x"\n\n\n'],
  ["CRLF", `model = "x"\r\n${TABLE.replaceAll("\n", "\r\n")}`],
  ["a byte order mark", '\ufeffmodel = "x"\n'],
  ["records of others", `model = "x"\n${THEIRS}`],
  ["an empty header of the user's", `[hooks.state]\n${TABLE}`],
];

for (const [name, text] of TEXTS) {
  test(`config.toml with ${name} is byte for byte as it was when trust is taken back`, text, async (config) => {
    await config.give();
    await config.give();
    assertEquals(config.notes().length, 1);
    assertEquals(homeContents(config.place.home).others, [], "a purge would not know the note");
    assertEquals(await config.take(), undefined);
    assertEquals(config.read(), text);
    if (text !== null) assertEquals(config.mode(), 0o640);
    assertEquals(config.notes(), []);
  });
}

const CHANGED: readonly [string, string | null, (text: string) => string, string | null][] = [
  ["a comment above", "a = 1\n", (text) => `# new\n${text}`, "# new\na = 1\n"],
  ["a table behind", "a = 1\n", (text) => text + TABLE, `a = 1\n${TABLE}`],
  ["a table behind, in a file that was not there", null, (text) => text + TABLE, TABLE.slice(1)],
  ["a blank line, in a file that was not there", null, (text) => `${text}\n`, null],
  [
    "CRLF",
    "a = 1\n",
    (text) => text.replaceAll("\n", "\r\n").replace(OURS.replaceAll("\n", "\r\n"), OURS),
    "a = 1\r\n",
  ],
  ["a record of theirs", "a = 1\n", (text) => text + THEIRS, `a = 1\n\n[hooks.state]\n${THEIRS}`],
  ["a key, under a header of the user's", `[hooks.state]\n`, (text) => `b = 1\n${text}`, "b = 1\n[hooks.state]\n"],
];

for (const [name, text, change, left] of CHANGED) {
  test(`what came into config.toml since stays: ${name}`, text, async (config) => {
    await config.give();
    config.write(change(config.read()!));
    assertEquals(await config.take(), undefined);
    assertEquals(config.read(), left);
  });
}

test(
  "trust given again after others changed config.toml restores no text from before them",
  "a = 1\n",
  async (config) => {
    await config.give();
    config.write(config.read()!.replace("a = 1", "a = 2").replace(OURS, ""));
    await config.give();
    assertEquals(await config.take(), undefined);
    assertEquals(config.read(), "a = 2\n");
  },
);

test(
  "records of our hooks in another folder go later, and the last of them gives the file back",
  "a = 1",
  async (config) => {
    await config.give();
    const both = (text: () => string) => giveNoted(system, config.place, () => Promise.resolve(config.write(text())));
    await both(() => config.read() + THEIRS);
    assertEquals(await config.take(), undefined);
    assertEquals(config.read(), `a = 1\n\n[hooks.state]\n${THEIRS}`);
    const last = () => Promise.resolve(void config.write(config.read()!.replace(THEIRS, "")));
    assertEquals(await takeNoted(system, config.place, last), undefined);
    assertEquals([config.read(), config.notes()], ["a = 1", []]);
  },
);

test("a header that is not as Codex made it stays, and that is said", "a = 1\n", async (config) => {
  await config.give();
  config.write(config.read()!.replace("[hooks.state]\n", "[hooks.state] # mine\n"));
  assertStringIncludes(await config.take() ?? "", "keeps the [hooks.state] that held the records: it is not as");
  assertEquals(config.read(), "a = 1\n\n[hooks.state] # mine\n");
});

test("trust that was given without a note leaves the header, and that is said", "a = 1\n", async (config) => {
  config.write(`a = 1\n\n[hooks.state]\n${OURS}`);
  assertStringIncludes(await config.take() ?? "", "what it was before is not known");
  assertEquals(config.read(), "a = 1\n\n[hooks.state]\n");
});

test("a config.toml that another program writes meanwhile is left alone", "a = 1\n", async (config) => {
  await config.give();
  assertEquals(await config.take(() => config.write(`${config.read()}${TABLE}`)), undefined);
  assertEquals(config.read(), `a = 1\n${TABLE}`);
  let reads = 0;
  const without = (text: string) => {
    reads++;
    config.write(`${config.read()}# now\n`);
    return codexTrustRecord.without(text);
  };
  await config.give();
  config.write(`# new\n${config.read()}`);
  const place = { ...config.place, record: { ...codexTrustRecord, without } };
  const left = await takeNoted(system, place, () => {
    config.write(config.read()!.replace(OURS, ""));
    return Promise.resolve(undefined);
  });
  assertStringIncludes(left ?? "", "it is being written by another program");
  assertEquals([reads, config.read()], [1, `# new\na = 1\n${TABLE}\n[hooks.state]\n# now\n`]);
});

test("a link stays a link, and a file that is read-only stays with what is in it", "a = 1", async (config) => {
  const target = join(config.folder, "dotfiles.toml");
  await Deno.rename(config.place.file, target);
  await Deno.symlink(target, config.place.file);
  await config.give();
  assertEquals(await config.take(), undefined);
  assertEquals([await Deno.readLink(config.place.file), await Deno.readTextFile(target)], [target, "a = 1"]);
  await config.give();
  assertStringIncludes(await config.take(() => Deno.chmodSync(target, 0o400)) ?? "", "is read-only");
  assertEquals(await Deno.readTextFile(target), "a = 1\n\n[hooks.state]\n");
});

Deno.test("H3 codex: only an empty header goes out of a text, with the blank line before it", async () => {
  const { without } = codexTrustRecord;
  assertEquals(await without(`a = 1\n\n[hooks.state]\n${TABLE}`), `a = 1\n${TABLE}`);
  assertEquals(await without("a = 1\n[hooks.state]"), "a = 1");
  assertEquals(await without("a = 1\n\n[hooks.state]\n# end\n"), "a = 1\n# end\n");
  assertEquals(await without("[hooks]\n\n[hooks.state]\n"), "[hooks]\n");
  for (
    const text of [
      "a = 1\n",
      "hooks = { state = {} }\n",
      `[hooks.state]\n${OURS}`,
      '[hooks.state]\n"x" = { enabled = false }\n',
      'a = """\n[hooks.state]\n"""\n',
      'a = """\n\n[hooks.state]\n"""\n\n[hooks.state]\n',
      "no toml\n[hooks.state]\n",
    ]
  ) assertEquals(await without(text), undefined, text);
});
