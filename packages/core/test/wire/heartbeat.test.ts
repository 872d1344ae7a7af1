import { once } from 'node:events';
import { closeOf, EngineSession, joinByWebSocket, startEcho } from '@sio/test-kit';
import { describe, expect, it } from 'vitest';

describe('the heartbeat', () => {
  it('is sent by the server, and its answer keeps the connection', async () => {
    const server = await startEcho({ pingInterval: 20, pingTimeout: 5000 });
    const ws = await joinByWebSocket(server);
    for (let beats = 0; beats < 3; beats++) {
      expect(await ws.next()).toBe('2');
      ws.send('3');
    }
    expect(server.io.engine.clientsCount).toBe(1);
  });

  it.each(['polling', 'websocket'])('that goes unanswered ends a connection over %s', async (transport) => {
    const server = await startEcho({ pingInterval: 20, pingTimeout: 20 });
    const opened = once(server.io.engine, 'connection');
    if (transport === 'websocket') void joinByWebSocket(server).catch(() => {});
    else void EngineSession.open(server);
    const [conn] = (await opened) as [{ id: string }];
    expect(await closeOf(server, conn.id)).toEqual(['ping timeout', undefined]);
    expect(server.io.engine.clientsCount).toBe(0);
  });

  it('goes through polls', async () => {
    const server = await startEcho({ pingInterval: 500, pingTimeout: 5000 });
    const session = await EngineSession.join(server);
    expect(await session.read()).toBe('2');
    const beat = once(session.conn!, 'heartbeat');
    await session.post('3');
    await beat;
  });

  it('is sent by the server only: a client that sends one is disconnected', async () => {
    const server = await startEcho();
    const ws = await joinByWebSocket(server);
    const [sid] = [...server.io.engine.clients.keys()];
    const closed = closeOf(server, sid!);
    ws.send('2');
    const [reason, description] = await closed;
    expect(reason).toBe('transport error');
    expect((description as Error).message).toBe('invalid heartbeat direction');
  });

  it('is not delayed by pongs without a ping', async () => {
    const ws = await joinByWebSocket(await startEcho({ pingInterval: 30, pingTimeout: 5000 }));
    ws.send('3', '3', '3');
    expect(await ws.next()).toBe('2');
  });
});
