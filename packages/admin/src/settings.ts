import type { Socket } from '@sio/core';

/** The members of a socket that {@link AdminOptions.user} can use. Sockets of other servers have them as well. */
export type UserSocket = Pick<Socket, 'id' | 'data' | 'rooms' | 'handshake'>;

/** Options of the admin handlers. */
export interface AdminOptions {
  /** Returns the name of the socket's user, for the search and the lists. Default: no names, and the search finds ids and rooms only. */
  readonly user?: (socket: UserSocket) => string | undefined;
  /** Whether the page can disconnect clients. Default: `true`. */
  readonly disconnect?: boolean;
  /** Whether the page can show `socket.data` of a client, on request of its operator. Default: `false`. */
  readonly showData?: boolean;
  /** The number of rows of each list, at least 1. Default: 50. */
  readonly maxRows?: number;
  /** Time for which figures are reused, so that many open pages cost no more than one. @unit ms @default 1000 */
  readonly sampleInterval?: number;
}

/** The options with their defaults. */
export type Settings = Required<Omit<AdminOptions, 'user'>> & Pick<AdminOptions, 'user'>;

const MAX_ROWS = 50;
const SAMPLE_INTERVAL = 1000;

/** @throws RangeError for a number out of range */
export function settingsOf(options: AdminOptions): Settings {
  const { user, disconnect = true, showData = false, maxRows = MAX_ROWS, sampleInterval = SAMPLE_INTERVAL } = options;
  if (!Number.isInteger(maxRows) || maxRows < 1) {
    throw new RangeError(`maxRows must be a whole number of at least 1, not ${maxRows}`);
  }
  if (!(sampleInterval >= 0)) {
    throw new RangeError(`sampleInterval must be a number of milliseconds, not ${sampleInterval}`);
  }
  return { ...(user === undefined ? {} : { user }), disconnect, showData, maxRows, sampleInterval };
}
