import { once } from 'node:events';
import net from 'node:net';
import { closedSocket, failOnStrayErrors } from '@sio/test-kit';
import { expect, test } from 'vitest';
import { connected, listen, makeServer, mountEcho } from './support/kit.js';

failOnStrayErrors();

test('invalid bytes after a request for a stream of 0.9 close only its connection', async () => {
  const server = makeServer();
  await mountEcho(server);
  const url = await listen(server);
  const greeting = await (await fetch(`${url}/socket.io/1/`)).text();
  const socket = net.connect(Number(new URL(url).port), '127.0.0.1').on('error', () => {});
  const closed = closedSocket(socket);
  socket.write(`GET /socket.io/1/htmlfile/${greeting.split(':')[0]} HTTP/1.1\r\nHost: x\r\n\r\n`);
  const [first] = (await once(socket, 'data')) as [Buffer];
  expect(first.toString()).toContain('200 OK');
  socket.write('GET / HTTP/1.1t: x\r\n\r\n');
  await closed;
  expect(await (await connected(url)).emitWithAck('echo', 1)).toBe(1);
});
