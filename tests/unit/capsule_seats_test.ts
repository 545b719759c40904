/** X1: interceptors have their seats from the grant on, whoever commits it, and until it is revoked. */
import { assertEquals } from "@std/assert";
import { capsule } from "../../src/capsule/mod.ts";
import { DAEMON } from "../../src/protocol/actor.ts";
import { checkManifest } from "../../src/capsule/read_manifest.ts";
import { MANIFEST } from "../support/capsule_folder.ts";
import { FeaturesAlone } from "../support/feature_alone.ts";

const granted = (name: string, priority: number) => {
  const manifest = checkManifest({ ...MANIFEST, name, intercepts: ["approval"], priority });
  const { capabilities } = manifest;
  const grant = { name, digest: "0".repeat(64), capabilities, manifest, folder: `/home/test/${name}` };
  return { type: "capsule.granted", data: { grant } } as const;
};

Deno.test("X1 an interceptor is asked from the very commit of its grant on, and not from that of its revoke", () => {
  const { desk } = new FeaturesAlone([capsule]);
  const seats = () => desk.interceptors.present.map(({ name, priority }) => [name, priority]);
  desk.store.commit(granted("guard", 1), DAEMON);
  assertEquals(seats(), [["capsule guard", 1]]);
  desk.store.commit(granted("first", 9), DAEMON);
  desk.store.commit(granted("guard", 2), DAEMON);
  assertEquals(seats(), [["capsule first", 9], ["capsule guard", 2]]);
  desk.store.commit({ type: "capsule.revoked", data: { name: "guard" } }, DAEMON);
  assertEquals(seats(), [["capsule first", 9]]);

  // The next daemon knows it from its journal.
  const next = new FeaturesAlone([capsule], { journal: desk.journal }).desk;
  assertEquals(next.interceptors.present.map(({ name }) => name), ["capsule first"]);
});
