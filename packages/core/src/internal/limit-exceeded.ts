import { CodedError } from './coded-error.js';

/** A client has reached a limit that ends its connection. `code` says which. */
export class LimitExceeded extends CodedError {
  override readonly name = 'LimitExceeded';
}
