/** What happens to the daemon: kill -9, a reload of its configuration, and one of a wrong one, which must change nothing. */
import { pause } from "../support/harness_wait.ts";
import { privateMiB } from "../support/harness_process.ts";
import type { Sample } from "./slope.ts";
import type { World } from "./world.ts";

/** One after the other: a wrong configuration is never there when a daemon starts. */
export async function disturbs(world: World): Promise<void> {
  const chance = world.chance("disturbs");
  const { ledger, home } = world;
  for (let at = 0; await world.mayGoOn(); at++) {
    await world.rest(world.mayKill ? 2000 : 6000, chance);
    if (!await world.mayGoOn()) return;
    await home.ready(); // whoever came first after a kill has started it
    if (world.mayKill && at % 3 !== 2) {
      ledger.killed.push(await home.kill());
    } else if (chance() < 0.6) await reload(world, at);
    else await refuse(world);
  }
}

async function reload(world: World, at: number): Promise<void> {
  await world.configure(at % 2 === 0 ? "warn" : "info");
  const { code, stderr } = await world.home.cli(["daemon", "reload"]);
  if (code !== 0) world.ledger.faults.push(`a reload ended with ${code}: ${stderr}`);
  world.ledger.reloads++;
}

async function refuse(world: World): Promise<void> {
  const path = world.home.path("config.jsonc");
  const good = await Deno.readTextFile(path);
  await Deno.writeTextFile(path, '{ "daemon": { "log_level": "loud" } }');
  const { code } = await world.home.cli(["daemon", "reload"]);
  if (code !== 1) world.ledger.faults.push(`a reload of a wrong configuration ended with ${code}, expected 1`);
  await Deno.writeTextFile(path, good);
  world.ledger.refused++;
}

/** Between two words of how it goes, s. */
const TELL_SECONDS = 30;

/** A look at the daemon's process each second. @returns the samples of all that were there, oldest first */
export async function samples(world: World): Promise<readonly Sample[]> {
  const all: Sample[] = [];
  let told = 0;
  while (!world.isOver) {
    await pause(1000);
    const pid = world.home.daemonPid();
    if (pid === undefined) continue;
    try {
      const fds = (await Array.fromAsync(Deno.readDir(`/proc/${pid}/fd`))).length;
      const sample = { pid, at: world.age, mib: privateMiB(pid), fds, quiet: world.quiet };
      if (Number.isNaN(sample.mib)) continue; // it is a zombie
      all.push(sample);
      world.ledger.daemons.set(pid, sample.at);
      if (sample.at < told) continue;
      told = sample.at + TELL_SECONDS;
      const { acknowledged, killed } = world.ledger;
      const process = `private memory ${sample.mib.toFixed(1)} MiB, ${fds} fd`;
      world.options.say(`${sample.at.toFixed(0)} s: ${acknowledged} acknowledged, ${killed.length} kills, ${process}`);
    } catch {
      // It was killed while this looked: the pid file names it until the next one starts.
    }
  }
  return all;
}
