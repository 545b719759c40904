import { assert, assertEquals, assertThrows } from "@std/assert";
import fc from "fast-check";
import { homePaths } from "../../src/platform/home_paths.ts";
import { daemonFlags, programArgv } from "../../src/platform/sandbox.ts";
import { ConsoleError } from "../../src/protocol/errors.ts";
import { renderSocket, renderUnit, unitWord } from "../../src/service/render.ts";
import { codePoint } from "../support/code_point.ts";

const decoder = new TextDecoder();
const NOTIFYING = { notifies: true, runsPrograms: false, activated: false };

/** Values of a key, in order. */
function lines(unit: string, key: string): string[] {
  return unit.split("\n").filter((line) => line.startsWith(`${key}=`)).map((line) => line.slice(key.length + 1));
}

/**
 * The words of a line by systemd.syntax(7) and systemd.unit(5): quotes of both kinds, C escapes, `%%`. Anything that
 * would mean something else (a specifier, a variable without the colon, a bare semicolon) is an error.
 */
function parseWords(line: string, variables: boolean): string[] {
  const words: string[] = [];
  const ESCAPES: Record<string, string> = { n: "\n", t: "\t", r: "\r", "\\": "\\", '"': '"', "'": "'", s: " " };
  for (let at = 0; at < line.length;) {
    if (line[at] === " ") {
      at++;
      continue;
    }
    let word = "";
    let quote = "";
    for (; at < line.length && (quote !== "" || line[at] !== " "); at++) {
      const char = line[at]!;
      if (quote === "" && (char === '"' || char === "'")) quote = char;
      else if (char === quote) quote = "";
      else if (char === "\\") {
        const hex = /^x([0-9a-f]{2})/.exec(line.slice(at + 1));
        if (hex !== null) word += String.fromCharCode(parseInt(hex[1]!, 16));
        else {
          const one = ESCAPES[line[at + 1] ?? ""];
          if (one === undefined) throw new Error(`unknown escape at ${at}: ${line}`);
          word += one;
        }
        at += hex === null ? 1 : 3;
      } else if (char === "%") {
        if (line[++at] !== "%") throw new Error(`a specifier at ${at}: ${line}`);
        word += "%";
      } else if (char === "$" && variables) throw new Error(`a variable at ${at}: ${line}`);
      else if (char === ";" && quote === "") throw new Error(`a separator at ${at}: ${line}`);
      else word += char;
    }
    if (quote !== "") throw new Error(`an open quote: ${line}`);
    words.push(word);
  }
  return words;
}

function execStart(unit: string): string[] {
  const [line = "", ...more] = lines(unit, "ExecStart");
  assertEquals(more, []);
  return line.startsWith(":") ? parseWords(line.slice(1), false) : parseWords(line, true);
}

/** The daemon's command line for a home, and a program, with every hard character. */
function hardArgv(folder: string): string[] {
  const paths = homePaths(`${folder}/ho me%h "q" 'a' $HOME \\n ; ü#`);
  const flags = daemonFlags({
    paths,
    socketPath: paths.socket,
    pidFilePath: paths.pid,
    permissions: [{ kind: "run", values: ["/bin/ps"], reason: "learn which agents still live" }],
    form: "source",
  });
  const program = { form: "source", deno: `${folder}/de no%n $X;ü`, entry: `${folder}/it's "main".ts` } as const;
  return programArgv(program, flags, ["daemon", "--home", paths.root]);
}

const env = { PATH: '/usr/bin:/a b%c:/q"q:/d\\d:/$HOME', AGENT_CONSOLE_HOME: "/ho me" };

Deno.test("X2 the unit's ExecStart and Environment are read back as the same words", () => {
  const argv = hardArgv("/opt");
  const unit = renderUnit({ argv, env, ...NOTIFYING });
  assertEquals(execStart(unit), argv);
  const assignments = lines(unit, "Environment").flatMap((line) => parseWords(line, false));
  assertEquals(assignments, Object.entries(env).map(([name, value]) => `${name}=${value}`));
  assert(!unit.includes("{{"));
});

Deno.test("X2 any word is read back from a unit", () => {
  const word = fc.oneof(
    fc.string(),
    fc.string({ unit: codePoint }),
    fc.constantFrom(";", "$$", "%%h", "'", '"', "\\", " ", ""),
  )
    .filter((text) => !text.includes("\0") && text.isWellFormed());
  fc.assert(fc.property(fc.array(word), (words) => {
    assertEquals(parseWords(words.map(unitWord).join(" "), false), words);
    assert(!words.map(unitWord).join(" ").includes("\n"));
    assertEquals(execStart(renderUnit({ argv: ["/bin/x", ...words], env: {}, ...NOTIFYING })), ["/bin/x", ...words]);
  }));
});

Deno.test("a plain command line stays plain, and the unit says what the service manager must know", () => {
  const unit = renderUnit({
    argv: ["/usr/bin/deno", "run", "--allow-net=unix:/h/s", "/app/main.ts"],
    env: {},
    ...NOTIFYING,
  });
  assertEquals(lines(unit, "ExecStart"), ["/usr/bin/deno run --allow-net=unix:/h/s /app/main.ts"]);
  assertEquals(lines(unit, "Environment"), []);
  assertEquals(lines(unit, "Type"), ["notify"]);
  assertEquals(lines(unit, "UMask"), ["0077"]);
  assertEquals(lines(unit, "RestartPreventExitStatus"), ["2 4 5 6 7 78"]);
  assert(!/^MemoryDenyWriteExecute/m.test(unit), "V8 compiles to memory that it runs");
});

/** As they were looked at; `AC_GOLDEN=1 deno test -A tests/unit/service_unit_test.ts` writes them anew. */
async function golden(name: string, text: string): Promise<void> {
  const path = new URL(`../fixtures/service/${name}`, import.meta.url);
  if (Deno.env.get("AC_GOLDEN") === "1") await Deno.writeTextFile(path, text);
  assertEquals(text, await Deno.readTextFile(path));
}

Deno.test("X2 the rendered units are as they were looked at", async () => {
  const given = {
    argv: ["/usr/bin/deno", "run", "-P=managed", "/app/main.ts", "--home", "/home/u/.agent-console", "--managed"],
    env: { PATH: "/usr/bin:/bin" },
  };
  await golden("notify.service", renderUnit({ ...given, ...NOTIFYING }));
  await golden("exec.service", renderUnit({ ...given, notifies: false, runsPrograms: true, activated: false }));
  await golden("activated.service", renderUnit({ ...given, ...NOTIFYING, activated: true }));
  await golden("agent-console.socket", renderSocket("/home/u/.agent-console/daemon.sock"));
});

Deno.test("X2 a socket's path is read back by systemd as it is, or refused", () => {
  assertEquals(lines(renderSocket('/a b/%h"$x\\y'), "ListenStream"), ['/a b/%%h"$x\\y']);
  for (const path of ["rel", "/a\nb", "/a ", "/a\\", ""]) {
    assertEquals(assertThrows(() => renderSocket(path), ConsoleError).kind, "unsafe_path");
  }
});

Deno.test("X2 a socket of systemd is the daemon's stdin, which no program of it gets, and not its stdout as well", () => {
  const unit = (activated: boolean) => renderUnit({ argv: ["/bin/x"], env: {}, ...NOTIFYING, activated });
  const streams = (text: string) => ["Input", "Output", "Error"].flatMap((name) => lines(text, `Standard${name}`));
  assertEquals(streams(unit(true)), ["socket", "journal"]);
  assertEquals(streams(unit(false)), []);
});

Deno.test("X2 a daemon that runs programs of the user has no hardening that they would inherit", () => {
  const unit = (runsPrograms: boolean) =>
    renderUnit({ argv: ["/bin/x"], env: {}, notifies: true, activated: false, runsPrograms });
  assertEquals(lines(unit(false), "NoNewPrivileges"), ["yes"]);
  assert(!/^(?:NoNewPrivileges|Restrict\w+|LockPersonality|SystemCall\w+)=/m.test(unit(true)));
});

Deno.test("a program's path that systemd refuses is refused before", () => {
  for (const program of ['/a"b', "/a'b", "/a\\b", "/a\nb", "deno", ""]) {
    const error = assertThrows(() => renderUnit({ argv: [program], env: {}, ...NOTIFYING }), ConsoleError);
    assertEquals(error.kind, "unsafe_path");
  }
  assertThrows(() => renderUnit({ argv: ["/bin/x", "a\0b"], env: {}, ...NOTIFYING }), ConsoleError, "NUL");
});

/** A folder with an executable at `argv[0]` and the unit; ends with the test. */
async function withUnit(test: (file: string, argv: string[], folder: string) => Promise<void>): Promise<void> {
  const folder = await Deno.makeTempDir();
  try {
    await Deno.chmod(folder, 0o755);
    const argv = hardArgv(folder);
    await Deno.writeTextFile(argv[0]!, "#!/bin/sh\n", { mode: 0o755 });
    const file = `${folder}/agent-console.service`;
    await Deno.writeTextFile(file, renderUnit({ argv, env, ...NOTIFYING, activated: true }), { mode: 0o644 });
    // A mode for each: another file's test may have made the umask of this process narrow, and another user reads them.
    const socket = renderSocket(`${folder}/ho me%h/daemon.sock`);
    await Deno.writeTextFile(`${folder}/agent-console.socket`, socket, { mode: 0o644 });
    await Deno.mkdir(`${folder}/run`);
    await test(file, argv, folder);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

function run(argv: string[], env: Record<string, string>): Promise<Deno.CommandOutput> {
  const [command = "", ...args] = argv;
  const base = { PATH: Deno.env.get("PATH") ?? "/usr/bin:/bin" };
  return new Deno.Command(command, {
    args,
    env: { ...base, ...env },
    clearEnv: true,
    signal: AbortSignal.timeout(20_000),
  })
    .output();
}

function has(path: string): boolean {
  try {
    return Deno.statSync(path).isFile;
  } catch {
    return false;
  }
}

// Where there is no systemd at all the unit has nobody to verify it; Linux without it is a failure of the test machine.
const linux = Deno.build.os === "linux";

Deno.test({
  name: `X2 systemd-analyze verifies the unit, hard paths included${
    linux ? "" : " (ignored: no systemd on this system)"
  }`,
  ignore: !linux,
  fn: () =>
    withUnit(async (file, _argv, folder) => {
      assert(has("/usr/bin/systemd-analyze"), "this test needs systemd-analyze (apt install systemd)");
      const socket = file.replace(/service$/, "socket");
      const verify = ["systemd-analyze", "--user", "verify", file, socket];
      const { code, stderr } = await run(verify, { HOME: folder, XDG_RUNTIME_DIR: `${folder}/run` });
      assertEquals(decoder.decode(stderr), "");
      assertEquals(code, 0);
    }),
});

const MANAGER = ["/usr/lib/systemd/systemd", "/lib/systemd/systemd"].find(has);
const canAsk = MANAGER !== undefined && Deno.uid() === 0 && has("/usr/bin/setpriv");

Deno.test({
  name: `X2 systemd itself reads the same command line${canAsk ? "" : " (ignored: needs systemd, setpriv and root)"}`,
  ignore: !canAsk,
  fn: () =>
    withUnit(async (_file, argv, folder) => {
      // `systemd --test` loads the unit, prints what it understood and starts nothing; it refuses to run as root.
      await Deno.chown(`${folder}/run`, 65534, 65534);
      const { stdout, stderr } = await run(
        ["setpriv", "--reuid=65534", "--regid=65534", "--clear-groups", MANAGER!]
          .concat(["--test", "--user", "--unit=agent-console.service"]),
        { HOME: `${folder}/run`, XDG_RUNTIME_DIR: `${folder}/run`, SYSTEMD_UNIT_PATH: `${folder}:` },
      );
      const dump = decoder.decode(stdout).split("Unit agent-console.service:")[1]?.split("-> Unit ")[0] ?? "";
      assert(dump.includes("Unit Load State: loaded"), decoder.decode(stderr));
      const command = /Command Line: (.*)/.exec(dump)?.[1] ?? "";
      assertEquals(shellWords(command), argv);
      const variables = [...dump.matchAll(/^\s*Environment: (.*)$/gm)].map((match) => match[1]);
      assertEquals(variables, Object.entries(env).map(([name, value]) => `${name}=${value}`));
    }),
});

/** The words of a dumped command line: bare, or in double quotes with backslashes, as systemd prints them. */
function shellWords(line: string): string[] {
  return [...line.matchAll(/"((?:[^"\\]|\\.)*)"|(\S+)/g)].map(([, quoted, bare]) =>
    quoted === undefined ? bare! : quoted.replace(/\\(.)/g, "$1")
  );
}

Deno.test("S1 the unit starts in the root, and takes nothing that a session gave its manager for a runtime", () => {
  const text = renderUnit({ argv: ["/usr/bin/deno", "run"], env: { DENO_DIR: "/cache" }, ...NOTIFYING });
  const unset = /^UnsetEnvironment=(.*)$/m.exec(text)?.[1]?.split(" ") ?? [];
  for (const name of ["NODE_OPTIONS", "LD_PRELOAD", "LD_LIBRARY_PATH", "OTEL_DENO", "HTTPS_PROXY", "DENO_V8_FLAGS"]) {
    assert(unset.includes(name), name);
  }
  assert(!unset.includes("DENO_DIR"), "what the installation wrote down was unset");
  assert(text.includes("\nWorkingDirectory=/\n"));
});
