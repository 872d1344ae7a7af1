import type { IncomingMessage } from 'node:http';
import type { HttpCompression } from '../transport/polling/respond.js';

/** Asks whether a handshake may go on. @see EngineOptions.allowRequest */
export type AllowRequest = (
  req: IncomingMessage,
  answer: (error: string | null | undefined, success: boolean) => void,
) => void;

/**
 * The policy for a client with more than `maxBufferedBytes` waiting: `disconnect` closes its connection. `drop-oldest` drops
 * its oldest events without acknowledgement first, and closes the connection only if that is not enough. `drop oldest` is the
 * deprecated spelling of `drop-oldest`.
 */
export type SlowConsumers = 'disconnect' | 'drop-oldest' | 'drop oldest';

/** Options of the lower layers, with every default filled in. Durations in milliseconds, sizes in bytes. */
export interface EngineOptions {
  /** Pathname of the endpoint below the mount, as Engine.IO's clients ask for it. */
  readonly path: string;
  readonly pingInterval: number;
  readonly pingTimeout: number;
  /** Beyond which clients are not told. */
  readonly pingGrace: number;
  readonly upgradeTimeout: number;
  readonly maxHttpBufferSize: number;
  /** Pieces of one POST. */
  readonly maxBufferedChunks: number;
  readonly httpRequestBodyTimeout: number;
  readonly maxPacketsPerPayload: number;
  readonly maxQueuedFrames: number;
  readonly maxBufferedBytes: number;
  readonly maxConnectionsPerAddress: number;
  readonly maxUnjoinedConnections: number;
  readonly maxUnjoinedBytes: number;
  readonly maxUnjoinedPerAddress: number;
  readonly attachmentTimeout: number;
  readonly slowConsumers: SlowConsumers;
  readonly transports: readonly string[];
  readonly allowUpgrades: boolean;
  readonly httpCompression: HttpCompression | undefined;
  /** WebSocket messages of fewer bytes are not compressed. */
  readonly compressFrom: number;
  readonly initialPacket: string | Buffer | undefined;
  readonly allowRequest: AllowRequest | undefined;
  /** Unused here: applications and plugins read it from `io.engine.opts`. */
  readonly allowEIO3?: boolean;
  /** The same. */
  readonly cors?: unknown;
  /** The same. */
  readonly wsEngine?: unknown;
  /** Makes a `Set-Cookie` value from a session id; undefined without the `cookie` option. */
  readonly sessionCookie: ((sid: string) => string) | undefined;
}
