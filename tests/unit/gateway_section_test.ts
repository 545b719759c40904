/** G1 and G3: which addresses and origins the section gateway of the configuration takes. */
import { assertEquals } from "@std/assert";
import * as v from "valibot";
import { gatewaySection } from "../../src/gateway/section.ts";

function takes(gateway: Readonly<Record<string, unknown>>): boolean {
  return v.safeParse(gatewaySection.schema, { lan: {}, ...gateway }).success;
}

Deno.test("G1 an address is taken in the form that browsers write, and none that stands for all of this machine's", () => {
  for (const host of ["127.0.0.1", "127.1.2.3", "::1"]) assertEquals(takes({ host }), true, host);
  const wrongHosts = [
    "0.0.0.0",
    "::",
    "::0",
    "0::1",
    "127.1",
    "127.0.0.01",
    "127.0.0.256",
    "localhost",
    "192.0.2.1",
    "",
  ];
  for (const host of wrongHosts) assertEquals(takes({ host }), false, host);
  for (const address of ["192.0.2.10", "10.0.0.1", "2001:db8::1", "fe80::1", "fd00::ab"]) {
    assertEquals(takes({ lan: { address } }), true, address);
  }
  for (
    const address of [
      ...["::0", "::", "0:0:0:0:0:0:0:0", "0::", "0.0.0.0", "0", "00.0.0.0", "0.0.0.1"],
      ...["0::1", "::1", "0:0:0:0:0:0:0:1", "127.0.0.1", "::ffff:0:0", "::ffff:7f00:1", "::ffff:127.0.0.1"],
      ...["2001:db8:0::1", "2001:DB8::1", "192.0.2.010", "192.0.2", "3221225994", "192.0.2.256", ":", "fe80::1%eth0"],
      ...["example.com", "", "a"],
    ]
  ) assertEquals(takes({ lan: { address } }), false, address);
});

Deno.test("G3 an origin is taken as browsers write it, and in no other spelling, which would never be equal", () => {
  const good = [
    "https://laptop.example.ts.net",
    "http://box.example:8080",
    "https://192.0.2.1",
    "https://[2001:db8::1]:1",
  ];
  for (const origin of good) assertEquals(takes({ allowed_origins: [origin] }), true, origin);
  const wrong = [
    ...[
      "https://x:443",
      "http://x:80",
      "https://x:0443",
      "https://x:99999",
      "https://x/",
      "https://X",
      "https://x.y/z",
    ],
    ...["https://[0::1]", "https://192.0.2", "https://u@x", "ftp://x", "null", "*", "https://*", "x", ""],
  ];
  for (const origin of wrong) assertEquals(takes({ allowed_origins: [origin] }), false, origin);
});
