/**
 * Creates a socket.io adapter of another package: `createAdapter` or `createShardedAdapter` of `@socket.io/redis-adapter`, `createAdapter` of
 * `@socket.io/redis-streams-adapter`.
 */
export type AlongsideFactory = (hub: never) => object;
