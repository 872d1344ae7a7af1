import { openClients } from './pool.mjs';
import { Tally } from './tally.mjs';

/**
 * The state of a scenario in which every connection sends its next request when the reply to the last one is in.
 * @typedef {{ clients: import('./websocket.mjs').WebSocketClient[], tally: Tally, request: Buffer[] }} PingPong
 */

/**
 * @param {import('../types.d.ts').LoadContext} context
 * @param {Buffer | Buffer[]} request frames that make the server reply; in a list, each is written by itself
 * @param {(bytes: Buffer, start: number, end: number, opcode: number) => number} check what a frame from the server
 *   means: 1 the reply is complete, 0 it is part of one, -1 it is wrong
 * @returns {Promise<PingPong>}
 */
export async function preparePingPong({ port, variant }, request, check) {
  const tally = new Tally();
  const frames = [request].flat();
  /** @type {import('./websocket.mjs').OnMessage} */
  const onMessage = (client, bytes, start, end, opcode) => {
    const verdict = check(bytes, start, end, opcode);
    if (verdict === 0) return;
    if (verdict < 0) {
      tally.wrong(`unexpected reply: ${bytes.toString('latin1', start, Math.min(end, start + 100))}`);
      return;
    }
    if (tally.take()) for (const bytes of frames) client.send(bytes);
    tally.received();
  };
  return { clients: await openClients(port, variant.connections, onMessage), tally, request: frames };
}

/**
 * @param {PingPong} state
 * @param {number} count round trips in total
 */
export async function playPingPong({ clients, tally, request }, count) {
  const done = tally.expect(count, count);
  for (const client of clients) if (tally.take()) for (const bytes of request) client.send(bytes);
  await done;
}

/**
 * A check for replies that are one text frame and always the same.
 * @param {string} expected
 */
export function isText(expected) {
  const reply = Buffer.from(expected);
  return (/** @type {Buffer} */ bytes, /** @type {number} */ start, /** @type {number} */ end) =>
    end - start === reply.length && bytes.compare(reply, 0, reply.length, start, end) === 0 ? 1 : -1;
}
