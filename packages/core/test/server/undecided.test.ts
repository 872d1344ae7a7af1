import type { ServerOptions } from '@sio/core';
import { failOnStrayErrors, fetchAnswer, PendingRequest, refusal, startServer } from '@sio/test-kit';
import { describe, expect, it } from 'vitest';

failOnStrayErrors();

const HANDSHAKES = [
  ['eio4', '/socket.io/?EIO=4&transport=polling'],
  ['eio3', '/socket.io/?EIO=3&transport=polling'],
  ['0.9', '/socket.io/1/?t=1'],
] as const;
const UPGRADES = HANDSHAKES.slice(0, 2).map(
  ([name, path]) => [name, path.replace('transport=polling', 'transport=websocket')] as const,
);

/** A server that asks somebody who decides when told to. */
async function undecided(where: 'allowRequest' | 'a middleware of the engine', handshakeTimeout: number) {
  const decisions: (() => void)[] = [];
  const asks: ServerOptions = { allowRequest: (_req, answer) => void decisions.push(() => answer(null, true)) };
  const server = await startServer({ handshakeTimeout, ...(where === 'allowRequest' ? asks : {}) });
  if (where !== 'allowRequest') server.io.engine.use((_req, _res, next) => void decisions.push(next));
  return { ...server, decide: () => decisions.splice(0).map((decision) => decision()) };
}

describe.each(['allowRequest', 'a middleware of the engine'] as const)('%s that never decides', (where) => {
  it.each(HANDSHAKES)('keeps no handshake of %s waiting longer than handshakeTimeout: 503', async (_, path) => {
    const { url, io, decide } = await undecided(where, 30);
    const connections: unknown[] = [];
    io.engine.on('connection', (conn: unknown) => connections.push(conn));
    expect((await fetchAnswer(url + path)).status).toBe(503);
    expect(decide()).toHaveLength(1);
    // A decision that late has no effect: another handshake, and its decision, comes after all that.
    expect((await fetchAnswer(url + path)).status).toBe(503);
    expect(connections).toEqual([]);
    expect(io.engine.clientsCount).toBe(0);
  });

  it.each(UPGRADES)('keeps no upgrade of %s waiting longer than handshakeTimeout: 503', async (_, path) => {
    const { url, io, decide } = await undecided(where, 30);
    expect((await refusal(url.replace('http', 'ws') + path)).status).toBe(503);
    expect(decide()).toHaveLength(1);
    expect((await refusal(url.replace('http', 'ws') + path)).status).toBe(503);
    expect(io.engine.clientsCount).toBe(0);
  });

  it.each(HANDSHAKES)('accepts %s if it decides within that time', async (_, path) => {
    const { url, io, decide } = await undecided(where, 60_000);
    const handshake = new PendingRequest(url + path);
    await expect.poll(() => decide().length).toBe(1);
    expect((await handshake.answer()).status).toBe(200);
    expect(io.engine.clientsCount).toBe(1);
    for (const conn of [...io.engine.clients.values()]) conn.close(true);
  });
});

describe('a middleware of the engine', () => {
  it('keeps a WebSocket of 0.9 waiting no longer than handshakeTimeout: 503', async () => {
    const { io, url } = await startServer({ handshakeTimeout: 30 });
    const [sid] = (await fetchAnswer(`${url}/socket.io/1/`)).body.split(':');
    io.engine.use(() => {});
    expect((await refusal(`${url.replace('http', 'ws')}/socket.io/1/websocket/${sid}`)).status).toBe(503);
  });

  it('can take longer for an answer that it has begun', async () => {
    const { io, url } = await startServer({ handshakeTimeout: 20 });
    io.engine.use(async (_req, res) => {
      res.write('a long ');
      // Another request is too late meanwhile.
      if (_req.url?.includes('other') !== true)
        expect((await fetchAnswer(`${url}/socket.io/other.js`)).status).toBe(404);
      res.end('story');
    });
    const answer = await fetchAnswer(`${url}/socket.io/?EIO=4&transport=polling`);
    expect([answer.status, answer.body]).toEqual([200, 'a long story']);
  });

  it('can answer and also call next, which connects no client', async () => {
    const { io, url } = await startServer();
    io.engine.use((_req, res, next) => {
      res.end('no');
      res.once('finish', next);
    });
    expect((await fetchAnswer(`${url}/socket.io/?EIO=4&transport=polling`)).body).toBe('no');
    expect(io.engine.clientsCount).toBe(0);
  });
});
