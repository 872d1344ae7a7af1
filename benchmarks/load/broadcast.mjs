import { frame } from './frames.mjs';
import { openClients } from './pool.mjs';
import { Tally } from './tally.mjs';

const LINE = 'The quick brown fox jumps over the lazy dog';

/** @typedef {{ clients: import('./websocket.mjs').WebSocketClient[], tally: Tally, request: Buffer }} Audience */

/**
 * @param {import('../types.d.ts').LoadContext} context
 * @returns {Promise<Audience>}
 */
export async function prepareAudience({ port, variant }) {
  const tally = new Tally();
  const { size = 0 } = variant;
  const line = size === 0 ? LINE : `${LINE}, `.repeat(size / LINE.length).slice(0, size);
  // With recovery an offset follows.
  const expected = Buffer.from(`42["news","${line}"`);
  /** @type {import('./websocket.mjs').OnMessage} */
  const onMessage = (_client, bytes, start, end) => {
    // Long ones may be compressed.
    if (size > 0 || bytes.compare(expected, 0, expected.length, start, Math.min(end, start + expected.length)) === 0)
      tally.received();
    else tally.wrong(`unexpected message: ${bytes.toString('latin1', start, end)}`);
  };
  const request = frame(`42["broadcast","${line}"]`);
  return { clients: await openClients(port, variant.connections, onMessage), tally, request };
}

/**
 * One broadcast after the other; the next is asked for when everybody has got the last one, so that no two of them can
 * travel in one write.
 * @param {Audience} audience
 * @param {number} count
 */
export async function playBroadcasts({ clients, tally, request }, count) {
  for (let i = 0; i < count; i++) {
    const all = tally.expect(0, clients.length);
    clients[i % clients.length].send(request);
    await all;
  }
  return { ops: count * clients.length };
}
