/**
 * Capsules that try to get out of their sandbox. Each attempt is an expression that a capsule's command evaluates; `lab` are
 * the settings it gets: a folder with secrets, ports. Where everything is allowed each of them must work, or it proves nothing.
 */

import { NAME_OF_LOOPBACK } from "./capsules.ts";

export interface Attack {
  readonly name: string;
  /** By what it tries. */
  readonly attempts: Readonly<Record<string, string>>;
  /** Its process may end of it: a worker's own engine takes more memory than a capsule may have. */
  readonly mayEnd?: boolean;
  readonly capabilities?: { readonly net: readonly string[] };
}

/** For one attempt, which may start a process: well below what the command may take. */
const ATTEMPT_MS = 20_000;

const file = (path: string) => `"file://" + lab.folder + "/${path}"`;

/** @param port of a server of this machine that the capsule may call, and which redirects to one that it may not */
export function attacks(port: number): readonly Attack[] {
  const granted = { net: [`127.0.0.1:${port}`] };
  return [
    {
      name: "read-outside",
      attempts: {
        deno: `Deno.readTextFile("/etc/passwd")`,
        node: `(await import("node:fs")).readFileSync("/etc/passwd", "utf8")`,
        promises: `(await import("node:fs/promises")).readFile("/etc/passwd", "utf8")`,
        fetch: `(await fetch("file:///etc/passwd")).text()`,
        list: `[...Deno.readDirSync("/")].length`,
        stat: `Deno.stat("/etc/passwd")`,
        climb: `Deno.readTextFile(new URL("../secret/token", import.meta.url))`,
        environment: `Deno.readTextFile("/proc/" + Deno.ppid + "/environ")`,
        "own environment": `Deno.readTextFile("/proc/self/environ")`,
        database: `new (await import("node:sqlite")).DatabaseSync(lab.folder + "/secret/data.db").exec("select 1")`,
        attach:
          `new (await import("node:sqlite")).DatabaseSync(":memory:").exec("attach '" + lab.folder + "/secret/data.db' as x")`,
      },
    },
    {
      name: "read-token-and-journal",
      attempts: {
        token: `Deno.readTextFile(lab.folder + "/secret/token")`,
        journal: `Deno.readTextFile(lab.folder + "/secret/journal/000001.jsonl")`,
        key: `Deno.readTextFile(lab.folder + "/secret/keys/slack")`,
        socket: `Deno.connect({ transport: "unix", path: lab.folder + "/secret/daemon.sock" })`,
        "socket by node": `new Promise((done, fail) => import("node:net").then(({ connect }) =>
          connect(lab.folder + "/secret/daemon.sock").on("connect", done).on("error", fail)).catch(fail))`,
      },
    },
    {
      name: "write-outside",
      attempts: {
        deno: `Deno.writeTextFile(lab.folder + "/made", "x")`,
        node: `(await import("node:fs")).writeFileSync(lab.folder + "/made2", "x")`,
        "own code":
          `Deno.writeTextFile(new URL("main.ts", import.meta.url), "export default () => {};", { append: true })`,
        temporary: `Deno.makeTempDir({ dir: lab.folder })`,
        link: `Deno.symlink("/etc/passwd", lab.folder + "/link" + Math.random())`,
        vacuum: `new (await import("node:sqlite")).DatabaseSync(":memory:").exec(
          "create table a(b); vacuum into '" + lab.folder + "/made" + Math.random() + "'")`,
      },
    },
    {
      name: "net-elsewhere",
      capabilities: granted,
      attempts: {
        fetch: `(await fetch("http://127.0.0.1:" + lab.other)).text()`,
        connect: `Deno.connect({ hostname: "127.0.0.1", port: lab.other })`,
        node: `new Promise((done, fail) => import("node:net").then(({ connect }) =>
          connect(lab.other, "127.0.0.1").on("connect", done).on("error", fail)).catch(fail))`,
        socket: `new Promise((done, fail) => Object.assign(new WebSocket("ws://127.0.0.1:" + lab.other + "/socket"), {
          onopen: done, onerror: ({ message }) => fail(new Error(message)) }))`,
        listen: `Deno.listen({ port: 0 })`,
        datagram: `new Promise((done, fail) => import("node:dgram").then(({ createSocket }) => createSocket("udp4")
          .on("error", fail).send("x", lab.other, "127.0.0.1", (error) => error ? fail(error) : done(0)))
          .catch(fail))`,
        "look-up": `(await import("node:dns/promises")).lookup("localhost")`,
        redirect: `(await fetch("http://127.0.0.1:${port}/redirect")).text()`,
        "other name": `(await fetch("http://localhost:${port}/plain")).text()`,
        "proxy": `(await fetch("http://127.0.0.1:${port}/plain", { client: Deno.createHttpClient({
          proxy: { url: "http://127.0.0.1:" + lab.other } }) })).text()`,
      },
    },
    {
      name: "name-of-loopback",
      capabilities: { net: [`${NAME_OF_LOOPBACK}:${port}`] },
      attempts: {
        fetch: `(await fetch("http://localhost:${port}/plain")).text()`,
        connect: `Deno.connect({ hostname: "localhost", port: ${port} })`,
        node: `new Promise((done, fail) => import("node:net").then(({ connect }) =>
          connect(${port}, "localhost").on("connect", done).on("error", fail)).catch(fail))`,
        http: `new Promise((done, fail) => import("node:http").then(({ get }) =>
          get("http://localhost:${port}/plain", done).on("error", fail)).catch(fail))`,
      },
    },
    {
      name: "run-and-signal",
      attempts: {
        command: `new Deno.Command("/bin/true").output()`,
        node: `(await import("node:child_process")).execFileSync("/bin/true").length`,
        shell: `(await import("node:child_process")).execSync("true").length`,
        fork: `(await import("node:child_process")).fork(new URL(import.meta.url).pathname).pid`,
        kill: `Deno.kill(Deno.ppid, "SIGCONT")`,
        "kill by node": `(await import("node:process")).default.kill(Deno.ppid, "SIGCONT")`,
        library: `Deno.dlopen("libc.so.6", {})`,
        native: `(await import("node:process")).default.dlopen({ exports: {} }, "libc.so.6")`,
      },
    },
    {
      name: "environment",
      attempts: {
        one: `Deno.env.get("HOME")`,
        all: `Deno.env.toObject()`,
        host: `Deno.hostname()`,
        user: `(await import("node:os")).userInfo()`,
      },
    },
    {
      name: "imports",
      capabilities: granted,
      attempts: {
        remote: `import("http://127.0.0.1:${port}/module.ts")`,
        "outside file": `import(${file("outside.ts")})`,
        "outside json": `import(${file("outside.json")}, { with: { type: "json" } })`,
        require: `(await import("node:module")).createRequire(import.meta.url)(lab.folder + "/outside.cjs")`,
      },
    },
    {
      name: "worker",
      attempts: {
        outside: `new Promise((done, fail) => Object.assign(new Worker(${
          file("outside_worker.ts")
        }, { type: "module" }), {
          onmessage: done, onerror: (event) => (event.preventDefault(), fail(new Error(event.message))) }))`,
      },
      mayEnd: true,
    },
    {
      name: "worker-of-data",
      attempts: {
        outside: `new Promise((done, fail) => Object.assign(new Worker(
          "data:text/javascript,postMessage(Deno.readTextFileSync('/etc/passwd'))",
          { type: "module" }), {
          onmessage: done, onerror: (event) => (event.preventDefault(), fail(new Error(event.message))) }))`,
      },
      mayEnd: true,
    },
    {
      name: "thread",
      attempts: {
        outside: `new Promise((done, fail) => import("node:worker_threads").then(({ Worker }) => new Worker(
          "require('node:worker_threads').parentPort.postMessage(require('node:fs').readFileSync('/etc/passwd', 'utf8'))",
          { eval: true }).on("message", done).on("error", fail)).catch(fail))`,
      },
      mayEnd: true,
    },
  ];
}

/** A capsule whose command `attack` tries them all; gives what became of each as JSON. */
export function hostileMain({ attempts }: Attack): string {
  const entries = Object.entries(attempts).map(([name, code]) =>
    `[${JSON.stringify(name)}, async (lab: any): Promise<any> => await (${code})]`
  );
  return `
    const attempts: [string, (lab: any) => Promise<any>][] = [${entries.join(",\n")}];
    let stray = (_: unknown) => {};
    addEventListener("unhandledrejection", (event) => (event.preventDefault(), stray(event.reason)));
    addEventListener("error", (event) => (event.preventDefault(), stray(event.error)));
    export default (capsule: any) => capsule.command("attack", async () => {
      const outcomes: Record<string, string> = {};
      for (const [name, attempt] of attempts) {
        try {
          const late = new Promise((_, fail) => (stray = fail, setTimeout(fail, ${ATTEMPT_MS}, new Error("late"))));
          await Promise.race([attempt(capsule.settings), late]);
          outcomes[name] = "it worked";
        } catch (error) {
          outcomes[name] = [error, (error as Error).cause].map(String).join(" because of ");
        }
      }
      return JSON.stringify(outcomes);
    });`;
}
