import { once } from 'node:events';
import type { Server } from 'node:http';
import { connect } from 'node:net';
import { fetchAnswer } from '@sio/conformance/clients/http';
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
    const gone = nextGone(http);
    await knock(port, `/socket.io/?EIO=${name.at(-1)}&transport=websocket`);
    await within(gone, 'the socket to be closed', 10_000);
    expect(io.engine.clientsCount).toBe(0);
  },
);

it.each(['eio4', 'eio3'])(
  'a WebSocket of %s that falls silent while it is tried is gone, socket and all',
  async (name) => {
    const { http, port, url } = await startServer({ upgradeTimeout: 50 });
    const path = `/socket.io/?EIO=${name.at(-1)}`;
    const { body } = await fetchAnswer(`${url}${path}&transport=polling`);
    const sid = /"sid":"([^"]+)"/.exec(body)?.[1];
    const gone = nextGone(http);
    await knock(port, `${path}&transport=websocket&sid=${sid}`);
    await within(gone, 'the socket to be closed', 10_000);
  },
);

/** Resolves when the next connection is closed. */
function nextGone(http: Server): Promise<unknown> {
  return new Promise((resolve) => {
    http.once('connection', (socket) => socket.once('close', resolve));
  });
}

/** Asks for a WebSocket, reads from then on, but neither answers nor ends its side. */
async function knock(port: number, path: string): Promise<void> {
  const client = connect({ port, host: '127.0.0.1', allowHalfOpen: true }).on('error', () => {});
  onTestFinished(() => void client.destroy());
  client.resume();
  await once(client, 'connect');
  client.write(`${upgradeLines(path).join('\r\n')}\r\n\r\n`);
}

it('a client that does not fetch its end from a poll is waited for no longer than it may be silent', async () => {
  const { io, url } = await startServer({ pingInterval: 50, pingTimeout: 50 });
  await fetchAnswer(`${url}/socket.io/?EIO=4&transport=polling`);
  const [conn] = io.engine.clients.values();
  await once(conn!, 'close');
  const forgotten = async () => {
    while (io.engine.clients.size > 0) await new Promise((resolve) => setTimeout(resolve, 10));
  };
  await within(forgotten(), 'the connection to be forgotten');
});
