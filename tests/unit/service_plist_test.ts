import { assert, assertEquals, assertThrows } from "@std/assert";
import fc from "fast-check";
import { ConsoleError } from "../../src/protocol/errors.ts";
import { renderPlist } from "../../src/service/render.ts";
import { parsePlist, type Plist } from "../support/plist.ts";

const argv = ["/opt/de no", "run", "--allow-read=/Users/ü & <b>/ho'me", '"q"', "&amp;", "]]>", "", "$HOME %h \\"];
const env = { PATH: "/usr/bin:/a & b", DENO_NO_UPDATE_CHECK: "1" };

function checked(list: Plist): void {
  assertEquals(list, {
    Label: "com.agent-console.daemon",
    ProgramArguments: argv,
    EnvironmentVariables: env,
    RunAtLoad: true,
    KeepAlive: { SuccessfulExit: false },
    ThrottleInterval: 30,
    ExitTimeOut: 20,
    ProcessType: "Background",
    Umask: 0o077,
  });
}

Deno.test("X2 the property list parses, and its words are the command line", () => {
  checked(parsePlist(renderPlist({ argv, env })));
});

const PYTHON = (Deno.env.get("PATH") ?? "").split(":").map((folder) => `${folder}/python3`).find((path) => {
  try {
    return Deno.statSync(path).isFile;
  } catch {
    return false;
  }
});

Deno.test({
  name: `X2 Python's plistlib reads the property list${PYTHON === undefined ? " (ignored: no python3)" : ""}`,
  ignore: PYTHON === undefined,
  fn: async () => {
    const child = new Deno.Command(PYTHON!, {
      args: ["-c", "import json, plistlib, sys; print(json.dumps(plistlib.loads(sys.stdin.buffer.read())))"],
      stdin: "piped",
      stdout: "piped",
      stderr: "inherit",
      signal: AbortSignal.timeout(20_000),
    }).spawn();
    const writer = child.stdin.getWriter();
    await writer.write(new TextEncoder().encode(renderPlist({ argv, env })));
    await writer.close();
    checked(JSON.parse(new TextDecoder().decode((await child.output()).stdout)));
  },
});

Deno.test("X2 any word is read back from a property list, or refused where XML cannot carry it", () => {
  const word = fc.oneof(fc.string(), fc.string({ unit: "grapheme" }), fc.constantFrom("<", "&", "]]>", "<!--", " "));
  fc.assert(fc.property(fc.array(word), (words) => {
    try {
      const list = parsePlist(renderPlist({ argv: words, env: {} })) as { [key: string]: Plist };
      assertEquals(list["ProgramArguments"], words);
    } catch (error) {
      if (!(error instanceof ConsoleError)) throw error;
      // deno-lint-ignore no-control-regex
      assert(words.some((text) => /[\u0000-\u001f\u007f\ufffe\uffff]/.test(text)), error.message);
    }
  }));
  assertEquals(assertThrows(() => renderPlist({ argv: ["a\nb"], env: {} }), ConsoleError).kind, "unsafe_path");
});
