/** Types of the @std modules that we use: the npm package that carries their code ships none. */

declare module "@std/assert" {
  export function assert(condition: unknown, message?: string): asserts condition;
  export function assertEquals<T>(actual: T, expected: T, message?: string): void;
  export function assertNotEquals<T>(actual: T, expected: T, message?: string): void;
  export function assertMatch(actual: string, expected: RegExp, message?: string): void;
  export function assertNotMatch(actual: string, expected: RegExp, message?: string): void;
  export function assertStringIncludes(actual: string, expected: string, message?: string): void;
  export function assertObjectMatch(actual: Record<PropertyKey, unknown>, expected: Record<PropertyKey, unknown>): void;
  export function assertThrows(fn: () => unknown): unknown;
  export function assertThrows<E extends Error>(
    fn: () => unknown,
    // deno-lint-ignore no-explicit-any
    errorClass: new (...args: any[]) => E,
    includes?: string,
  ): E;
  export function assertRejects<E extends Error>(
    fn: () => PromiseLike<unknown>,
    // deno-lint-ignore no-explicit-any
    errorClass: new (...args: any[]) => E,
    includes?: string,
  ): Promise<E>;
  export function fail(message?: string): never;
}

declare module "@std/async/delay" {
  export function delay(ms: number, options?: { signal?: AbortSignal; persistent?: boolean }): Promise<void>;
}

declare module "@std/cli/parse-args" {
  export function parseArgs(args: string[], options?: {
    boolean?: string[];
    string?: string[];
    alias?: Record<string, string>;
    "--"?: boolean;
    stopEarly?: boolean;
    collect?: string[];
  }): Record<string, unknown> & { _: string[] };
}

declare module "@std/fmt/colors" {
  type Paint = (text: string) => string;
  export const bold: Paint, dim: Paint, red: Paint, green: Paint, yellow: Paint, blue: Paint, cyan: Paint;
  export const magenta: Paint, gray: Paint, inverse: Paint;
  export function setColorEnabled(value: boolean): void;
  export function getColorEnabled(): boolean;
  export function stripAnsiCode(text: string): string;
}

declare module "@std/jsonc" {
  export function parse(text: string): unknown;
}

declare module "@std/toml/parse" {
  export function parse(text: string): Record<string, unknown>;
}

declare module "@std/path" {
  export function basename(path: string, suffix?: string): string;
  export function dirname(path: string): string;
  export function join(...paths: string[]): string;
  export function resolve(...paths: string[]): string;
  export function relative(from: string, to: string): string;
  export function isAbsolute(path: string): boolean;
  export function normalize(path: string): string;
  export function fromFileUrl(url: string | URL): string;
  export function toFileUrl(path: string): URL;
}
