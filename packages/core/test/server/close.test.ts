import { once } from 'node:events';
import { Agent, createServer, request } from 'node:http';
import { Server } from '@sio/core';
import { describe, expect, it } from 'vitest';
import { startServer } from '../dialect/support/server.js';
import { RawClient, upgradeLines } from '../mount/support/net.js';

const PATIENT = 600_000;

describe('a server that closes', () => {
  it('waits no longer than a moment for WebSockets that do not answer', async () => {
    const { io, port } = await startServer();
    const client = new RawClient(port).send(...upgradeLines('/socket.io/?EIO=4&transport=websocket'));
    await client.until('pingInterval');
    await io.close();
    await client.closed();
  });

  it('closes connections that its last answers leave idle', async () => {
    const http = createServer();
    http.keepAliveTimeout = PATIENT;
    const io = new Server(http);
    http.listen(0);
    await once(http, 'listening');
    const agent = new Agent({ keepAlive: true, maxSockets: 2 });
    const get = (query: string) => {
      const { port } = http.address() as { port: number };
      return request({ agent, port, path: `/socket.io/?EIO=4&transport=polling${query}` }).end();
    };
    const opened = once(io.engine, 'connection');
    const [handshake] = await once(get(''), 'response');
    handshake.resume();
    const [conn] = await opened;
    const poll = get(`&sid=${conn.id}`);
    const answered = once(poll, 'response');
    while (!conn.transport.writable) await new Promise((resolve) => setImmediate(resolve));
    const closed = io.close();
    const [answer] = await answered;
    answer.resume();
    expect(answer.statusCode).toBe(200);
    await closed;
  });
});
