/** A bare `y` or `no` while an agent asks: meant as an answer, which names what it answers; never a prompt. Pure. */
import { ConsoleError } from "../protocol/errors.ts";

/** @param id of the request that stands on the screen. @returns how it is answered; undefined for any other line */
export function bareAnswer(typed: string, id: string): ConsoleError | undefined {
  if (!/^(?:y|n|yes|no)$/i.test(typed)) return undefined;
  return new ConsoleError("failed", `"${typed}" is no answer here, and is not sent`, {
    hint: `agent-console approve ${id}, or agent-console deny ${id}`,
  });
}
