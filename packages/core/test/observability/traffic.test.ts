import { once } from 'node:events';
import { Agent, request } from 'node:http';
import type { Server, ServerOptions, Socket } from '@sio/core';
import {
  connect,
  fetchAnswer,
  isPolling,
  PROFILES,
  RARE_PROFILES,
  RawWebSocket,
  rawClient,
  serverFor,
  startServer,
} from '@sio/test-kit';
import { describe, expect, onTestFinished, test } from 'vitest';
import { takeServerStats } from '../../src/server/observability/server-stats.js';

const SAID = 5000;
const TOLD = 20_000;
/** Handshakes, heads of frames and the packets that open a connection. */
const AROUND = 1500;

type Bytes = { received: number; sent: number };

/** The figures as they are now: `io.stats()` keeps its own for a second. */
function trafficOf({ io }: { io: Server }): Record<string, Record<string, Bytes>> {
  return takeServerStats(io.engine as never, []).traffic as never;
}

/** A server's options, and its first socket. */
function firstSocket(options: ServerOptions = {}) {
  let found = (_socket: Socket): void => {};
  const socket = new Promise<Socket>((resolve) => {
    found = resolve;
  });
  return { socket, options: { ...options, onConnection: (each: Socket) => found(each) } };
}

describe.each([...PROFILES, ...RARE_PROFILES])('of %s', (profile) => {
  test('the bytes of both directions are counted, also when the client has gone', async () => {
    const { socket: joined, options } = firstSocket();
    const server = await serverFor(profile, options);
    const client = await rawClient(server, profile);
    server.io.on('connection', options.onConnection);
    const socket = server.io.of('/').sockets.values().next().value ?? (await joined);
    const said = new Promise((resolve) => socket.once('say', resolve));
    await client.say(client.event('say', JSON.stringify('a'.repeat(SAID))));
    await said;
    socket.emit('told', 'b'.repeat(TOLD));
    if (isPolling(profile)) await fetchAnswer(client.url);
    else await socket.conn.drained();

    const counted = () => Object.values(trafficOf(server)[profile.generation] ?? {});
    const [bytes, ...others] = counted();
    expect(others).toEqual([]);
    expect(bytes!.received).toBeGreaterThan(SAID);
    expect(bytes!.received).toBeLessThan(SAID + AROUND);
    expect(bytes!.sent).toBeGreaterThan(TOLD);
    expect(bytes!.sent).toBeLessThan(TOLD + AROUND);

    socket.conn.close(true);
    expect(server.io.connectionStats().total).toBe(0);
    const [after] = counted();
    expect(after!.received).toBeGreaterThanOrEqual(bytes!.received);
    expect(after!.sent).toBeGreaterThanOrEqual(bytes!.sent);
  });
});

test('a client that changes its transport leaves the bytes of the old one where they were', async () => {
  const { socket: joined, options } = firstSocket();
  const server = await startServer(options);
  const client = connect('4.8.4', server.url, { transports: ['polling', 'websocket'] });
  const socket = await joined;
  await new Promise((resolve) => socket.conn.once('upgrade', resolve));
  const { polling } = trafficOf(server).eio4!;
  expect(polling!.received).toBeGreaterThan(0);
  const said = new Promise((resolve) => socket.once('say', resolve));
  client.raw.emit('say', 'a'.repeat(SAID));
  await said;
  expect(trafficOf(server).eio4!.polling!.sent).toBe(polling!.sent);
  expect(trafficOf(server).eio4!.websocket!.received).toBeGreaterThan(SAID);
});

test.each([false, true])(
  'a WebSocket is not charged for what a proxy sent over its connection before: TLS %s',
  async (tls) => {
    const server = await startServer({ tls, serveClient: true });
    const https = tls ? await import('node:https') : undefined;
    const options = { keepAlive: true, maxSockets: 1, rejectUnauthorized: false };
    const agent = https === undefined ? new Agent(options) : new https.Agent(options);
    onTestFinished(() => agent.destroy());
    // The client's script has some 100 kB.
    const get = https?.get ?? request;
    const asked = get(`${server.url}/socket.io/socket.io.js`, { agent, rejectUnauthorized: false }).end();
    const [answer] = await once(asked, 'response');
    const connection = answer.socket;
    await once(answer.resume(), 'end');
    const upgraded = get(`${server.url}/socket.io/?EIO=4&transport=websocket`, {
      agent,
      rejectUnauthorized: false,
      headers: {
        connection: 'Upgrade',
        upgrade: 'websocket',
        'sec-websocket-version': '13',
        'sec-websocket-key': 'dGhlIHNhbXBsZSBub25jZQ==',
      },
    }).end();
    const [, socket] = await once(upgraded, 'upgrade');
    onTestFinished(() => socket.destroy());
    expect(socket).toBe(connection);
    const { received, sent } = trafficOf(server).eio4!.websocket!;
    expect(received).toBe(0);
    expect(sent).toBeGreaterThan(0);
    expect(sent).toBeLessThan(AROUND);
  },
);

test('compressed messages count with their size on the wire', async () => {
  const compression = { httpCompression: true, perMessageDeflate: { threshold: 0 } };
  const { socket: joined, options } = firstSocket(compression);
  const server = await startServer(options);
  const client = connect('4.8.4', server.url, 'websocket');
  const told = client.next('told');
  (await joined).emit('told', 'b'.repeat(TOLD));
  await told;
  expect(trafficOf(server).eio4!.websocket!.sent).toBeLessThan(AROUND);

  const poller = await rawClient(server, PROFILES.find(({ transport }) => transport === 'polling')!);
  server.io.emit('told', 'b'.repeat(TOLD));
  const { headers } = await fetchAnswer(poller.url, { headers: { 'accept-encoding': 'gzip' } });
  expect(headers['content-encoding']).toBe('gzip');
  expect(trafficOf(server).eio4!.polling!.sent).toBeLessThan(AROUND);
});

test('the figures do not fall when a client with unread output leaves', async () => {
  const { socket: joined, options } = firstSocket({ maxBufferedBytes: 100_000_000 });
  const server = await startServer(options);
  const client = await RawWebSocket.open(`${server.url}/socket.io/?EIO=3&transport=websocket`);
  const socket = await joined;
  client.ws.pause();
  socket.emit('told', Buffer.alloc(20_000_000));
  await new Promise(setImmediate);
  const waiting = trafficOf(server).eio3!.websocket!;
  const gone = new Promise((resolve) => socket.once('disconnect', resolve));
  client.ws.terminate();
  await gone;
  expect(trafficOf(server).eio3!.websocket!.sent).toBeGreaterThanOrEqual(waiting.sent);
});
