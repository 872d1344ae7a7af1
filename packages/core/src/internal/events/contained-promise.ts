/** Takes a rejection that nothing awaits. @param what the call that gave the promise. */
export type TellUnawaited = (error: unknown, what: string) => void;

/**
 * A promise that an application may leave alone: what awaits it gets its rejection, and if nothing does, the rejection is told
 * instead of ending the process.
 */
export class ContainedPromise<T> extends Promise<T> {
  #awaited = false;

  /** What `then` gives is a promise of the application's. */
  static override get [Symbol.species](): PromiseConstructor {
    return Promise;
  }

  constructor(
    executor: (resolve: (value: T | PromiseLike<T>) => void, reject: (reason: unknown) => void) => void,
    what: string,
    tell: TellUnawaited,
  ) {
    super(executor);
    // `await` asks for `then` a turn of the microtasks later.
    super.then(undefined, (error: unknown) => process.nextTick(() => this.#awaited || tell(error, what)));
  }

  // biome-ignore lint/suspicious/noThenProperty: it is a promise.
  override then<A = T, B = never>(
    fulfilled?: ((value: T) => A | PromiseLike<A>) | null,
    rejected?: ((reason: unknown) => B | PromiseLike<B>) | null,
  ): Promise<A | B> {
    this.#awaited = true;
    return super.then(fulfilled, rejected);
  }
}

/** The same for the promise of somebody else. */
export function contained<T>(promise: PromiseLike<T>, what: string, tell: TellUnawaited): Promise<T> {
  return new ContainedPromise((resolve) => resolve(promise), what, tell);
}
