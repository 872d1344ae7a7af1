// Clients of a server's broadcasts, of whom some never read.
import { connect } from 'node:net';
import { WebSocket } from 'ws';
import { answering } from '../../../../test-kit/programs/answering.mjs';

const NEWS = /^42\["news",(\d+),/;

/** @type {Reader[]} */
const readers = [];
/** @type {import('node:net').Socket[]} */
const stuck = [];
const waiting = { round: 0, left: 0, resolve: () => {} };

class Reader {
  round = 0;
  files = 0;
  inOrder = true;

  /** @param {string} url */
  constructor(url) {
    const ws = new WebSocket(url);
    ws.on('open', () => ws.send('40'));
    /** @type {Promise<void>} */
    this.joined = new Promise((resolve, reject) => {
      ws.on('error', reject);
      ws.on('message', (/** @type {Buffer} */ data, binary) => {
        if (binary) return this.#file(data);
        const text = data.toString('latin1');
        if (text.startsWith('40')) return resolve();
        if (text === '2') return ws.send('3');
        const round = NEWS.exec(text)?.[1];
        if (round !== undefined) this.#heard(Number(round));
      });
    });
  }

  /** @param {Buffer} data */
  #file(data) {
    if (data[0] !== (++this.files & 0xff)) this.inOrder = false;
  }

  /** @param {number} round */
  #heard(round) {
    if (round !== this.round + 1) this.inOrder = false;
    this.round = round;
    if (round === waiting.round && --waiting.left === 0) waiting.resolve();
  }
}

/** @param {number} port @param {string} path @returns {Promise<void>} resolves when it has joined: from then on it does not read. */
function stuckReader(port, path) {
  const socket = connect(port, '127.0.0.1');
  stuck.push(socket);
  socket.on('error', () => {});
  const head = ['Host: localhost', 'Connection: Upgrade', 'Upgrade: websocket', 'Sec-WebSocket-Version: 13'];
  socket.write(`GET ${path} HTTP/1.1\r\n${head.join('\r\n')}\r\nSec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n\r\n`);
  // The text 40, masked with zeros.
  socket.write(Buffer.from([0x81, 0x82, 0, 0, 0, 0, 0x34, 0x30]));
  return new Promise((resolve) => {
    let text = '';
    socket.on('data', (chunk) => {
      text += chunk.toString('latin1');
      if (!text.includes('40{')) return;
      socket.pause();
      resolve();
    });
  });
}

answering({
  /** @param {{ port: number, plain: number, files: number, stuck: number }} what */
  async connect({ port, plain, files, stuck: never }) {
    const path = '/socket.io/?EIO=4&transport=websocket';
    for (let n = 0; n < never; n++) await stuckReader(port, `${path}&files=yes`);
    while (readers.length < plain + files) {
      const url = `ws://127.0.0.1:${port}${path}${readers.length < files ? '&files=yes' : ''}`;
      readers.push(new Reader(url));
      // No more at once than may wait to be accepted.
      if (readers.length % 100 === 0) await Promise.all(readers.map(({ joined }) => joined));
    }
    await Promise.all(readers.map(({ joined }) => joined));
  },
  /** @param {number} round resolves when all who read have heard it. */
  heard(round) {
    waiting.round = round;
    waiting.left = readers.filter((reader) => reader.round < round).length;
    if (waiting.left === 0) return undefined;
    return new Promise((resolve) => {
      waiting.resolve = () => resolve(undefined);
    });
  },
  summary() {
    const inOrder = readers.filter((reader) => reader.inOrder).length;
    return { inOrder, files: readers.reduce((sum, { files }) => sum + files, 0) };
  },
});
