import { once } from 'node:events';
import type { Server } from 'node:http';
import { connect, type Socket } from 'node:net';
import type { ServerOptions } from '@sio/core';
import { failOnStrayErrors, fetchAnswer, startServer, upgradeLines, within } from '@sio/test-kit';
import { describe, expect, it, onTestFinished } from 'vitest';

failOnStrayErrors();

const HASTE = { pingInterval: 50, pingTimeout: 50, legacyCloseTimeout: 100, legacyPollingDuration: 50 };

it.each(['eio4', 'eio3'])(
  'a WebSocket of %s that falls silent is gone with its ping timeout, socket and all',
  async (name) => {
    const { io, http, port } = await startServer({ pingInterval: 50, pingTimeout: 50 });
    const gone = nextGone(http);
    await knock(port, `/socket.io/?EIO=${name.at(-1)}&transport=websocket`);
    await within(gone, 'the socket to be closed');
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
    await within(gone, 'the socket to be closed');
  },
);

it('a WebSocket that is disconnected and does not answer is destroyed after its ping timeout', async () => {
  const { io, http, port } = await startServer({ pingTimeout: 50 });
  const gone = nextGone(http);
  io.engine.once('connection', (conn) => conn.close());
  await knock(port, '/socket.io/?EIO=4&transport=websocket');
  await within(gone, 'the socket to be closed');
});

const POSTS = {
  eio4: '/socket.io/?EIO=4&transport=polling&sid=',
  eio3: '/socket.io/?EIO=3&transport=polling&sid=',
  '0.9': '/socket.io/1/xhr-polling/',
};

/** A session that polls no more, and a POST of it that has begun. */
async function halfPosted(generation: keyof typeof POSTS, options: ServerOptions = {}) {
  const server = await startServer({ pingInterval: 60_000, ...options });
  const handshake = generation === '0.9' ? '/socket.io/1/' : POSTS[generation].replace('&sid=', '');
  await fetchAnswer(server.url + handshake);
  const [sid] = server.io.engine.clients.keys();
  if (generation === '0.9') await fetchAnswer(`${server.url}${POSTS[generation]}${sid}`);
  const gone = nextGone(server.http);
  const arrived = once(server.http, 'connection') as Promise<[Socket]>;
  const client = connect({ port: server.port, host: '127.0.0.1', allowHalfOpen: true }).on('error', () => {});
  onTestFinished(() => void client.destroy());
  client.write(`POST ${POSTS[generation]}${sid} HTTP/1.1\r\nHost: x\r\nContent-Length: 1000\r\n\r\n42["`);
  const [socket] = await arrived;
  while (socket.bytesRead === 0) await new Promise((resolve) => setImmediate(resolve));
  return { ...server, gone };
}

describe.each(Object.keys(POSTS) as (keyof typeof POSTS)[])('a POST of %s that is never finished', (generation) => {
  it('is destroyed with its socket soon after its connection has ended', async () => {
    const { gone } = await halfPosted(generation, HASTE);
    await within(gone, 'the socket to be closed');
  });

  it('does not keep the server from closing', async () => {
    const { io } = await halfPosted(generation);
    await within(io.close(), 'the server to close');
  });
});

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

it('a client that does not poll for its end is waited for no longer than a ping timeout', async () => {
  const { io, url } = await startServer({ pingInterval: 50, pingTimeout: 50 });
  await fetchAnswer(`${url}/socket.io/?EIO=4&transport=polling`);
  const [conn] = io.engine.clients.values();
  await once(conn!, 'close');
  const forgotten = async () => {
    while (io.engine.clients.size > 0) await new Promise((resolve) => setTimeout(resolve, 10));
  };
  await within(forgotten(), 'the connection to be forgotten');
});
