/**
 * Shows a page in the person's browser. Its address has a token in it, and what stands on a command line every user of the
 * machine can read: so the browser opens a file of ours, which leads there, and is removed when it has. It lies in the
 * person's home folder and has no dot before its name, because browsers in a sandbox read no other.
 */
import { denoFiles } from "../platform/deno_files.ts";
import { namedEnv, userEnv } from "../platform/environment.ts";
import { findProgram } from "../platform/find_program.ts";
import { env, OS, spawn } from "../platform/process.ts";
import { ConsoleError } from "../protocol/errors.ts";

export interface OpenedPage {
  /** Whether the program that opens it has found no browser, so far. */
  readonly hasFailed: boolean;
  /** How long a browser may take to come up, ms. */
  readonly waitMs: number;
  /** Removes the file. */
  close(): void;
}

/** A program that opens browsers may end before one is there: a cold start takes that long. */
const ON_SCREEN_MS = 15_000;
const NO_SCREEN_MS = 3000;

function hasScreen(): boolean {
  return Object.keys(namedEnv(["DISPLAY", "WAYLAND_DISPLAY"])).length > 0;
}

/** @param link of our own making: http, an address, hex digits @throws {ConsoleError} `failed` where there is no browser to open */
export function openInBrowser(link: string): OpenedPage {
  const name = OS === "darwin" ? "/usr/bin/open" : "xdg-open";
  const program = findProgram(name);
  const home = env("HOME");
  if (program === undefined || !home?.startsWith("/")) {
    throw new ConsoleError(
      "failed",
      `no browser can be opened: ${program === undefined ? `${name} is not there` : "HOME is not set"}`,
      {
        hint: "agent-console gateway open --print",
      },
    );
  }
  const path = `${home.replace(/\/+$/, "")}/agent-console-${crypto.randomUUID()}.html`;
  denoFiles.create(path, new TextEncoder().encode(leadingTo(link)), 0o600);
  const close = () => denoFiles.remove(path);
  try {
    const streams = { stdin: "null", stdout: "null", stderr: "null" } as const;
    const child = spawn([program, path], { detached: true, ...streams, env: userEnv(), cwd: "/" });
    child.unref();
    let code: number | undefined;
    void child.ended.then((ended) => code = ended);
    return {
      get hasFailed() {
        return code !== undefined && code !== 0;
      },
      waitMs: OS === "darwin" || hasScreen() ? ON_SCREEN_MS : NO_SCREEN_MS,
      close,
    };
  } catch (error) {
    close();
    throw new ConsoleError("failed", `${program} cannot be run: ${(error as Error).message}`, {
      hint: "agent-console gateway open --print",
    });
  }
}

function leadingTo(link: string): string {
  return `<!doctype html><meta charset="utf-8"><meta name="referrer" content="no-referrer"><title>agent-console</title>` +
    `<script>location.replace(${JSON.stringify(link)})</script>\n`;
}
