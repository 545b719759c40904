/**
 * Shows a page in the person's browser. Its address has a token in it, and what stands on a command line every user of the
 * machine can read: so the browser opens a file of ours, which leads there, and is removed when it has. It lies in the
 * person's home folder and has no dot before its name, because browsers in a sandbox read no other.
 */
import { denoFiles } from "../platform/deno_files.ts";
import { userEnv } from "../platform/environment.ts";
import { findProgram } from "../platform/find_program.ts";
import { env, OS, spawn } from "../platform/process.ts";
import { ConsoleError } from "../protocol/errors.ts";

export interface OpenedPage {
  /** Removes the file. */
  close(): void;
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
    spawn([program, path], { detached: true, ...streams, env: userEnv(), cwd: "/" }).unref();
  } catch (error) {
    close();
    throw new ConsoleError("failed", `${program} cannot be run: ${(error as Error).message}`, {
      hint: "agent-console gateway open --print",
    });
  }
  return { close };
}

function leadingTo(link: string): string {
  return `<!doctype html><meta charset="utf-8"><meta name="referrer" content="no-referrer"><title>agent-console</title>` +
    `<script>location.replace(${JSON.stringify(link)})</script>\n`;
}
