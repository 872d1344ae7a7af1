import { once } from 'node:events';
import { WebSocket } from 'ws';
import { answering } from '../../test-kit/programs/answering.mjs';

/** Connections that are being opened at one moment. */
const AT_ONCE = 200;

/** @type {WebSocket[]} */
const sockets = [];

/** Opens one connection and joins the main namespace. @param {string} url */
async function join(url) {
  const socket = new WebSocket(`${url.replace('http', 'ws')}/socket.io/?EIO=4&transport=websocket`);
  sockets.push(socket);
  const [open] = await once(socket, 'message');
  if (String(open)[0] !== '0') throw new Error(`no handshake: ${open}`);
  socket.send('40');
  await once(socket, 'message');
  socket.on('message', (data) => {
    if (String(data) === '2') socket.send('3');
  });
}

answering({
  /** @param {{ url: string, count: number }} crowd */
  async join({ url, count }) {
    let left = count;
    const worker = async () => {
      while (left-- > 0) await join(url);
    };
    await Promise.all(Array.from({ length: AT_ONCE }, worker));
    return sockets.length;
  },
});
