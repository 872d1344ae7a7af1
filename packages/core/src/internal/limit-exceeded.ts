/** A client has reached a limit that ends its connection. `code` says which. */
export class LimitExceeded extends Error {
  override readonly name = 'LimitExceeded';
  readonly code: string;

  constructor(code: string, message: string) {
    super(message);
    this.code = code;
  }
}
