// A setup that adds WebTransport to a server, and commands that tell what it has received.

/** @param {import('@sio/core').Server} io */
export default function setup(io) {
  return {
    /** @param {{ cert: string, key: string }} certificate @returns {Promise<number>} the port */
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
      return /** @type {any} */ (front.address()).port;
    },
    clients: () => io.engine.clientsCount,
    /** Bytes that have come from clients that are connected. */
    received() {
      let bytes = 0;
      for (const conn of io.engine.clients.values()) bytes += conn.transport.bytesReceived;
      return bytes;
    },
  };
}
