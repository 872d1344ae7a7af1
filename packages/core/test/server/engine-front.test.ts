import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Duplex } from 'node:stream';
import { connect, fetchAnswer, RawWebSocket, startServer } from '@sio/test-kit';
import { describe, expect, it } from 'vitest';

describe('an application that wraps io.engine', () => {
  it('sees every request and upgrade, and clients of each protocol version connect all the same', async () => {
    const { io, url } = await startServer();
    const seen: string[] = [];
    const { handleRequest, handleUpgrade } = io.engine;
    io.engine.handleRequest = (req: IncomingMessage, res: ServerResponse) => {
      seen.push(req.method ?? '');
      handleRequest.call(io.engine, req, res);
    };
    io.engine.handleUpgrade = (req: IncomingMessage, socket: Duplex, head: Buffer) => {
      seen.push('upgrade');
      handleUpgrade.call(io.engine, req, socket, head);
    };
    await connect('4.8.4', url, { transports: ['polling'] }).next('connect');
    expect(seen).toEqual(expect.arrayContaining(['GET', 'POST']));
    for (const version of ['4.8.4', '2.5.0', '0.9.17'] as const) {
      seen.length = 0;
      await connect(version, url, { transports: ['websocket'] }).next('connect');
      expect(seen).toContain('upgrade');
    }
  });

  it('leaves other requests to the other listeners', async () => {
    const { io, http, url } = await startServer();
    http.on('request', (_req, res) => {
      if (!res.headersSent) res.end('the application');
    });
    const { handleRequest } = io.engine;
    let seen = 0;
    io.engine.handleRequest = (req: IncomingMessage, res: ServerResponse) => {
      seen++;
      handleRequest.call(io.engine, req, res);
    };
    expect((await fetchAnswer(`${url}/other`)).body).toBe('the application');
    expect((await fetchAnswer(`${url}/socket.io/nothing.js`)).body).toBe('the application');
    expect(seen).toBe(1);
  });

  it('can answer a request itself', async () => {
    const { io, url } = await startServer();
    io.engine.handleRequest = (_req: IncomingMessage, res: ServerResponse) => void res.writeHead(402).end('pay');
    expect(await fetchAnswer(`${url}/socket.io/?EIO=4&transport=polling`)).toMatchObject({ status: 402, body: 'pay' });
  });
});

describe('a client that appends the default path to ours', () => {
  it('connects, on a server without other listeners', async () => {
    const { url } = await startServer();
    const ws = await RawWebSocket.open(`${url}/socket.io/socket.io/?EIO=3&transport=websocket`);
    expect(await ws.next()).toMatch(/^0\{"sid"/);
    expect((await fetchAnswer(`${url}/socket.io/socket.io/?EIO=4&transport=polling`)).status).toBe(200);
  });

  it('gets the application’s answer if the application has listeners of its own', async () => {
    const { http, url } = await startServer();
    http.on('request', (_req, res) => {
      if (!res.headersSent) res.end('the application');
    });
    for (const query of ['page=2', 'EIO=4&transport=polling']) {
      expect((await fetchAnswer(`${url}/socket.io/socket.io/?${query}`)).body).toBe('the application');
    }
  });
});

it('io.engine.opts has the options that plugins read', async () => {
  const { io } = await startServer({ cors: { origin: 'https://a.example' }, allowEIO3: false });
  expect(io.engine.opts).toMatchObject({ cors: { origin: 'https://a.example' }, allowEIO3: false });
});
