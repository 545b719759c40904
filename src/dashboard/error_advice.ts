/** What an error says in one line of the dashboard: what happened, and what a person can do. Not escaped. */
import type { ConsoleError } from "../protocol/errors.ts";

export function errorAdvice({ message, hint }: ConsoleError): string {
  return hint === undefined ? message : `${message}; ${hint}`;
}
