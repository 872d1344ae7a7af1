import { once } from 'node:events';
import type { VirtualSocket } from '@sio/core';
import { bystander, connect, EngineSession, held, startEcho } from '@sio/test-kit';
import { describe, expect, it } from 'vitest';

async function probed() {
  const server = await startEcho();
  const session = await EngineSession.join(server);
  const ws = await session.webSocket();
  expect(await ws.send('2probe').next()).toBe('3probe');
  return { server, session, ws };
}

describe('an upgrade from polling to WebSocket', () => {
  it('answers the waiting poll, and then carries the packets', async () => {
    const server = await startEcho();
    const session = await EngineSession.join(server);
    const poll = session.poll();
    await held(session);
    const { conn } = session;
    const upgrading = once(conn!, 'upgrading');
    const upgraded = once(conn!, 'upgrade');
    const ws = await session.webSocket();
    expect(await ws.send('2probe').next()).toBe('3probe');
    await upgrading;
    expect((await poll.answer()).body).toBe('6');
    ws.send('5');
    await upgraded;
    expect(conn).toMatchObject({ upgraded: true, transport: { name: 'websocket' } });
    expect(await ws.send('42["echo",1]').next()).toBe('42["echo",1]');
  });

  it('loses nothing that is sent during the upgrade', async () => {
    const { server, session, ws } = await probed();
    for (let n = 0; n < 3; n++) server.io.emit('news', n);
    ws.send('5');
    for (let n = 0; n < 3; n++) expect(await ws.next()).toBe(`42["news",${n}]`);
    expect(session.conn?.transport.name).toBe('websocket');
  });

  it('answers polls with noops until it is complete', async () => {
    const { session, ws } = await probed();
    expect(await session.read()).toBe('6');
    expect(await session.read()).toBe('6');
    ws.send('5', '42["echo",1]');
    expect(await ws.next()).toBe('42["echo",1]');
  });

  it('ends polls and POSTs', async () => {
    const { session, ws } = await probed();
    ws.send('5', '42["echo",1]');
    await ws.next();
    expect((await session.poll().answer()).status).toBe(400);
    expect((await session.post('42["echo",2]')).status).toBe(400);
    expect(await ws.send('42["echo",3]').next()).toBe('42["echo",3]');
  });

  it('can be tried once: a second WebSocket is closed, and harms nothing', async () => {
    const { session, ws } = await probed();
    expect(await (await session.webSocket()).closed()).toBe(1005);
    ws.send('5', '42["echo",1]');
    expect(await ws.next()).toBe('42["echo",1]');
    expect(await (await session.webSocket()).closed(), 'nor afterwards').toBe(1005);
    expect(await ws.send('42["echo",2]').next()).toBe('42["echo",2]');
  });

  it.each(['3probe', '2', '42["echo",1]', 'x', ''])(
    'that begins with %j is given up, and the session lives',
    async (frame) => {
      const server = await startEcho();
      const session = await EngineSession.join(server);
      const other = await bystander(server);
      const ws = await session.webSocket();
      ws.send(frame);
      await ws.closed();
      await session.echoes();
      await other.noticesNothing();
    },
  );

  it('that is begun and never completed times out, and the session stays', async () => {
    const server = await startEcho({ upgradeTimeout: 30 });
    const session = await EngineSession.join(server);
    const silent = await session.webSocket();
    await silent.closed();
    const probing = await session.webSocket();
    expect(await probing.send('2probe').next()).toBe('3probe');
    await probing.closed();
    await session.echoes();
  });

  it('whose socket is lost after the probe keeps the session on polling', async () => {
    const { session, ws } = await probed();
    ws.ws.terminate();
    await ws.closed();
    await session.post('42["echo",1]');
    let body = await session.read();
    while (body === '6') body = await session.read();
    expect(body).toBe('42["echo",1]');
  });

  it('is refused if upgrades are not allowed', async () => {
    const server = await startEcho({ allowUpgrades: false });
    const session = await EngineSession.join(server);
    await expect(session.webSocket()).rejects.toThrow('400');
    await session.echoes();
  });
});

describe('a connection that ends while its client changes the transport', () => {
  it('ends on the new transport, once the client has committed', async () => {
    const { session, ws } = await probed();
    const { conn } = session;
    conn!.close();
    expect(conn!.readyState).toBe('closing');
    ws.send('5');
    expect(await ws.closed()).toBe(1005);
    expect(conn).toMatchObject({ readyState: 'closed', upgraded: true });
  });

  it('sends the remaining output over the WebSocket when it is closed', async () => {
    const { server, session, ws } = await probed();
    server.io.emit('news', 1);
    session.conn!.close();
    ws.send('5');
    expect(await ws.next()).toBe('42["news",1]');
    await ws.closed();
  });

  it('ends without the client if the client does not commit', async () => {
    const { session, ws } = await probed();
    const gone = once(session.conn!, 'close');
    session.conn!.close();
    await gone;
    expect(await ws.closed()).toBe(1005);
  });

  it.each([
    ['by closing it', (conn: VirtualSocket) => conn.close()],
    ['by closing it without its last words', (conn: VirtualSocket) => conn.close(true)],
    ['by shutting down', (conn: VirtualSocket) => conn.shutDown()],
  ])('is heard of by engine.io-client at once (%s)', async (_how, end) => {
    const server = await startEcho();
    for (let round = 0; round < 10; round++) {
      server.io.engine.once('connection', (conn: VirtualSocket) => conn.once('upgrading', () => end(conn)));
      const client = connect('4.8.4', server.url, 'upgrade');
      await client.next('disconnect');
    }
  });
});
