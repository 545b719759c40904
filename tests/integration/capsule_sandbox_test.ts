/**
 * X1, the boundary: each capsule here tries to reach what it was not granted, and every attempt fails. The same attempts work
 * in a process that may do all, so a refusal is the sandbox's.
 */
import { assertEquals, assertMatch, assertRejects } from "@std/assert";
import { ConsoleError } from "../../src/protocol/errors.ts";
import { keepFilesToUs } from "../../src/platform/inherited_files.ts";
import { startPiped } from "../../src/platform/piped_process.ts";
import { CapsuleLab } from "../support/capsules.ts";
import { type Attack, attacks, hostileMain } from "../support/hostile_capsules.ts";

const MANIFEST = { commands: [{ name: "attack", description: "tries", args: "" }] };
const REFUSED =
  /NotCapable|Requires \w+ access|PermissionDenied|ERR_ACCESS_DENIED|remote modules|--no-remote|max 0|EPERM|ended by itself: SIGTRAP/i;
const REFUSED_IMPORT = /Requires \w+ access|--no-remote|--no-npm|remote specifier|npm specifiers/;
/** Attempts that this machine may not be fit for, where all is allowed. */
const NOT_HERE: readonly string[] = ["native"];

async function outcomes(lab: CapsuleLab, attack: Attack, settings: Record<string, string | number>, mayAll: boolean) {
  const name = `${attack.name}${mayAll ? "-allowed" : ""}`;
  const { capabilities = {} } = attack;
  const files = { main: hostileMain(attack), manifest: MANIFEST, capabilities, settings, mayAll };
  await lab.supervisor.run(await lab.capsule(name, files));
  const text = await lab.supervisor.command(name, "attack", []).catch((error: Error) => {
    if (attack.mayEnd !== true) throw error;
    return JSON.stringify(Object.fromEntries(Object.keys(attack.attempts).map((each) => [each, error.message])));
  });
  await lab.supervisor.end(name, "it has tried");
  return JSON.parse(text) as Record<string, string>;
}

const echo = (request: Request) => {
  if (request.headers.get("upgrade") !== "websocket") return new Response("reached");
  const { response, socket } = Deno.upgradeWebSocket(request);
  socket.onopen = () => socket.close();
  return response;
};

Deno.test("X1 what was not granted is refused: files, net, names, programs, libraries, variables, imports", async () => {
  await using lab = new CapsuleLab({ backoffMs: 600_000 });
  const { folder } = lab;
  await Deno.mkdir(`${folder}/secret/journal`, { recursive: true });
  await Deno.mkdir(`${folder}/secret/keys`);
  for (const path of ["token", "journal/000001.jsonl", "keys/slack", "data.db"]) {
    await Deno.writeTextFile(`${folder}/secret/${path}`, "");
  }
  await Deno.writeTextFile(`${folder}/outside.ts`, "export const a = 1;");
  await Deno.writeTextFile(`${folder}/outside.cjs`, "module.exports = 1;");
  await Deno.writeTextFile(`${folder}/outside_worker.ts`, "postMessage(1);");
  await Deno.writeTextFile(`${folder}/outside.json`, "{}");
  await using socket = Deno.listen({ transport: "unix", path: `${folder}/secret/daemon.sock` });
  void socket;
  const reached: string[] = [];
  const options = { hostname: "127.0.0.1", port: 0, onListen: () => {} };
  await using other = Deno.serve(options, (request) => (reached.push(request.url), echo(request)));
  await using granted = Deno.serve(options, (request) => {
    const { pathname } = new URL(request.url);
    if (pathname === "/module.ts") {
      return new Response("export const a = 1;", { headers: { "content-type": "application/typescript" } });
    }
    return pathname === "/redirect" ? Response.redirect(`http://127.0.0.1:${other.addr.port}/from`) : echo(request);
  });
  const settings = { folder, other: other.addr.port };
  const bystander = `export default (c: any) => c.command("attack", () => "here");`;
  await lab.supervisor.run(await lab.capsule("bystander", { main: bystander, manifest: MANIFEST }));
  for (const attack of attacks(granted.addr.port)) {
    const [refused, allowed] = await Promise.all([
      outcomes(lab, attack, settings, false),
      outcomes(lab, attack, settings, true),
    ]);
    const names = Object.keys(attack.attempts);
    const worked = names.filter((name) => allowed[name] === "it worked" || NOT_HERE.includes(name));
    assertEquals(worked, names, `${attack.name}, where all is allowed: ${JSON.stringify(allowed, null, 1)}`);
    const strange = names.filter((name) => !REFUSED.test(refused[name] ?? "")).map((name) => [name, refused[name]]);
    assertEquals(strange, [], attack.name);
    assertEquals(await lab.supervisor.command("bystander", "attack", []), "here", attack.name);
  }
  assertEquals([lab.stateOf("bystander"), lab.said("bystander")], ["running", []]);
  assertEquals(
    reached.filter((url) => url.includes("/from")).length,
    1,
    "the redirect was followed only where all is allowed",
  );
});

Deno.test("X1 a capsule gets no graphics driver, which is code outside of the sandbox", async () => {
  await using lab = new CapsuleLab();
  const main = `export default (capsule) => capsule.command("attack", async () => {
    const seen = Deno.env.get("XDG_DATA_DIRS");
    Deno.env.set("XDG_DATA_DIRS", import.meta.dirname);
    return JSON.stringify([seen, Deno.env.get("XDG_DATA_DIRS") === import.meta.dirname,
      await navigator.gpu.requestAdapter()]);
  });`;
  const capabilities = { env: ["XDG_DATA_DIRS"] };
  await lab.supervisor.run(await lab.capsule("graphics", { main, manifest: MANIFEST, capabilities, settings: {} }));
  const text = await lab.supervisor.command("graphics", "attack", []);
  assertEquals(JSON.parse(text), ["value of XDG_DATA_DIRS", true, null]);
});

Deno.test("X1 what a capsule imports from outside at its start is refused: it does not start", async () => {
  await using lab = new CapsuleLab({ backoffMs: 60_000 });
  await Deno.writeTextFile(`${lab.folder}/outside.ts`, "export const a = 1;");
  await Deno.writeTextFile(`${lab.folder}/outside.json`, "{}");
  const lines = {
    file: `import "${lab.folder}/outside.ts";`,
    climb: `import "../outside.ts";`,
    json: `import x from "../outside.json" with { type: "json" }; console.log(x);`,
    text: `import x from "/etc/passwd" with { type: "text" }; console.log(x);`,
    remote: `import "https://127.0.0.1:9/x.ts";`,
    npm: `import "npm:left-pad@1.3.0";`,
    jsr: `import "jsr:@std/path@1";`,
    dynamic: `await import("../outside.ts");`,
  };
  for (const [name, line] of Object.entries(lines)) {
    const capsule = await lab.capsule(name, { main: `${line}\nexport default () => {};` });
    const { message } = await assertRejects(() => lab.supervisor.run(capsule), ConsoleError);
    assertMatch(message, REFUSED_IMPORT, name);
  }
});

Deno.test("X1 a capsule's process inherits its three streams and nothing else", async () => {
  keepFilesToUs(); // as whoever starts a daemon does
  const held = await Deno.open("/etc/passwd");
  await using listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  void listener;
  const child = startPiped(["/bin/ls", "-l", "/proc/self/fd"], { cwd: "/", env: {} });
  await child.stdin.close();
  const [text] = await Promise.all([new Response(child.stdout).text(), new Response(child.stderr).text(), child.ended]);
  held.close();
  const open = [...text.matchAll(/(\d+) -> (.*)/g)].filter(([, , target = ""]) => !/^\/proc\/\d+\/fd$/.test(target));
  assertEquals(open.map(([, fd]) => fd), ["0", "1", "2"], text);
});

Deno.test("X1 a link in a granted folder leads out of it, as the grant and the docs say", async () => {
  await using lab = new CapsuleLab({ backoffMs: 600_000 });
  const { folder } = lab;
  await Deno.mkdir(`${folder}/granted`);
  await Deno.writeTextFile(`${folder}/outside`, "what lies outside");
  await Deno.symlink(`${folder}/outside`, `${folder}/granted/link`);
  const main = `export default (c) => c.command("attack", ([path]) => {
    try { return Deno.readTextFileSync(path); } catch (error) { return error.name; }
  });`;
  await lab.supervisor.run(
    await lab.capsule("links", { main, manifest: MANIFEST, capabilities: { read: [`${folder}/granted`] } }),
  );
  assertEquals(await lab.supervisor.command("links", "attack", [`${folder}/outside`]), "NotCapable");
  assertEquals(await lab.supervisor.command("links", "attack", [`${folder}/granted/link`]), "what lies outside");
});
