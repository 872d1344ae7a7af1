import { expect, it } from 'vitest';
import { WebSocket } from 'ws';
import { client, connected, harness, next, pair, record, settled } from '../support/harness.js';
import { onBoth } from '../support/libraries.js';

/** A WebSocket that speaks Socket.IO by hand, and all that it hears. */
async function spoken(url: string) {
  const ws = new WebSocket(`${url.replace('http', 'ws')}/socket.io/?EIO=4&transport=websocket`);
  const heard: string[] = [];
  ws.on('message', (data) => heard.push(String(data)));
  await next(ws, 'message');
  return { ws, heard };
}

onBoth('a parent namespace', (load) => {
  it('has no sockets to list', async () => {
    const { io, url } = await harness(load);
    const parent = io.of(/^\/r/);
    await connected(`${url}/r1`);
    expect([...parent.sockets.keys()]).toEqual([]);
    expect(await parent.allSockets()).toEqual(new Set());
  });

  it('is one of several, and the first that matches a name gets it', async () => {
    const { io, url } = await harness(load);
    const told: string[] = [];
    io.of(/^\/r/).on('connection', () => told.push('first'));
    io.of(/^\/r1/).on('connection', () => told.push('second'));
    await connected(`${url}/r1`);
    expect(told).toEqual(['first']);
  });
});

onBoth('a socket that has gone', (load) => {
  it('accepts emits, and sends them nowhere', async () => {
    const { io, url } = await harness(load);
    const { socket, peer } = await pair(io, url);
    const gone = next(socket, 'disconnect');
    peer.disconnect();
    await gone;
    expect([socket.emit('late'), socket.send('late'), socket.connected]).toEqual([true, socket, false]);
    expect([...socket.rooms]).toEqual([]);
    void socket.leave('nowhere');
  });

  it('can emit to others in its rooms while it is disconnecting', async () => {
    const { io, url } = await harness(load);
    const [one, two] = [await pair(io, url), await pair(io, url)];
    for (const { socket } of [one, two]) void socket.join('room');
    one.socket.on('disconnecting', (reason) => one.socket.to([...one.socket.rooms]).emit('left', reason));
    const heard = next(two.peer, 'left');
    one.peer.disconnect();
    expect(await heard).toEqual(['client namespace disconnect']);
  });
});

onBoth('a socket', (load) => {
  it('hears of a connect before any event', async () => {
    const { io, url } = await harness(load);
    io.on('connection', (socket) => socket.emit('welcome'));
    const { ws, heard } = await spoken(url);
    ws.send('40');
    while (heard.length < 3) await next(ws, 'message');
    expect(heard.slice(1).map((text) => text.slice(0, 3))).toEqual(['40{', '42[']);
    ws.close();
  });

  it('has another handshake.auth and the same request in each namespace', async () => {
    const { io, url } = await harness(load);
    const arrivals = [next(io, 'connection'), next(io.of('/b'), 'connection')];
    const main = client(url, { auth: { a: 1 } });
    main.io.socket('/b', { auth: { b: 2 } });
    const [[one], [two]] = (await Promise.all(arrivals)) as [[any], [any]];
    expect([one.handshake.auth, two.handshake.auth]).toEqual([{ a: 1 }, { b: 2 }]);
    expect([one.request, one.conn, one.id === two.id]).toEqual([two.request, two.conn, false]);
  });

  it('passes its flags on to an operator made from it', async () => {
    const { io, url } = await harness(load);
    const [one, two] = [await pair(io, url), await pair(io, url)];
    two.peer.on('ask', (answer: (n: number) => void) => answer(7));
    expect(await one.socket.timeout(30_000).broadcast.emitWithAck('ask')).toEqual([7]);
    expect(one.socket.broadcast).not.toBe(one.socket.broadcast);
  });

  it('accepts an acknowledgement once, and drops one that is not pending', async () => {
    const { io, url } = await harness(load);
    const arrival = next(io, 'connection');
    const { ws, heard } = await spoken(url);
    ws.send('40');
    const [socket] = await arrival;
    const answers: unknown[] = [];
    socket.emit('ask', (...args: unknown[]) => answers.push(args));
    while (!heard.some((text) => text.includes('"ask"'))) await next(ws, 'message');
    for (const packet of ['439[0]', '430[1]', '430[2]', '42["last"]']) ws.send(packet);
    await next(socket, 'last');
    expect(answers).toEqual([[1]]);
    ws.close();
  });

  it('gets an error when a client sends bytes that it did not announce', async () => {
    const { io, url } = await harness(load);
    const arrival = next(io, 'connection');
    const { ws } = await spoken(url);
    ws.send('40');
    const [socket] = await arrival;
    const told = [next(socket, 'error'), next(socket, 'disconnect')];
    ws.send(Buffer.of(1, 2));
    const [[error]] = (await Promise.all(told)) as [[Error], unknown];
    expect(error.message).toContain('binary data');
  });

  it('is ended by a packet with more attachments than ten', async () => {
    const { io, url } = await harness(load);
    const arrival = next(io, 'connection');
    const { ws } = await spoken(url);
    ws.send('40');
    const [socket] = await arrival;
    const told = next(socket, 'disconnect');
    ws.send(`4511-["a"]`);
    await told;
  });
});

onBoth('broadcasts that ask', (load) => {
  it('leave nothing in sockets whose clients do not answer in time', async () => {
    const { io, url } = await harness(load);
    const { socket } = await pair(io, url);
    await expect(io.timeout(10).emitWithAck('never')).rejects.toMatchObject({ responses: [] });
    expect((socket as unknown as { acks: Map<number, unknown> }).acks.size).toBe(0);
  });

  it('need a callback or a promise; without one, answers go nowhere', async () => {
    const { io, url } = await harness(load);
    const { socket, peer } = await pair(io, url);
    const heard = record(peer, 'told');
    expect(io.timeout(10).emit('told', 1)).toBe(true);
    await settled(socket, peer);
    expect(heard).toEqual([['told', 1]]);
  });
});

onBoth('texts that go to many', (load) => {
  it('have the same text over WebSocket and polling', async () => {
    const { io, url } = await harness(load);
    const peers = [await connected(url), await connected(url, { transports: ['polling'] })];
    const heard = peers.map((peer) => next(peer, 'news'));
    io.emit('news', 'ü', [1]);
    expect(await Promise.all(heard)).toEqual([
      ['ü', [1]],
      ['ü', [1]],
    ]);
  });
});

onBoth('a client that comes back', (load) => {
  it('is sent what it missed before it learns that it is connected', async () => {
    const { io, url } = await harness(load, { connectionStateRecovery: {} });
    const arrival = next(io, 'connection');
    const first = await spoken(url);
    first.ws.send('40');
    const [socket] = await arrival;
    socket.emit('first');
    while (first.heard.length < 3) await next(first.ws, 'message');
    const { pid } = JSON.parse((first.heard[1] as string).slice(2));
    const offset = JSON.parse((first.heard[2] as string).slice(2)).at(-1);
    const gone = next(socket, 'disconnect');
    first.ws.terminate();
    await gone;
    io.emit('missed');
    const second = await spoken(url);
    second.ws.send(`40${JSON.stringify({ pid, offset })}`);
    while (second.heard.length < 3) await next(second.ws, 'message');
    expect(second.heard[1]).toMatch(/^42\["missed",/);
    expect(JSON.parse((second.heard[2] as string).slice(2))).toMatchObject({ sid: socket.id, pid });
    second.ws.close();
  });

  it('is not requested from an adapter if recovery is off', async () => {
    const { Adapter } = await import('socket.io-adapter');
    const asked: string[] = [];
    class Mine extends Adapter {
      override persistSession() {
        asked.push('persist');
      }
      override restoreSession() {
        asked.push('restore');
        return null as never;
      }
    }
    const { io, url } = await harness(load, { adapter: Mine });
    const { socket, peer } = await pair(io, url, { auth: { pid: 'x', offset: 'y' } });
    const gone = next(socket, 'disconnect');
    peer.io.engine.close();
    await gone;
    expect(asked).toEqual([]);
  });
});
