import type { Strike } from './fault.js';

export type { Fault, Strike } from './fault.js';

/** Longer (ms) than anybody in the tests waits for a sign of life. */
const TOO_LATE = 2500;
const LATE = 100;

/** Connections end in some way: what was said may be lost, and nothing else. */
export const BREAKS: Readonly<Record<string, Strike>> = {
  'is cut': (link) => link.destroy(),
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
  'repeats what it has carried to the client': (_link, chunk, pass, upwards) => {
    pass(chunk);
    if (!upwards) pass(chunk);
  },
  'falls silent': ({ network }) => network.silence(),
  'falls silent in the middle of a chunk': ({ network }, chunk, pass) => {
    pass(chunk.subarray(0, chunk.length >> 1));
    network.silence();
  },
  'loses a connection without a goodbye': (link) => link.hold(),
  'holds a connection up until everybody has given up': (link, chunk, pass) => {
    link.hold();
    setTimeout(() => {
      pass(chunk);
      link.release();
    }, TOO_LATE);
  },
};

/** Everything arrives, though not as it was sent. */
export const NUISANCES: Readonly<Record<string, Strike>> = {
  'hands over single bytes': (_link, chunk, pass) => {
    for (const byte of chunk) pass(Buffer.of(byte));
  },
  'hands over halves': (link, chunk, pass) => {
    // Nothing overtakes what is held back.
    link.hold();
    pass(chunk.subarray(0, chunk.length >> 1));
    setImmediate(() => {
      pass(chunk.subarray(chunk.length >> 1));
      link.release();
    });
  },
  'is late': (link, chunk, pass) => {
    link.hold();
    setTimeout(() => {
      pass(chunk);
      link.release();
    }, LATE);
  },
  'trickles from then on': ({ network }, chunk, pass) => {
    network.pace = 32;
    pass(chunk);
  },
};
