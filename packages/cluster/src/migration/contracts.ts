/** Makes a published adapter, such as `createAdapter(pub, sub)` of `@socket.io/redis-adapter`. */
export type AlongsideFactory = (hub: never) => object;
