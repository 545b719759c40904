/**
 * The door by which a feature takes what servers post to the gateway. They hold no token: whoever takes it proves by
 * itself who has sent it, and trusts nothing before that.
 */
export interface Posted {
  /** By their names in lower case. */
  readonly headers: ReadonlyMap<string, string>;
  /** As it came; at most {@link MAX_POST_BYTES}. */
  readonly body: string;
}

export interface PostReply {
  readonly status: 200 | 400 | 401 | 403 | 404 | 409 | 503;
  /** A JSON object. */
  readonly body: Readonly<Record<string, unknown>>;
}

/** Never rejects, and ends by itself. */
export type PostTaker = (posted: Posted) => Promise<PostReply>;

/** What is said there is said in a few hundred. */
export const MAX_POST_BYTES = 16_384;

export class PostsDoor {
  #takers = new Map<string, PostTaker>();

  /** Takes what is posted to `path` from now on. @returns ends that, and nobody else's */
  take(path: string, taker: PostTaker): () => void {
    this.#takers.set(path, taker);
    return () => {
      if (this.#takers.get(path) === taker) this.#takers.delete(path);
    };
  }

  /** Who takes what is posted there. */
  at(path: string): PostTaker | undefined {
    return this.#takers.get(path);
  }
}
