/** A value that is made at its first use: what the start of a process does not need costs it nothing. */

export function lazy<T>(make: () => T): () => T {
  let made: { readonly value: T } | undefined;
  return () => (made ??= { value: make() }).value;
}
