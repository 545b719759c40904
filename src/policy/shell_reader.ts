/** The reader behind read_shell.ts: one pass over the text, a reader of its own for each substitution. */
import { Source } from "./shell_source.ts";
import type { CommandSink } from "./shell_types.ts";

/** How deep substitutions are followed. */
const MAX_DEPTH = 16;

/** How much is read once more in all, UTF-16 units: a long text a few times, a short one for each of its here-documents. */
const MAX_READ_AGAIN = 500_000;

const RESERVED = new Set("if then else elif fi do done while until esac ! { } coproc".split(" "));
const ASSIGNMENT = /^[A-Za-z_]\w*(?:\[[^\]]*\])?\+?=/;

/** They take a command behind them, without a separator. */
const TAKES_COMPOUND = new Set("function coproc time".split(" "));
const COMPOUND = new Set("if while until !".split(" "));

/** What may begin inside: `function f { rm x; }`, `time { rm x; }`, zsh's `if [[ a ]] { rm x }` and `if [[ a ]] rm x`. */
function inside(words: readonly string[]): readonly (readonly string[])[] {
  const commands: string[][] = [[]];
  let begins = true;
  let takes = false;
  for (const word of words) {
    if (word === "{" || (takes && COMPOUND.has(word))) commands.push([]);
    if (begins && TAKES_COMPOUND.has(word)) takes = true;
    begins = RESERVED.has(word) && (begins || word === "{");
    commands.at(-1)!.push(word);
    if (word === "]]") commands.push([]);
  }
  return commands.slice(1);
}

interface Heredoc {
  readonly redirect: { op: string; target: string; body?: string };
  readonly quoted: boolean;
}

export class ShellReader {
  #at = 0;
  #word: string | undefined;
  #quoted = false;
  #brace = false;
  #words: string[] = [];
  #redirects: Heredoc["redirect"][] = [];
  #op: string | undefined;
  #hasExpansion = false;
  #piped = false;
  #heredocs: Heredoc[] = [];

  #bodiesAreCommands = false;
  readonly text: string;

  constructor(readonly source: Source, readonly sink: CommandSink, readonly depth: number) {
    this.text = source.text;
  }

  /** @param inside ends at the parenthesis that closes it; returns where it ended */
  read(start: number, inside: boolean): number {
    this.#at = start;
    let parens = 0;
    while (this.#at < this.text.length) {
      const char = this.text[this.#at]!;
      if (char === ")" && inside && parens === 0) {
        this.#endCommand();
        return this.#at + 1;
      }
      if (char === "(") parens++;
      if (char === ")" && parens > 0) parens--;
      this.#step(char);
    }
    if (inside) this.sink.uncertainties.add("unfinished");
    this.#endCommand();
    if (this.#heredocs.length > 0) this.sink.uncertainties.add("unfinished");
    return this.#at;
  }

  #step(char: string): void {
    const next = this.text[this.#at + 1];
    if (char === " " || char === "\t" || char === "\n" || ";&()|".includes(char) && !(char === "&" && next === ">")) {
      return this.#separator(char, next);
    }
    if (char === "#" && this.#word === undefined) return this.#comment();
    if (char === "<" || char === ">" || char === "&") return this.#redirect();
    if (char === "\\") return this.#escape(next);
    if (char === "'") return this.#single();
    if (char === '"') return this.#double();
    if (char === "$") return this.#dollar();
    if (char === "`") return this.#backticks();
    if ("*?[".includes(char)) this.#pattern();
    if (char === "{") this.#brace = true;
    if (this.#brace && (char === "," || (char === "." && next === "."))) this.#expansion();
    this.#add(char);
    this.#at++;
  }

  #separator(char: string, next: string | undefined): void {
    if (char === " " || char === "\t") this.#endWord();
    else this.#endCommand();
    if (char === "|" && next !== "|") this.#piped = true;
    if (char === "(" && next === ")") this.sink.uncertainties.add("expansion"); // a function: a name means something new
    this.#at += char === "|" && next === "|" ? 2 : 1;
    if (char === "\n") this.#readBodies();
  }

  #add(text: string): void {
    this.#word = (this.#word ?? "") + text;
  }

  #expansion(): void {
    this.sink.uncertainties.add("expansion");
    this.#hasExpansion = true;
  }

  #pattern(): void {
    this.#hasExpansion = true;
    if (this.#words.length === 0 && this.#op === undefined && this.text[this.#at + 1] !== " " && !this.#isTest()) {
      this.sink.uncertainties.add("expansion");
    }
  }

  /** `[` and `[[` as commands. */
  #isTest(): boolean {
    return /^\[\[?[ \t]/.test(this.text.slice(this.#at, this.#at + 3));
  }

  #comment(): void {
    const end = this.text.indexOf("\n", this.#at);
    this.#at = end < 0 ? this.text.length : end;
  }

  #escape(next: string | undefined): void {
    this.#at += 2;
    if (next === "\n") return; // the line goes on
    if (next === undefined) this.sink.uncertainties.add("unfinished");
    this.#quoted = true;
    this.#add(next ?? "");
  }

  #single(): void {
    const end = this.text.indexOf("'", this.#at + 1);
    if (end < 0) this.sink.uncertainties.add("unfinished");
    this.#quoted = true;
    this.#add(this.text.slice(this.#at + 1, end < 0 ? undefined : end));
    this.#at = end < 0 ? this.text.length : end + 1;
  }

  #double(): void {
    this.#quoted = true;
    this.#add("");
    for (this.#at++; this.#at < this.text.length;) {
      const char = this.text[this.#at]!;
      if (char === '"') return void this.#at++;
      if (char === "$") this.#dollar(true);
      else if (char === "`") this.#backticks();
      else if (char === "\\") {
        const next = this.text[this.#at + 1] ?? "";
        if (next !== "\n") this.#add('$`"\\'.includes(next) ? next : `\\${next}`);
        this.#at += 2;
      } else {
        this.#add(char);
        this.#at++;
      }
    }
    this.sink.uncertainties.add("unfinished");
  }

  #dollar(inQuotes = false): void {
    const next = this.text[this.#at + 1];
    if (next === "(") {
      const start = this.#at;
      this.#at = this.#inner(start + 2);
      return this.#add(this.text.slice(start, this.#at));
    }
    if (next === "'" && !inQuotes) {
      this.#expansion();
      const body = /\$'(?:[^'\\]|\\[\s\S])*'?/y;
      body.lastIndex = this.#at;
      const raw = body.exec(this.text)?.[0] ?? "$'";
      if (!raw.endsWith("'") || raw.length < 3) this.sink.uncertainties.add("unfinished");
      this.#add(raw);
      this.#at += raw.length;
      return;
    }
    if (next !== undefined && /[\w{[@*#?$!-]/.test(next)) this.#expansion();
    if (next === '"' && !inQuotes) return void this.#at++; // $"…" is translated text
    this.#add("$");
    this.#at++;
  }

  /** Reads the commands of a substitution; returns where it ended. */
  #inner(start: number): number {
    this.sink.uncertainties.add("substitution");
    this.#hasExpansion = true;
    if (this.depth < MAX_DEPTH) return new ShellReader(this.source, this.sink, this.depth + 1).read(start, true);
    this.sink.uncertainties.add("deep");
    return this.text.length;
  }

  #backticks(): void {
    const body = /`((?:[^`\\]|\\[\s\S])*)(`?)/y;
    body.lastIndex = this.#at;
    const [raw, inner = "", end] = body.exec(this.text) ?? ["`"];
    this.sink.uncertainties.add("substitution");
    this.#hasExpansion = true;
    if (end !== "`") this.sink.uncertainties.add("unfinished");
    if (this.depth < MAX_DEPTH) {
      const source = new Source(inner.replace(/\\([`\\$])/g, "$1"));
      new ShellReader(source, this.sink, this.depth + 1).read(0, false);
    } else this.sink.uncertainties.add("deep");
    this.#add(raw);
    this.#at += raw.length;
  }

  #redirect(): void {
    const ops = /&>>|&>|<<<|<<-|<<|<>|<&|<\(|<|>>|>&|>\||>\(|>/y;
    ops.lastIndex = this.#at;
    const op = ops.exec(this.text)?.[0] ?? ">";
    if (op.endsWith("(")) { // a process substitution is a word
      const start = this.#at;
      this.#at = this.#inner(start + 2);
      return this.#add(this.text.slice(start, this.#at));
    }
    if (this.#word !== undefined && /^\d+$/.test(this.#word) && !this.#quoted) this.#word = undefined; // a descriptor
    this.#endWord();
    if (this.#op !== undefined) this.sink.uncertainties.add("unfinished");
    this.#op = op;
    this.#at += op.length;
  }

  #endWord(): void {
    const word = this.#word;
    const quoted = this.#quoted;
    this.#word = undefined;
    this.#quoted = this.#brace = false;
    if (word === undefined) return;
    if (this.#op === undefined) return void this.#words.push(word);
    const redirect: Heredoc["redirect"] = { op: this.#op, target: word };
    this.#redirects.push(redirect);
    if (this.#op === "<<" || this.#op === "<<-") this.#heredocs.push({ redirect, quoted });
    this.#op = undefined;
  }

  #endCommand(): void {
    this.#endWord();
    if (this.#op !== undefined) this.sink.uncertainties.add("unfinished");
    this.#op = undefined;
    for (const all of [this.#words, ...inside(this.#words)]) {
      const first = all.findIndex((word) => !ASSIGNMENT.test(word) && !RESERVED.has(word));
      const words = first < 0 ? [] : all.slice(first);
      const assigns = all.slice(0, first < 0 ? all.length : first).some((word) => ASSIGNMENT.test(word));
      const redirects = all === this.#words ? this.#redirects : [];
      if (words.length === 0 && !assigns && redirects.length === 0) continue;
      this.sink.commands.push({ words, assigns, redirects, piped: this.#piped, hasExpansion: this.#hasExpansion });
    }
    this.#words = [];
    this.#redirects = [];
    this.#hasExpansion = false;
  }

  /** The bodies of here-documents begin on the line after their command. */
  #readBodies(): void {
    for (const { redirect, quoted } of this.#heredocs.splice(0)) {
      this.sink.uncertainties.add("heredoc");
      if (this.#bodiesAreCommands) return;
      const start = this.#at;
      const end = this.source.find(redirect.target, start, redirect.op === "<<-");
      redirect.body = this.text.slice(start, end < 0 ? undefined : end);
      if (end < 0) {
        this.sink.uncertainties.add("unfinished");
        this.#bodiesAreCommands = true; // from here on
        return;
      }
      const stop = this.text.indexOf("\n", end);
      this.#at = stop < 0 ? this.text.length : stop + 1;
      if (!quoted && /[$`]/.test(redirect.body)) this.#substitutionsIn(redirect.body);
      const { arithmetic } = this.source;
      if (arithmetic >= 0 && arithmetic < start) this.#readAgain(start);
    }
  }

  /** `<<` may have been a shift: then what follows it are commands. Both readings count. */
  #readAgain(start: number): void {
    this.sink.readAgain += this.text.length - start;
    if (this.sink.readAgain > MAX_READ_AGAIN) return void this.sink.uncertainties.add("deep");
    const other = new ShellReader(this.source, this.sink, this.depth);
    other.#bodiesAreCommands = true;
    other.read(start, false);
  }

  /** In a body only substitutions are code: they are read as if the body stood in double quotes. */
  #substitutionsIn(body: string): void {
    if (this.depth >= MAX_DEPTH) return void this.sink.uncertainties.add("deep");
    const quoted = `: "${body.replaceAll('"', " ")}"`;
    new ShellReader(new Source(quoted), this.sink, this.depth + 1).read(0, false);
  }
}
