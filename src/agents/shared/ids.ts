/** Ids in a payload that become ids of rows and arguments of commands. */
import { TEXT_CAPS } from "../../domain/session.ts";
import { type Fields, stringField } from "../../lib/json_fields.ts";

/**
 * An id that is safe as a row's id and as a command's argument: not empty, bounded, no control characters, no option.
 */
export function idField(event: Fields, name: string): string | undefined {
  const id = stringField(event, name);
  // deno-lint-ignore no-control-regex
  return id === undefined || id.length > TEXT_CAPS.id || /^-|[\s\u0000-\u001f\u007f]/.test(id) ? undefined : id;
}

export function absolutePath(path: string | undefined): string | undefined {
  return path?.startsWith("/") ? path : undefined;
}
