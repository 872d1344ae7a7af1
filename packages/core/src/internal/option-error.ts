/**
 * The kind of mistake: `SIO_OPTION_VALUE` for one value, `SIO_OPTION_CONFLICT` for options that contradict each other.
 */
export type OptionErrorCode = 'SIO_OPTION_VALUE' | 'SIO_OPTION_CONFLICT';

/** An invalid option of the server. Thrown when the server is made or attached, or told to drain. */
export class OptionError extends TypeError {
  /** Tells it from other `TypeError`s. */
  override readonly name = 'OptionError';
  /** Stable, for programs. */
  readonly code: OptionErrorCode;

  constructor(message: string, code: OptionErrorCode = 'SIO_OPTION_VALUE') {
    super(message);
    this.code = code;
  }
}
