/** Projections of a store in a test, none of which may fail unless the test says what happens then. */
import type { Projection } from "../../src/core/projection.ts";
import { Projections } from "../../src/core/projections.ts";

export function testProjections(
  makers: readonly (() => Projection)[],
  onError: ConstructorParameters<typeof Projections>[1] = (_name, _what, error) => {
    throw error;
  },
): Projections {
  return new Projections(makers, onError);
}
