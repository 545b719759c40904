/** One of the words that a completion offers. */
export interface Candidate {
  readonly value: string;
  /** A few words for people; may be empty. */
  readonly about: string;
}
