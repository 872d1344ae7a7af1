import { frame } from '../load/frames.mjs';
import { PollingClient } from '../load/polling.mjs';
import { closeClients, times } from '../load/pool.mjs';
import { WebSocketClient } from '../load/websocket.mjs';

const PROBE = frame('2probe');
const PROBED = Buffer.from('3probe');
const UPGRADE_AND_ECHO = Buffer.concat([frame('5'), frame('421["echo","here I am"]')]);

/** The server may let a client wait for the end of its poll; many wait at once, so that only work is measured. */
const CONCURRENCY = 100;

/**
 * A browser's default way: it opens a session by polling, joins, probes a WebSocket while a poll is open, and
 * switches once the poll has ended. Complete with the answer to a first event over the WebSocket.
 * @param {number} port
 * @returns {Promise<WebSocketClient>}
 */
async function arrive(port) {
  const polling = new PollingClient(port, (error) => {
    throw error;
  });
  await polling.open();
  const socket = await new Promise((resolve) => {
    let steps = 0;
    const step = () => {
      if (++steps === 2) socket.send(UPGRADE_AND_ECHO);
    };
    polling.poll(step);
    /** @type {WebSocketClient} */
    const socket = new WebSocketClient(
      port,
      (client, bytes, start, end) => {
        if (bytes.compare(PROBED, 0, PROBED.length, start, end) === 0) step();
        else resolve(client);
      },
      polling.sid,
    );
    socket.opened.then(() => socket.send(PROBE));
  });
  await polling.close();
  return socket;
}

/** @type {import('../types.d.ts').Scenario<WebSocketClient[]>} */
export const scenario = {
  name: 'upgrade',
  title: 'connect by long-polling and upgrade to websocket',
  op: 'connection',
  method: 'cpu',
  handlers: ['echo'],
  variants: [{ name: '', connections: 0, warmup: 800, count: 1200 }],
  prepare: async () => [],
  async work(clients, count, { port }) {
    await times(count, async () => void clients.push(await arrive(port)), CONCURRENCY);
    return { ops: count };
  },
  reset: (clients) => closeClients(clients.splice(0)),
};
