/** X1: which networks around the machine a grant of a host reaches. */
import { assertEquals } from "@std/assert";
import {
  CLOSED_NETWORKS,
  closedNetworks,
  localIpv6Network,
  openedNetworks,
} from "../../src/platform/capsule_networks.ts";

Deno.test("X1 a network is opened by an address in it alone, however that is written", () => {
  assertEquals(openedNetworks("hooks.slack.com:443"), []);
  assertEquals(openedNetworks("8.8.8.8:53"), []);
  assertEquals(openedNetworks("localhost:1"), ["127.0.0.0/8", "[::1]"]);
  assertEquals(openedNetworks("127.1.2.3:1"), ["127.0.0.0/8"]);
  assertEquals(openedNetworks("0x7f.1:1"), ["127.0.0.0/8"]);
  assertEquals(openedNetworks("192.168.1.9:80"), ["192.168.0.0/16"]);
  assertEquals(openedNetworks("172.32.0.1:80"), []);
  assertEquals(openedNetworks("239.1.1.1:80"), ["224.0.0.0/3"]);
  assertEquals(openedNetworks("[::1]:80"), ["[::1]"]);
  assertEquals(openedNetworks("[0:0::0001]:80"), ["[::1]"]);
  const left = CLOSED_NETWORKS.filter((network) => network !== "10.0.0.0/8");
  assertEquals(closedNetworks(["example.com:1", "10.0.0.1:5"]), left);
});

Deno.test("X1 a granted IPv6 address in a network around the machine is known as such, and no other", () => {
  assertEquals(localIpv6Network("[fd12:3456::1]:80"), "fc00::/7");
  assertEquals(localIpv6Network("[fc00::1]:80"), "fc00::/7");
  assertEquals(localIpv6Network("[fe80:0::0001]:80"), "fe80::/10");
  assertEquals(localIpv6Network("[febf::1]:80"), "fe80::/10");
  for (
    const host of ["[fec0::1]:80", "[fd::1]:80", "[2001:db8::fd00]:80", "[::1]:80", "fd00.example:80", "10.0.0.1:80"]
  ) {
    assertEquals(localIpv6Network(host), undefined, host);
  }
});
