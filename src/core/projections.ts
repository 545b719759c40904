/**
 * The projections of the store, kept from harming it: the record is in the journal when they are fed, so what one of
 * them throws must not keep the rest of the state from following. One that throws is set aside until the next start.
 */
import type { NewEvent } from "../domain/event.ts";
import type { Projection } from "./projection.ts";

/** What a snapshot holds of each, by name. */
export type SavedProjections = Readonly<Record<string, { readonly layout: number; readonly state: unknown }>>;

type Maker = () => Projection;

/** What a projection failed to do: `apply` alone makes its state wrong, and has it set aside. */
type Failed = (name: string, what: "apply" | "save" | "restore", error: unknown) => void;

export class Projections {
  #made: ReadonlyMap<Maker, Projection>;
  /** Those that were not set aside. */
  #fed: readonly Projection[];
  #failed: Failed;

  /**
   * @param makers each makes an empty one
   * @throws {TypeError} where two have one name: each would be restored from the other's state
   */
  constructor(makers: readonly Maker[], failed: Failed) {
    this.#failed = failed;
    this.#made = made(makers);
    this.#fed = [...this.#made.values()];
    const names = this.#fed.map(({ name }) => name);
    const twice = names.find((name, at) => names.indexOf(name) !== at);
    if (twice !== undefined) throw new TypeError(`two projections are named ${twice}`);
  }

  /** The one that `maker` made. Not before recovery has ended: {@link restore} may make them anew. */
  of<P extends Projection>(maker: () => P): P {
    const projection = this.#made.get(maker);
    if (projection === undefined) throw new TypeError("the store was made without this projection");
    return projection as P; // what the maker made: a map from each key to its own type cannot be written
  }

  /** Whether it lacks an event, so that what it tells may be wrong. */
  isSetAside(projection: Projection): boolean {
    return !this.#fed.includes(projection);
  }

  apply(event: NewEvent, at: string): void {
    for (const projection of this.#fed) {
      try {
        projection.apply(event, at);
      } catch (error) {
        this.#fed = this.#fed.filter((one) => one !== projection);
        this.#failed(projection.name, "apply", error);
      }
    }
  }

  /** Those that were set aside have no layout: the next start replays the journal for them. */
  save(): SavedProjections {
    const all = [...this.#made.values()];
    const saved: Record<string, SavedProjections[string]> = Object.fromEntries(
      all.map(({ name }) => [name, { layout: SET_ASIDE, state: null }]),
    );
    for (const projection of this.#fed) {
      try {
        saved[projection.name] = { layout: projection.layout, state: projection.save() };
      } catch (error) {
        this.#failed(projection.name, "save", error);
      }
    }
    return saved;
  }

  /**
   * False where another version saved them, or one is missing, or cannot take its own: all are empty then.
   *
   * @param isWhole the journal can be replayed as a whole. Where it cannot, one that is missing, or of another layout,
   *   begins empty by itself: a replay would lose what the others hold.
   */
  restore(saved: SavedProjections, isWhole: boolean): boolean {
    const fits = ({ name, layout }: Projection) => saved[name]?.layout === layout;
    if (isWhole && !this.#fed.every(fits)) return false;
    for (const projection of this.#fed.filter(fits)) {
      try {
        projection.restore(saved[projection.name]?.state);
      } catch (error) {
        this.#failed(projection.name, "restore", error);
        this.#made = made([...this.#made.keys()]);
        this.#fed = [...this.#made.values()];
        return false;
      }
    }
    return true;
  }
}

/** The layout of none. */
const SET_ASIDE = -1;

function made(makers: readonly Maker[]): ReadonlyMap<Maker, Projection> {
  return new Map(makers.map((maker) => [maker, maker()]));
}
