/** Why no connection has a session id. */
export type SessionLoss = 'other_node_gone' | 'expired' | 'unknown';

/** The place of a session: the URL of the server that has it, or why no server does. */
export type SessionPlace = { readonly url: string } | SessionLoss;

/** Names sessions after their server, so that other servers can find it. */
export interface SessionRouter {
  /** @param id a random one. */
  nameSession(id: string): string;
  /** @param id of a session that this server does not have. */
  locate(id: string): SessionPlace;
}
