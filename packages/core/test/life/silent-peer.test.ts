import { once } from 'node:events';
import { connect } from 'node:net';
import { failOnStrayErrors } from '@sio/conformance/support/stray-errors';
import { within } from '@sio/conformance/support/within';
import { expect, it, onTestFinished } from 'vitest';
import { startServer } from '../dialect/support/server.js';
import { upgradeLines } from '../mount/support/net.js';

failOnStrayErrors();

it.each(['eio4', 'eio3'])(
  'a WebSocket of %s that falls silent is gone with its ping timeout, socket and all',
  async (name) => {
    const { io, http, port } = await startServer({ pingInterval: 50, pingTimeout: 50 });
    const gone = new Promise((resolve) => {
      http.once('connection', (socket) => socket.once('close', resolve));
    });
    // Reads, but neither answers nor ends its side.
    const client = connect({ port, host: '127.0.0.1', allowHalfOpen: true }).on('error', () => {});
    onTestFinished(() => void client.destroy());
    client.resume();
    await once(client, 'connect');
    client.write(`${upgradeLines(`/socket.io/?EIO=${name.at(-1)}&transport=websocket`).join('\r\n')}\r\n\r\n`);
    await within(gone, 'the socket to be closed', 10_000);
    expect(io.engine.clientsCount).toBe(0);
  },
);
