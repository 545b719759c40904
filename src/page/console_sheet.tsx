/** A line for the daemon's console: its commands, those of capsules too, and what one says. */
import { h } from "preact";
import { useEffect, useState } from "preact/hooks";
import { escapeControls, escapeControlsKeepLines } from "../domain/sanitize.ts";
import {
  answerTitle,
  CONSOLE_LINE_MS,
  type ConsoleAnswer,
  type ConsoleEntry,
  fittingCommands,
  meantCommand,
  offeredCommands,
  typedLine,
} from "../view/console_line.ts";
import type { PageStore } from "./page_store.ts";
import { press, Sheet } from "./parts.tsx";
import { tried } from "./prompts.ts";

export function ConsoleSheet({ store }: { readonly store: PageStore }) {
  const [all, setAll] = useState<readonly ConsoleEntry[]>([]);
  const [text, setText] = useState("");
  const [answer, setAnswer] = useState<ConsoleAnswer>();
  const [isRunning, setRunning] = useState(false);
  const { wire, mayAnswer } = store;
  useEffect(
    () => void tried(store, wire?.call("command.list", {}).then(({ commands }) => setAll(offeredCommands(commands)))),
    [wire],
  );
  // No command that would be refused.
  const offered = all.filter(({ capsule }) => capsule === undefined || mayAnswer);
  const typed = typedLine(text);
  const meant = meantCommand(offered, typed);
  const isOff = meant === undefined || isRunning || !store.isLive;
  const type = (words: string) => {
    setText(words);
    setAnswer(undefined);
  };
  const run = () => {
    if (meant === undefined || isOff) return;
    const { line, capsule: by } = meant;
    setRunning(true);
    const said = wire?.call("command.execute", { command: line }, CONSOLE_LINE_MS)
      .then(({ response, success }) => setAnswer({ line, by, text: response, success }));
    void tried(store, said).then(() => setRunning(false));
  };
  return (
    <Sheet
      onClose={() => store.set({ isConsole: false })}
      title="Command"
      action={press("send", isRunning ? "Runs …" : "Run", run, isOff)}
    >
      <input
        aria-label="Command"
        value={text}
        onInput={({ currentTarget }) => type(currentTarget.value)}
        onKeyDown={({ key, isComposing }) => key === "Enter" && !isComposing && run()}
      />
      {answer === undefined
        ? fittingCommands(offered, typed).map(({ name, usage, summary }) =>
          press(
            "command",
            [h("b", null, escapeControls(`${name} ${usage}`)), " ", escapeControls(summary)],
            () => type(`${name} `),
            false,
            name,
          )
        )
        : (
          <div class={`said ${answer.success ? "" : "is-bad"}`} role="status" tabIndex={0}>
            <b>{escapeControls(answerTitle(answer))}</b>
            {`\n${escapeControlsKeepLines(answer.text.trimEnd()) || "done"}`}
          </div>
        )}
    </Sheet>
  );
}
