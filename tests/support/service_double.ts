/** A disk and a service manager for tests of what an install and an uninstall do. */
import { assert, assertEquals } from "@std/assert";
import type { FileStat } from "../../src/platform/system.ts";
import type { ServicePorts } from "../../src/service/install.ts";
import type { Ran } from "../../src/service/steps.ts";

export const OK: Ran = { code: 0, stdout: "", stderr: "" };

/** A disk in a Map (undefined: a folder), and a service manager that answers as `answer` says. */
export class ServiceDouble implements ServicePorts {
  readonly disk = new Map<string, Uint8Array | undefined>([["/home/u", undefined]]);
  readonly links = new Set<string>();
  readonly ran: string[] = [];
  constructor(readonly answer: (line: string) => Ran = () => OK) {}

  readonly files = {
    stat: (path: string): FileStat | undefined => {
      if (!this.disk.has(path) && !this.links.has(path)) return undefined;
      const kind = this.links.has(path) ? "symlink" : this.disk.get(path) === undefined ? "directory" : "file";
      return { kind, size: 0, mode: 0o644, uid: 1000, inode: 1, device: 1, mtimeMs: 0 };
    },
    read: (path: string) => this.disk.get(path)!,
    mkdir: (path: string) => {
      assert(this.disk.has(path.slice(0, path.lastIndexOf("/"))), `${path} has no parent`);
      this.disk.set(path, undefined);
    },
    replace: (path: string, bytes: Uint8Array, mode?: number) => {
      assert(this.disk.has(path.slice(0, path.lastIndexOf("/"))), `${path} has no folder`);
      assertEquals(mode, 0o644);
      this.disk.set(path, bytes);
    },
    remove: (path: string) => void this.disk.delete(path),
  };
  run(argv: readonly string[]): Promise<Ran> {
    this.ran.push(argv.join(" "));
    return Promise.resolve(this.answer(argv.join(" ")));
  }
  pause = () => Promise.resolve();
  take(): string[] {
    return this.ran.splice(0);
  }
}
