/** An error that programs can tell from others by its code. */
export abstract class CodedError<Code extends string = string> extends Error {
  /** A stable name for what is wrong. */
  readonly code: Code;

  constructor(code: Code, message: string, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
  }
}

/** A client has reached a limit that ends its connection. `code` says which. */
export class LimitExceeded extends CodedError {
  override readonly name = 'LimitExceeded';
}
