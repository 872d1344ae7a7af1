/** A method that serves an event. */
export interface ResolvedMethod {
  /** The event's name as the class has it, however the client spells it. */
  readonly event: string;
  /** The method's name. */
  readonly method: PropertyKey;
  /** The same for all names of one method. */
  readonly aclKey: unknown;
}

/** Finds the method for an event; implemented by the dispatch table of a class. */
export interface MethodResolver {
  find(event: unknown): ResolvedMethod | undefined;
}
