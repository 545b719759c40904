/** What allow rules for addresses let pass. */
import { assert, assertEquals } from "@std/assert";
import { answer, classified, rule } from "../support/policy_samples.ts";

const allows = (pattern: string, subject: string, more: Parameters<typeof classified>[1]) =>
  answer(classified(subject, more), "autonomous", [rule(pattern, { tool: "*" })]) === "yes";

Deno.test("addresses are compared by scheme, labels of the host, port and path", () => {
  const url = { action: "fetch", tool: "WebFetch" } as const;
  const yes = [
    ["https://*.example.com/*", "https://a.example.com/x?y=1#z"],
    ["https://*.example.com/*", "https://a.b.example.com/"],
    ["https://example.com", "https://example.com/x"],
    ["https://example.com/*", "HTTPS://EXAMPLE.COM/x"],
    ["https://example.com/docs/*", "https://example.com/docs/a/../b"],
    ["https://example.com:443/*", "https://example.com/x"],
    ["http://localhost:*/*", "http://localhost:3000/x"],
    ["*://example.com/*", "http://example.com/x"],
    ["*", "https://anything.org/x"],
    ["*", "how to do it"],
    ["how to do it", "how to do it"],
  ];
  const no = [
    ["https://*.example.com/*", "https:///evil.com/.example.com"],
    ["https://*.example.com/*", "https://evil.org/.example.com/x"],
    ["https://*.example.com/*", "https://evil.org?.example.com/x"],
    ["https://*.example.com/*", "https://evil.org#.example.com/x"],
    ["https://*.example.com/*", "https://example.com/x"],
    ["https://*.example.com/*", "https://evilexample.com/x"],
    ["https://*.example.com/*", "https://a@evil.example.com/"],
    ["https://*.example.com/*", "https://a.example.com.evil.org/"],
    ["https://*.example.com/*", "https://a.example.com\\@evil.org/"],
    ["https://*.example.com/*", "http://a.example.com/"],
    ["https://*.example.com/*", "https://a.example.com:8443/"],
    ["https://example.com*", "https://example.com.evil.org/"],
    ["https://example.com*", "https://example.com@evil.org/"],
    ["https://example.com/docs/*", "https://example.com/docs/../admin"],
    ["https://example.com/docs/*", "https://example.com/docs/%2e%2e/admin"],
    ["https://example.com/docs/*", "https://example.com/docs//evil.org"],
    ["https://example.com/docs/*", "https://example.com/docs/x https://evil.org"],
    ["https://*.1.1.1/*", "https://1.1.1.1/"],
    ["http://example.com/*", "file:///etc/passwd"],
    ["*://example.com/*", "ftp://example.com/x"],
    ["how *", "how to do it"],
  ];
  for (const [pattern = "", text = ""] of yes) assert(allows(pattern, text, url), `${pattern} → ${text}`);
  for (const [pattern = "", text = ""] of no) assert(!allows(pattern, text, url), `${pattern} → ${text}`);
});

Deno.test("A1 an address without a host is a blanket rule", () => {
  const rule1 = (pattern: string) => rule(pattern, { tool: "WebFetch" });
  const fetch = (pattern: string, mode: "guarded" | "autonomous") =>
    answer(classified("https://evil.org/x", { action: "fetch", tool: "WebFetch" }), mode, [rule1(pattern)]);
  for (const pattern of ["https://*.*/*", "*://*.*", "https://*.*:443/", "*"]) {
    assertEquals([pattern, fetch(pattern, "guarded")], [pattern, "ask"]);
  }
  assertEquals(fetch("https://*.*/*", "autonomous"), "yes");
  assertEquals(fetch("https://*.org/*", "guarded"), "yes");
});
