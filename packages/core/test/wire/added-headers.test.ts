import { fetchAnswer, RawTcpClient, RawWebSocket, type Running, startServer, upgradeLines } from '@sio/test-kit';
import { describe, expect, it } from 'vitest';

/** Values that no header may hold, and that Node throws at. */
const VALUES = {
  'a line break': 'a\r\nX-Injected: yes',
  'a bare line feed': 'a\nX-Injected: yes',
  'a NUL': 'a\0b',
  'a letter that is not Latin': 'ж',
} as const;

/** A server whose listeners copy something of the client's into a header. */
async function copying(value: string, event: string, name = 'X-Copy'): Promise<Running & { reported: unknown[] }> {
  const server = await startServer();
  const reported: unknown[] = [];
  server.io.on('handler_error', (error: unknown) => void reported.push(error));
  server.io.engine.on(event, (headers: Record<string, string>) => {
    headers[name] = value;
    headers['X-Kept'] = 'kept';
  });
  return { ...server, reported };
}

const HANDSHAKES = {
  'a handshake of Engine.IO 4': '/socket.io/?EIO=4&transport=polling',
  'a handshake of Engine.IO 3': '/socket.io/?EIO=3&transport=polling',
  'a handshake by JSONP': '/socket.io/?EIO=4&transport=polling&j=0',
} as const;

describe.each(Object.entries(VALUES))('a header with %s that a listener adds', (_what, value) => {
  it.each(['headers', 'initial_headers'])('is left out of handshakes and reported (%s)', async (event) => {
    const server = await copying(value, event);
    for (const path of Object.values(HANDSHAKES)) {
      const { status, headers } = await fetchAnswer(server.url + path);
      expect([status, headers['x-kept'], headers['x-copy'], headers['x-injected']]).toEqual([
        200,
        'kept',
        undefined,
        undefined,
      ]);
    }
    expect(server.reported).toHaveLength(Object.keys(HANDSHAKES).length);
  });

  it.each(['headers', 'initial_headers'])('does not split the answer to a WebSocket (%s)', async (event) => {
    const server = await copying(value, event);
    const client = new RawTcpClient(server.port).send(...upgradeLines('/socket.io/?EIO=4&transport=websocket'));
    const text = await client.until('\r\n\r\n');
    expect(text).toMatch(/^HTTP\/1\.1 101 /);
    expect(text).toContain('X-Kept: kept');
    expect(text).not.toMatch(/X-Injected|X-Copy/i);
    expect(server.reported).toHaveLength(1);
  });

  it('is left out of polls, POSTs and closes', async () => {
    const server = await copying(value, 'headers');
    const base = `${server.url}${HANDSHAKES['a handshake of Engine.IO 4']}`;
    const { sid } = JSON.parse((await fetchAnswer(base)).body.slice(1)) as { sid: string };
    const posted = await fetchAnswer(`${base}&sid=${sid}`, { method: 'POST', body: '40' });
    const polled = await fetchAnswer(`${base}&sid=${sid}`);
    for (const { status, headers } of [posted, polled]) {
      expect([status, headers['x-kept'], headers['x-copy']]).toEqual([200, 'kept', undefined]);
    }
  });

  it('is left out of polls, POSTs and streams of 0.9', async () => {
    const server = await copying(value, 'headers');
    const shaken = (await fetchAnswer(`${server.url}/socket.io/1/`)).body.split(':')[0];
    const poll = `${server.url}/socket.io/1/xhr-polling/${shaken}`;
    const polled = await fetchAnswer(poll);
    const posted = await fetchAnswer(poll, { method: 'POST', body: '3:::hello' });
    for (const { status, headers } of [posted, polled]) {
      expect([status, headers['x-kept'], headers['x-copy']]).toEqual([200, 'kept', undefined]);
    }
    const stream = new RawTcpClient(server.port).send(
      `GET /socket.io/1/htmlfile/${shaken} HTTP/1.1`,
      'Host: localhost',
    );
    expect(await stream.until('\r\n\r\n')).toMatch(/^HTTP\/1\.1 200 [\s\S]*X-Kept: kept/);
    expect(stream.text).not.toMatch(/X-Injected|X-Copy/i);
  });
});

it.each(['', 'X Copy', 'X-Copy:', 'X-Copy\r\nX-Injected'])('a header named %j is left out', async (name) => {
  const server = await copying('value', 'headers', name);
  const { status, headers } = await fetchAnswer(`${server.url}/socket.io/?EIO=4&transport=polling`);
  expect([status, headers['x-kept'], headers['x-injected']]).toEqual([200, 'kept', undefined]);
  await RawWebSocket.open(`${server.url}/socket.io/?EIO=4&transport=websocket`);
  expect(server.reported).toHaveLength(2);
});
