/** Creates a socket.io adapter of another package, such as `createAdapter(pub, sub)` of `@socket.io/redis-adapter`. */
export type AlongsideFactory = (hub: never) => object;
