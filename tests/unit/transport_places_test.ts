/** Places of connections: some are for clients with the token alone, and who says nothing gives way. */
import { assertEquals, assertThrows } from "@std/assert";
import { ConsoleError } from "../../src/protocol/errors.ts";
import { Places } from "../../src/transport/places.ts";

/** Takes `name`, with the scope that its hello gives if it says one. @returns what became of it */
function take(places: Places<string>, name: string, scope?: "report" | "admin"): string | undefined {
  const gone = places.makeRoom();
  places.enter(name);
  return (scope && places.greet(name, scope)?.kind) ?? gone;
}

Deno.test("L3 some places are for clients with the token, however many of the others there are", () => {
  const places = new Places<string>({ maxConnections: 4, tokenConnections: 2 }, () => 0);
  assertEquals(take(places, "a", "report"), undefined);
  assertEquals(take(places, "b", "report"), undefined);
  assertEquals(take(places, "c", "report"), "busy");
  places.leave("c");
  assertEquals(take(places, "d", "admin"), undefined);
  assertEquals(take(places, "e", "admin"), undefined);
  assertEquals(assertThrows(() => places.makeRoom(), ConsoleError, "4 are open").kind, "busy");
  places.leave("b");
  assertEquals(take(places, "f", "admin"), undefined);
});

Deno.test("L3 clients with the token take the places that are kept for them first, and then those of all", () => {
  const places = new Places<string>({ maxConnections: 4, tokenConnections: 2 }, () => 0);
  assertEquals([take(places, "a", "admin"), take(places, "b", "admin")], [undefined, undefined]);
  assertEquals(take(places, "c", "report"), undefined, "both clients with the token are in the places kept for them");
  assertEquals(take(places, "d", "admin"), undefined);
  places.leave("c");
  assertEquals(take(places, "e", "report"), undefined, "three of four places are taken by clients with the token");
  places.leave("a");
  assertEquals(take(places, "f", "report"), undefined);
  places.leave("b");
  assertEquals(take(places, "g", "report"), "busy", "two others are there, and two places are kept");
});

Deno.test("L3 the oldest connection without a hello gives way, a greeted one never", () => {
  let now = 0;
  const places = new Places<string>({ maxConnections: 3, tokenConnections: 2 }, () => now);
  take(places, "old", "report");
  take(places, "silent 1");
  now = 50;
  take(places, "silent 2");
  assertEquals(places.waitMs, 150, "each has a moment for its hello");
  now = 200;
  assertEquals(places.waitMs, 0);
  assertEquals(take(places, "silent 3"), "silent 1");
  assertEquals(places.waitMs, 50);
  assertEquals(take(places, "mine", "admin"), "silent 2");
  places.leave("silent 1"); // its end comes later, and changes nothing
  assertEquals([...places.connections].sort(), ["mine", "old", "silent 3"]);
});
