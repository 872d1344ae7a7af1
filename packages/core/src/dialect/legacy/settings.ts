import type { BinaryPolicy } from './binary.js';

/** Settings of the 0.9 dialect. Durations in milliseconds. */
export interface LegacySettings {
  /** Pathname below the mount, without a trailing slash: handshakes go to `<path>/1/`. */
  readonly path: string;
  /** A session without an open transport is forgotten after this time. */
  readonly closeTimeout: number;
  /** A poll is answered after this time, if only with a noop. */
  readonly pollingDuration: number;
  /** Transports that are spoken … */
  readonly transports: ReadonlySet<string>;
  /** … and those that clients are told of, in this order. */
  readonly advertised: readonly string[];
  readonly binary: BinaryPolicy;
}
