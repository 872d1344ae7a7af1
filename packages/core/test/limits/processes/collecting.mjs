// A server that takes whatever comes, over WebTransport too, and says what memory it takes. Run on what is built, with --expose-gc.
import { once } from 'node:events';
import { createServer } from 'node:http';
import { Server } from '../../../dist/index.js';
import { answering } from './answering.mjs';

const http = createServer();
const io = new Server(http, {
  transports: ['polling', 'websocket', 'webtransport'],
  pingInterval: 600_000,
  ...JSON.parse(process.argv[2] ?? '{}'),
});

const turn = () => new Promise((resolve) => setImmediate(resolve));

/** @returns {number} */
const portOf = (/** @type {any} */ server) => server.address().port;

answering({
  async start() {
    http.listen(0, '127.0.0.1');
    await once(http, 'listening');
    return portOf(http);
  },
  /** @param {{ cert: string, key: string }} certificate */
  async startWebTransport({ cert, key }) {
    const { Http2Server, quicheLoaded } = await import('@fails-components/webtransport');
    await quicheLoaded;
    const room = 8_000_000;
    const front = new Http2Server({
      port: 0,
      host: '127.0.0.1',
      secret: 'secret',
      cert,
      privKey: key,
      initialStreamFlowControlWindow: room,
      initialSessionFlowControlWindow: room,
    });
    front.startServer();
    await front.ready;
    const sessions = front.sessionStream('/').getReader();
    const take = async () => {
      for (let next = await sessions.read(); !next.done; next = await sessions.read()) {
        next.value.closed.catch(() => {});
        io.engine.onWebTransportSession(/** @type {any} */ (next.value));
      }
    };
    take().catch(() => {});
    return portOf(front);
  },
  /** Bytes that have come from clients that are connected. */
  received() {
    let bytes = 0;
    for (const conn of io.engine.clients.values()) bytes += conn.transport.bytesReceived;
    return bytes;
  },
  /** Bytes of POSTs that have come over HTTP, heads included. */
  async read() {
    return sockets.reduce((bytes, socket) => bytes + socket.bytesRead, 0);
  },
  async state() {
    for (let turns = 0; turns < 5; turns++) {
      globalThis.gc?.();
      await turn();
    }
    return { rss: process.memoryUsage().rss, clients: io.engine.clientsCount };
  },
});

/** @type {import('node:net').Socket[]} */
const sockets = [];
http.on('connection', (socket) => sockets.push(socket));
