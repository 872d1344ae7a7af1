import { once } from 'node:events';
import { failOnStrayErrors, fetchAnswer, legacySessionId, PendingRequest, within } from '@sio/test-kit';
import express from 'express';
import { describe, expect, it } from 'vitest';
import { socketio } from '../src/index.js';
import { listen } from './support/kit.js';

failOnStrayErrors();

/** An app with a middleware that, once shut, holds each request until its client has gone. */
async function withDoor() {
  const mount = socketio({}, { pingInterval: 60_000, pingTimeout: 60_000 });
  let shut = false;
  const arrived: (() => void)[] = [];
  const app = express().use((_req, res, next) => {
    if (!shut) return next();
    res.once('close', () => setImmediate(next));
    for (const tell of arrived.splice(0)) tell();
  });
  app.use(mount);
  return {
    server: { io: mount.io, url: await listen(app, mount) },
    async leaveAtDoor(url: string, options = {}) {
      shut = true;
      const arrival = new Promise<void>((resolve) => void arrived.push(resolve));
      const request = new PendingRequest(url, options);
      request.answer().catch(() => {});
      await arrival;
      request.abort();
    },
  };
}

type Door = Awaited<ReturnType<typeof withDoor>>;

async function engine(revision: 3 | 4, { server }: Door) {
  const url = `${server.url}/socket.io/?EIO=${revision}&transport=polling`;
  const sid = /"sid":"([^"]+)"/.exec((await fetchAnswer(url)).body)?.[1] as string;
  return { url: `${url}&sid=${sid}`, conn: server.io.engine.clients.get(sid)! };
}

async function legacy(transport: string, { server }: Door) {
  const sid = legacySessionId((await fetchAnswer(`${server.url}/socket.io/1/`)).body);
  const url = `${server.url}/socket.io/1/${transport}/${sid}`;
  return { url, conn: server.io.engine.clients.get(sid)! };
}

const POST = { method: 'POST', body: '2', headers: { 'Content-Type': 'text/plain' } };

describe('a connection is closed at once if the client leaves while a middleware decides', () => {
  it.each([
    ['with a poll of Engine.IO 4', (door: Door) => engine(4, door), {}],
    ['with a poll of Engine.IO 3', (door: Door) => engine(3, door), {}],
    ['with a POST of Engine.IO 4', (door: Door) => engine(4, door), POST],
    ['with a POST of Engine.IO 3', (door: Door) => engine(3, door), POST],
    ['with a poll of 0.9', (door: Door) => legacy('xhr-polling', door), {}],
    ['with a stream of 0.9', (door: Door) => legacy('htmlfile', door), {}],
  ])('%s', async (_what, open, options) => {
    const door = await withDoor();
    const { url, conn } = await open(door);
    const closed = once(conn, 'close');
    await door.leaveAtDoor(url, options);
    await within(closed, 'the connection to end');
    expect(door.server.io.engine.clientsCount).toBe(0);
  });
});
