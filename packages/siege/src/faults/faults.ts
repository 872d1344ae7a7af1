import type { Fault } from './proxy.js';

type Strike = Fault['strike'];

/** Connections end in some way: what was said may be lost, and nothing else. */
export const BREAKS: Readonly<Record<string, Strike>> = {
  'is cut': ({ client, server }) => {
    client.destroy();
    server.destroy();
  },
  'is reset': ({ client, server }) => {
    client.resetAndDestroy();
    server.resetAndDestroy();
  },
  'is cut in the middle of a chunk': ({ client, server }, chunk, pass) => {
    pass(chunk.subarray(0, chunk.length >> 1));
    client.destroySoon();
    server.destroySoon();
  },
  "is half-closed on the client's side": ({ server }, chunk, pass) => {
    pass(chunk);
    server.end();
  },
  "is half-closed on the server's side": ({ client }, chunk, pass) => {
    pass(chunk);
    client.end();
  },
  'repeats what it has carried to the server': (_link, chunk, pass, upwards) => {
    pass(chunk);
    if (upwards) pass(chunk);
  },
};

/** Everything arrives, though not as it was sent. */
export const NUISANCES: Readonly<Record<string, Strike>> = {
  'hands over single bytes': (_link, chunk, pass) => {
    for (const byte of chunk) pass(Buffer.of(byte));
  },
  'is slow, and hands over halves': ({ client, server }, chunk, pass) => {
    // Nothing overtakes what is held back.
    for (const socket of [client, server]) socket.pause();
    pass(chunk.subarray(0, chunk.length >> 1));
    setImmediate(() => {
      pass(chunk.subarray(chunk.length >> 1));
      for (const socket of [client, server]) socket.resume();
    });
  },
};
