/** The chat at a terminal: a prompt that says how many wait, and what happens meanwhile told above it. */
import { bold, dim, yellow } from "@std/fmt/colors";
import { escapeControls } from "../domain/sanitize.ts";
import { systemClock } from "../platform/clock.ts";
import { forgetTyped, stdinKeyboard } from "../platform/keyboard.ts";
import { exit, onSignal, onUncaught, type Signal } from "../platform/process.ts";
import { stderrScreen, writeStderr } from "../platform/stdio.ts";
import type { Need } from "../view/need_words.ts";
import { fitHead } from "../view/text_fit.ts";
import { bareAnswer } from "./bare_answer.ts";
import { ChatHistory } from "./history.ts";
import { OWN_NAMES } from "./input.ts";
import { type ChatOptions, INTERRUPTED_CODE, type RunInput } from "./chat_options.ts";
import { News } from "./news.ts";
import { firstWords } from "./first_words.ts";
import { noticeLines } from "./notice.ts";
import { PromptLine, type PromptText } from "./prompt_line.ts";
import { runsInTurn, SeenRequests } from "./seen.ts";

/** 128 and the signal's number, as a shell names it. */
const ENDS: Readonly<Partial<Record<Signal, number>>> = { SIGHUP: 129, SIGQUIT: 131, SIGTERM: 143 };
/** After Ctrl-C a command gets this long to end in its own way, ms. */
const GRACE_MS = 500;
/** What comes so shortly after a read began was typed while the answer before it ran, ms. */
const AT_ONCE_MS = 100;

const CTRL_C = "\x03";

/** A command that runs. */
interface Running {
  readonly abort: AbortController;
  /** An agent has its turn: lines wait for its end. */
  readonly isTurn: boolean;
  /** Ctrl-C is its own affair. */
  isTaken: boolean;
}

/** @returns the exit code */
export async function runConsole(options: ChatOptions, run: RunInput): Promise<number> {
  const chat = new Console(options, run);
  try {
    return await chat.loop();
  } finally {
    chat.close();
  }
}

class Console {
  readonly #options: ChatOptions;
  readonly #run: RunInput;
  readonly #history: ChatHistory;
  readonly #prompt: PromptLine;
  readonly #news: News;
  readonly #stop = new AbortController();
  readonly #offs: readonly (() => void)[];
  /** What runs, the last one in front: an answer while a turn runs. */
  #running: readonly Running[] = [];
  readonly #seen = new SeenRequests(() => systemClock.steady());
  /** The request of the turn that was shown last. */
  #asked: string | undefined;
  /** A line that was cut off without its end while a turn runs. */
  #part = "";
  /** Lines that waited for the end of a turn that Ctrl-C ended. */
  #dropped = 0;
  /** The person has hung up while a turn ran. */
  #isEnded = false;
  /** What was typed in front of the last Ctrl-C is forgotten. */
  #forgotten: Promise<void> | undefined;
  /** What was needed while a command had the terminal. */
  #later: Need[] = [];

  constructor(options: ChatOptions, run: RunInput) {
    this.#options = options;
    this.#run = run;
    this.#history = new ChatHistory(options.context.paths);
    const screen = {
      get columns() {
        return stderrScreen().columns;
      },
      get rows() {
        return stderrScreen().rows;
      },
      write: (text: string) => void writeStderr(text),
    };
    this.#prompt = new PromptLine(stdinKeyboard, screen, () => this.#promptText(), (words) => this.#complete(words));
    this.#news = new News({
      begun: ({ text }) => this.#say(`${text}; /approvals shows on what`),
      needed: (need) => this.#running.length === 0 ? this.#tell(need) : void this.#later.push(need),
      lost: (reason) => this.#say(`${escapeControls(reason)}; trying again`),
      found: () => this.#say("the daemon is there again"),
      changed: () => {
        if (this.#running.length === 0) this.#see();
        this.#prompt.paint();
      },
    });
    const ends = Object.entries(ENDS) as [Signal, number][];
    this.#offs = [
      onSignal("SIGINT", () => this.#interrupt()),
      ...ends.map(([signal, code]) => onSignal(signal, () => this.#leave(code))),
    ];
    // A bug that nobody waits for must not leave the terminal as it is now.
    onUncaught((error) => {
      this.#giveBack();
      exit(options.commands.fail(error));
    });
  }

  async loop(): Promise<number> {
    // What differs between the daemon and this program the first command tells, not this.
    const { onGreeted: _, ...context } = this.#options.context;
    void this.#news.follow({ ...context, kind: "chat" }, this.#stop.signal);
    this.#say("/help lists the commands, Ctrl-D leaves");
    if (this.#history.problem !== undefined) this.#say(`no history: ${escapeControls(this.#history.problem)}`);
    for (let interrupts = 0;;) {
      if (this.#isEnded) return 0;
      await this.#forgotten;
      this.#see();
      const read = await this.#prompt.read(this.#history.lines);
      if (read.kind === "end") return 0;
      if (read.kind === "interrupt") {
        interrupts = read.wasEmpty ? interrupts + 1 : 0;
        if (interrupts > 1) return INTERRUPTED_CODE;
        if (interrupts === 1) this.#say("Ctrl-C again leaves, and so does Ctrl-D");
        continue;
      }
      interrupts = 0;
      if (read.text.trim() === "") continue;
      this.#history.add(read.text);
      if (await this.#perform(read.text, this.#prompt.typedAt)) return 0;
    }
  }

  close(): void {
    this.#stop.abort();
    this.#prompt.close();
    for (const off of this.#offs) off();
  }

  /** Whether the person leaves. */
  async #perform(text: string, typedAt: number): Promise<boolean> {
    const over = new AbortController();
    // A command may read what is typed; while an agent has its turn, a person answers it.
    const isTurn = !text.trim().startsWith("/");
    const meanwhile = isTurn ? this.#whileTurn(over.signal) : undefined;
    try {
      return await this.#runOne(text, typedAt, isTurn);
    } finally {
      over.abort();
      await meanwhile;
      this.#asked = undefined;
      this.#tellDropped();
      for (const need of this.#later.splice(0)) {
        const now = this.#news.stillOpen(need);
        if (now !== undefined) this.#tell(now);
      }
    }
  }

  /** Whether the person leaves. */
  async #runOne(text: string, typedAt: number, isTurn = false): Promise<boolean> {
    const running: Running = { abort: new AbortController(), isTurn, isTaken: false };
    this.#running = [...this.#running, running];
    try {
      const done = await this.#run(text, running.abort.signal, {
        takeSignals: () => void (running.isTaken = true),
        asked: (id) => {
          this.#asked = id;
          this.#seen.show([id]);
        },
        screen: this.#seen.readAt(typedAt),
      });
      return done.isOver === true;
    } finally {
      this.#running = this.#running.filter((one) => one !== running);
    }
  }

  /** Lines that are typed while a turn runs: answers at once, the others behind it. */
  async #whileTurn(over: AbortSignal): Promise<void> {
    const ended = new Promise<"over">((resolve) => over.addEventListener("abort", () => resolve("over")));
    let readingAt = systemClock.steady();
    let busyAt = readingAt;
    let ahead = this.#prompt.takeTyped();
    for (this.#part = ""; !over.aborted; ahead = undefined) {
      // Where the turn ends before, the prompt gets what this read brings.
      const came = await (ahead?.text ?? Promise.race([ended, stdinKeyboard.read()]));
      if (came === "over") return this.#prompt.typedAhead(this.#part);
      if (came === undefined) return void (this.#isEnded = true);
      // What was typed before the terminal made lines of it is handed over with its returns and its Ctrl-C as they are.
      const given = came.lastIndexOf(CTRL_C);
      if (given >= 0) this.#interrupt();
      const text = (this.#part + came.slice(given + 1)).replaceAll("\r", "\n");
      const end = text.lastIndexOf("\n") + 1;
      this.#part = text.slice(end);
      const now = systemClock.steady();
      const typedAt = ahead?.at ?? (now - readingAt < AT_ONCE_MS ? busyAt : now);
      for (const line of text.slice(0, end).match(/.*\n/g) ?? []) {
        if (!await this.#takeInTurn(line, typedAt)) continue;
        busyAt = typedAt;
        readingAt = systemClock.steady();
      }
    }
  }

  /** A line that was typed while a turn runs. @returns whether it was an answer, which has run */
  async #takeInTurn(line: string, typedAt: number): Promise<boolean> {
    // The terminal itself edits this line, and knows no completion.
    const typed = line.replaceAll("\t", "").trim();
    const bare = this.#asks === undefined ? undefined : bareAnswer(typed, this.#asks);
    if (bare !== undefined) this.#options.commands.fail(bare);
    else if (!runsInTurn(typed)) this.#prompt.typedAhead(line);
    else {
      this.#history.add(typed);
      await this.#runOne(typed, typedAt);
      return true;
    }
    return false;
  }

  /** The request that the turn waits for. */
  get #asks(): string | undefined {
    const { open } = this.#news;
    return this.#asked === undefined || open?.includes(this.#asked) === false ? undefined : this.#asked;
  }

  /** What Ctrl-C has dropped. */
  #tellDropped(): void {
    const count = this.#dropped;
    this.#dropped = 0;
    if (count > 0) {
      this.#options.commands.note(count === 1 ? "1 queued line is dropped" : `${count} queued lines are dropped`);
    }
  }

  /** All that is open the prompt counts; while that is not known it is as it was. */
  #see(): void {
    const { open } = this.#news;
    if (open !== undefined) this.#seen.see(open);
  }

  #interrupt(): void {
    const running = this.#running.at(-1);
    if (running === undefined) return this.#prompt.interrupt();
    this.#forgotten = forgetTyped();
    if (running.isTaken) return;
    if (running.abort.signal.aborted) return this.#leave(INTERRUPTED_CODE);
    running.abort.abort(new Error("interrupted"));
    if (running.isTurn) {
      this.#part = "";
      this.#dropped += this.#prompt.dropTyped();
    }
    setTimeout(() => {
      if (this.#running.includes(running)) {
        this.#options.commands.note("it has not ended yet; Ctrl-C again leaves the chat");
      }
    }, GRACE_MS);
  }

  #leave(code: number): never {
    this.#giveBack();
    exit(code);
  }

  #giveBack(): void {
    this.#prompt.release();
    try {
      stdinKeyboard.setRaw(false); // a command may have taken single keys
    } catch {
      // The terminal is gone.
    }
  }

  #tell(need: Need): void {
    this.#prompt.tell(noticeLines(need, stderrScreen().columns));
  }

  #say(text: string): void {
    this.#prompt.tell([dim(fitHead(text, stderrScreen().columns - 1))]);
  }

  #promptText(): PromptText {
    if (this.#news.isLost) return { text: dim("offline > "), width: "offline > ".length };
    const { waiting } = this.#news;
    if (waiting === undefined) return { text: "> ", width: 2 };
    const { short } = waiting;
    return { text: `${bold(yellow(short))} > `, width: short.length + 3 };
  }

  async #complete(words: readonly string[]) {
    const { commands } = this.#options;
    const [first = "", ...rest] = words;
    if (rest.length > 0) return await commands.complete([OWN_NAMES.get(first)?.standsFor ?? first, ...rest]);
    return await firstWords(commands);
  }
}
