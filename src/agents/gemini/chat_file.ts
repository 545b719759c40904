/**
 * What Gemini CLI (0.61.0) writes down about a conversation: `tmp/<project>/chats/session-*.jsonl` in its folder, a JSON
 * object a line, recorded in tests/fixtures/feeds. What its window shows is in it at once, also the end of a turn for
 * which no hook runs. The format is Gemini CLI's own business: whatever looks different is no evidence. Pure.
 */
import { type Fields, objectField, parseObject, stringField } from "../../lib/json_fields.ts";
import { excerpt } from "../shared/excerpt.ts";
import { TEXT_CAPS } from "../../domain/session.ts";

/** How a turn ended, as the file names it. */
export type ChatEnd =
  & {
    /** ISO 8601 UTC. */
    readonly at: string;
  }
  & ({ readonly kind: "cancelled" } | { readonly kind: "failed"; readonly text: string });

/** Said where the human pressed Esc or chose No, and only there. A sub-agent's is not in this file. */
const CANCELLED = "Request cancelled.";
/** Other errors that the window shows (a command's, a server's) end no turn. */
const API_ERROR = /^\[API Error: ([^]*)\]$/;
/** An error's text may be the reply of a server; a longer text is a message, not an end. */
const LONGEST_LINE = 65_536;

/** Whether `path` is a conversation below `folder`, spelled without a way out of it. */
export function isChatIn(folder: string, path: string): boolean {
  if (!path.startsWith(`${folder}/`)) return false;
  const [project = "", chats, name = "", ...more] = path.slice(folder.length + 1).split("/");
  return /^\.{0,2}$/.test(project) === false && chats === "chats" && /^session-.+\.jsonl$/.test(name) &&
    more.length === 0;
}

/**
 * The newest end of a turn in whole lines of the file. A resumed conversation is written down again, with its old times;
 * a rewritten one lies inside a line of another form.
 */
export function newestEnd(lines: string): ChatEnd | undefined {
  let newest: ChatEnd | undefined;
  for (const line of lines.split("\n")) {
    const end = /"type":"(?:info|error)"/.test(line.slice(0, 240)) ? endIn(line) : undefined;
    if (end !== undefined && (newest === undefined || end.at >= newest.at)) newest = end;
  }
  return newest;
}

function endIn(line: string): ChatEnd | undefined {
  const record = line.length > LONGEST_LINE ? undefined : parseObject(line);
  const at = record && timeIn(record);
  if (record === undefined || at === undefined) return undefined;
  const content = stringField(record, "content") ?? "";
  switch (stringField(record, "type")) {
    case "info":
      return content === CANCELLED ? { kind: "cancelled", at } : undefined;
    case "error": {
      const [, error] = API_ERROR.exec(content) ?? [];
      return error === undefined
        ? undefined
        : { kind: "failed", at, text: excerpt(messageIn(error), TEXT_CAPS.message) };
    }
    default:
      return undefined;
  }
}

/** The body of the model's reply usually is JSON with a message inside. */
function messageIn(error: string): string {
  const body = parseObject(error);
  const inner = body && objectField(body, "error");
  return (inner && stringField(inner, "message")) ?? error;
}

function timeIn(record: Fields): string | undefined {
  const ms = Date.parse(stringField(record, "timestamp") ?? "");
  return Number.isFinite(ms) ? new Date(ms).toISOString() : undefined;
}
