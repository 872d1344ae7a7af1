import type { Duplex } from 'node:stream';
import type { SecureContextOptions } from 'node:tls';

/** Why no connection has a session id. */
export type SessionLoss = 'other_node_gone' | 'expired' | 'unknown';

/** TLS between servers: an authority of one's own, and a certificate for servers that ask for one. */
export interface PeerTls extends Pick<SecureContextOptions, 'ca' | 'cert' | 'key' | 'passphrase'> {
  /** The name that the other server's certificate is for. Default: that in its URL. */
  readonly servername?: string | undefined;
}

/** The server that has a session, as others reach it. */
export interface SessionOwner {
  /** Its address; undefined only where there is `connect`. */
  readonly url: string | undefined;
  /** For an `https:` address. */
  readonly tls?: PeerTls | undefined;
  /**
   * Opens a connection to it, which takes the place of TCP to `url`.
   * @param address IP address of the client.
   */
  readonly connect?: ((address: string | undefined) => Duplex) | undefined;
}

/** The place of a session: the server that has it, or why no server does. */
export type SessionPlace = SessionOwner | SessionLoss;

/** Names sessions after their server, so that other servers can find it. */
export interface SessionRouter {
  /** @param id a random one. */
  nameSession(id: string): string;
  /** @param id of a session that this server does not have. */
  locate(id: string): SessionPlace;
  /**
   * Resolves when this server knows the server of a session, or all servers that there are: it has just started. Undefined when it has
   * nothing to wait for.
   */
  known?(id: string): Promise<void> | undefined;
}
