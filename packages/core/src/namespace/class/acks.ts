/** Several values of one acknowledgement; made by {@link acks}. */
export class Acks<Values extends readonly unknown[] = readonly unknown[]> {
  readonly values: Values;

  constructor(values: Values) {
    this.values = values;
  }
}

/** Acknowledges with several arguments: `return acks('OK', 123)`. A plain array is one argument. */
export function acks<Values extends readonly unknown[]>(...values: Values): Acks<Values> {
  return new Acks(values);
}

/** The arguments of the acknowledgement for what a handler returned: none for `undefined`. */
export function ackArguments(result: unknown): readonly unknown[] {
  if (result === undefined) return [];
  return result instanceof Acks ? result.values : [result];
}
