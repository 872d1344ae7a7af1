import { once } from 'node:events';
import { connect, type Socket as NetSocket } from 'node:net';
import {
  type ClientProfile,
  closedSocket,
  FRAMEWORKS,
  fetchAnswer,
  isPolling,
  PROFILES,
  RARE_PROFILES,
  rawClient,
  startServer,
} from '@sio/test-kit';
import { describe, expect, it, onTestFinished } from 'vitest';

const POSTS = 20;

/** A POST that never ends. */
async function postWithoutEnd(port: number, path: string, form: boolean): Promise<NetSocket> {
  const socket = connect(port, '127.0.0.1');
  onTestFinished(() => void socket.destroy());
  socket.on('error', () => {});
  socket.resume();
  const type = form ? 'application/x-www-form-urlencoded' : 'text/plain;charset=UTF-8';
  socket.write(
    `POST ${path} HTTP/1.1\r\nHost: localhost\r\nContent-Type: ${type}\r\nTransfer-Encoding: chunked\r\n\r\n`,
  );
  socket.write('1\r\nd\r\n');
  const more = setInterval(() => socket.write('1\r\nx\r\n'), 50);
  socket.once('close', () => clearInterval(more));
  await once(socket, 'connect');
  return socket;
}

const POLLING = [...PROFILES, ...RARE_PROFILES].filter(isPolling);

/** Uploads of one session, and the requests that the server sees. */
async function uploads(profile: ClientProfile, options = {}) {
  const server = await startServer({
    pingInterval: 60_000,
    legacyTransports: ['xhr-polling', 'jsonp-polling'],
    ...options,
  });
  const client = await rawClient(server, profile);
  const path = client.url.slice(server.url.length);
  const theirs: NetSocket[] = [];
  server.http.on('connection', (socket: NetSocket) => theirs.push(socket));
  const form = profile.transport === 'jsonp';
  const sockets = await Promise.all(Array.from({ length: POSTS }, () => postWithoutEnd(server.port, path, form)));
  // The server has seen them all.
  while (theirs.length < POSTS || theirs.some(({ bytesRead }) => bytesRead === 0))
    await new Promise((resolve) => setImmediate(resolve));
  return { server, client, path, sockets };
}

describe.each(POLLING)('%s', (profile) => {
  it('stops reading 20 simultaneous POSTs when their session has ended', async () => {
    const { server, client, sockets } = await uploads(profile);
    server.io.engine.clients.get(client.sid)?.close(true);
    await Promise.all(sockets.map(closedSocket));
  });

  it('does not read an endless POST to a session that has ended', async () => {
    const { server, client, path, sockets } = await uploads(profile);
    server.io.engine.clients.get(client.sid)?.close(true);
    await Promise.all(sockets.map(closedSocket));
    await closedSocket(await postWithoutEnd(server.port, path, false));
  });
});

describe('POSTs of one session of 0.9 at the same time', () => {
  it('count together towards one limit', async () => {
    const server = await startServer({ maxHttpBufferSize: 10_000, legacyTransports: ['xhr-polling'] });
    const { sid } = await rawClient(
      server,
      PROFILES.find(({ generation, transport }) => generation === '0.9' && transport === 'polling')!,
    );
    const path = `/socket.io/1/xhr-polling/${sid}`;
    const sockets = await Promise.all(Array.from({ length: 3 }, () => postWithoutEnd(server.port, path, false)));
    for (const socket of sockets) socket.write(`ea6\r\n${'x'.repeat(0xea6)}\r\n`);
    await Promise.all(sockets.map(closedSocket));
    expect(server.io.engine.clients.has(sid)).toBe(false);
  });
});

describe.each(FRAMEWORKS)('on %s', (framework) => {
  it('an endless POST to an unknown session is not read to the end', async () => {
    const server = await startServer({ framework });
    expect((await fetchAnswer(`${server.url}/socket.io/?EIO=4&transport=polling`)).status).toBe(200);
    await closedSocket(await postWithoutEnd(server.port, '/socket.io/?EIO=4&transport=polling&sid=none', false));
  });
});
