/** The token that the link of the page gives: it leaves the address whatever it is, and only a token is taken as one. */
import { assertEquals } from "@std/assert";
import { keepToken, keptToken, takeLinkToken } from "../../src/page/access.ts";
import { SEEN, stubBrowser } from "./stubs.ts";

const TOKEN = "0123456789abcdef".repeat(4);

/** What the address with that fragment gives, and whether it stands there no more. */
function opened(fragment: string): { readonly given: ReturnType<typeof takeLinkToken>; readonly isTaken: boolean } {
  stubBrowser();
  sessionStorage.clear();
  location.hash = fragment;
  const given = takeLinkToken();
  return { given, isTaken: location.hash === "" && SEEN.routes.length === 1 };
}

Deno.test("G7 the token of a link leaves the address, with and without its name, and is kept for the tab", () => {
  for (const fragment of [`#token=${TOKEN}`, `#${TOKEN}`, `#${TOKEN.toUpperCase()}`]) {
    assertEquals(opened(fragment), { given: { token: TOKEN }, isTaken: true }, fragment);
    assertEquals(keptToken(), TOKEN);
  }
  sessionStorage.clear();
});

Deno.test("G7 what stands in the place of a token and is none leaves the address too, and is told from no token at all", () => {
  for (const fragment of ["#token=abc", "#token=", `#token=${TOKEN}x`]) {
    assertEquals(opened(fragment), { given: { token: undefined }, isTaken: true }, fragment);
    assertEquals(keptToken(), undefined);
  }
  for (const fragment of ["", "#", "#view=inbox&session=abc", "#abc"]) {
    assertEquals(opened(fragment), { given: undefined, isTaken: false }, fragment);
  }
});

Deno.test("G7 the token is taken from what people paste: itself, or a link of either form", () => {
  for (const text of [TOKEN, ` ${TOKEN}\n`, `http://127.0.0.1:1/#token=${TOKEN}`, `http://127.0.0.1:1/#${TOKEN}`]) {
    assertEquals(keepToken(text), TOKEN, text);
  }
  assertEquals(keepToken("http://127.0.0.1:1/"), undefined);
  sessionStorage.clear();
});
