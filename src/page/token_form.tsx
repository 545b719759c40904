/** Shown where the page has no token, or one that is none any more: how to get one, and a field that takes it. */
import { h } from "preact";
import { useState } from "preact/hooks";
import { keepToken } from "./access.ts";

interface TokenFormProps {
  /** Why it is asked for. */
  readonly why: string;
  readonly onToken: (token: string) => void;
}

export function TokenForm({ why, onToken }: TokenFormProps) {
  const [text, setText] = useState("");
  const [flaw, setFlaw] = useState("");
  const take = (event: Event) => {
    event.preventDefault();
    const token = keepToken(text);
    if (token === undefined) setFlaw("This is no token: paste the whole link, or the token alone.");
    else onToken(token);
  };
  return (
    <main class="plain">
      <h1>agent-console</h1>
      <p role="status">{why}</p>
      <p>On the machine where the agents run:</p>
      <pre>agent-console gateway open</pre>
      <p>It opens this page with a token. Or paste the link, or the token, here:</p>
      <form onSubmit={take}>
        <label for="token">Token or link</label>
        <input
          id="token"
          type="password"
          autocomplete="off"
          autocapitalize="off"
          spellcheck={false}
          required
          aria-describedby="token-flaw"
          value={text}
          onInput={({ currentTarget }) => setText(currentTarget.value)}
        />
        <p id="token-flaw" class="warning" role="alert">{flaw}</p>
        <button type="submit" class="yes">Open</button>
      </form>
    </main>
  );
}
