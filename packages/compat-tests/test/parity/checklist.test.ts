import { createServer } from 'node:http';
import { describe, expect, it } from 'vitest';
import { WebSocket } from 'ws';
import { ask, client, connected, harness, listening, next, pair, record, settled } from '../support/harness.js';
import { onBoth } from '../support/libraries.js';

onBoth('a server that is attached', (load) => {
  it('keeps its path when another path is set later', async () => {
    const { io, url } = await harness(load);
    io.path('/elsewhere');
    expect(io.path()).toBe('/elsewhere');
    await connected(url);
  });

  it('lists the upgrades of polling, and none of other transports', async () => {
    const { io } = await harness(load);
    expect(io.engine.upgrades('polling')).toContain('websocket');
    expect(io.engine.upgrades('websocket')).toEqual([]);
  });

  it('keeps its connections by their secret id, which is not the socket’s', async () => {
    const { io, url } = await harness(load);
    const { socket } = await pair(io, url);
    const conn = socket.conn as unknown as { id: string };
    expect(socket.client.conn).toBe(socket.conn);
    expect(conn.id).toMatch(/^[\w-]{20}$/);
    expect(conn.id).not.toBe(socket.id);
    expect((socket.client as unknown as { id: string }).id).toBe(conn.id);
  });

  it('calls back without an error when it has closed an engine alone', async () => {
    const { Server } = await load();
    const { Server: Engine } = await import('engine.io');
    const io = new Server();
    io.bind(new Engine() as never);
    const error = await new Promise<Error | undefined>((resolve) => void io.close(resolve));
    expect(error).toBeUndefined();
  });

  it('answers poll answers uncompressed when told so', async () => {
    const { io, url } = await harness(load, { httpCompression: false } as never);
    io.on('connection', (socket) => socket.emit('long', 'x'.repeat(5000)));
    const at = `${url}/socket.io/?EIO=4&transport=polling`;
    const { sid } = JSON.parse((await (await fetch(at)).text()).slice(1));
    const session = `${at}&sid=${sid}`;
    await fetch(session, { method: 'POST', body: '40' });
    for (let text = ''; !text.includes('xxx'); ) {
      const polled = await fetch(session, { headers: { 'accept-encoding': 'gzip' } });
      expect(polled.headers.get('content-encoding')).toBeNull();
      text = await polled.text();
    }
  });

  it('refuses an upgrade that the application forbids with 400', async () => {
    const { io, url } = await harness(load, { allowRequest: (_req, answer) => answer('go away', false) });
    const told = next(io.engine, 'connection_error');
    const ws = new WebSocket(`${url.replace('http', 'ws')}/socket.io/?EIO=4&transport=websocket`);
    ws.on('error', () => {});
    const [, response] = await next(ws, 'unexpected-response');
    expect(response.statusCode).toBe(400);
    expect((await told)[0]).toMatchObject({ code: 4, context: { message: 'go away' } });
    response.destroy();
  });
});

onBoth('an event called error', (load) => {
  it('can be sent in both directions, and needs no listener', async () => {
    const { io, url } = await harness(load);
    const { socket, peer } = await pair(io, url);
    peer.emit('error', 'no listener');
    const heard = next(peer, 'error');
    expect(socket.emit('error', 'told')).toBe(true);
    expect(await heard).toEqual(['told']);
    await settled(socket, peer);
    expect(socket.connected).toBe(true);
  });
});

onBoth('acknowledgements', (load) => {
  it('are removed when their time is over', async () => {
    const { io, url } = await harness(load);
    const { socket } = await pair(io, url);
    await expect(socket.timeout(10).emitWithAck('never')).rejects.toThrow('operation has timed out');
    expect((socket as unknown as { acks: Map<number, unknown> }).acks.size).toBe(0);
  });

  it('of an event without arguments are its only argument', async () => {
    const { io, url } = await harness(load);
    const { socket, peer } = await pair(io, url);
    peer.on('ask', (answer: () => void) => answer());
    expect(await socket.emitWithAck('ask')).toBeUndefined();
    expect(await io.timeout(30_000).emitWithAck('ask')).toEqual([undefined]);
  });

  it('are answered once if several listeners answer: the first answer counts', async () => {
    const { io, url } = await harness(load);
    const { socket, peer } = await pair(io, url);
    socket.on('ask', (answer: (n: number) => void) => answer(1));
    socket.on('ask', (answer: (n: number) => void) => answer(2));
    expect(await ask(peer, 'ask')).toEqual([1]);
  });
});

onBoth('middlewares', (load) => {
  it('that are added while a client is connecting do not run for it', async () => {
    const { io, url } = await harness(load);
    const ran: string[] = [];
    io.use((_socket, go) => {
      ran.push('first');
      io.use((_later, goOn) => {
        ran.push('late');
        goOn();
      });
      go();
    });
    await connected(url);
    expect(ran).toEqual(['first']);
  });

  it('of a namespace see a socket that is not in its sockets yet', async () => {
    const { io, url } = await harness(load);
    const sizes: number[] = [];
    io.use((_socket, go) => {
      sizes.push(io.sockets.sockets.size);
      go();
    });
    io.on('connection', () => sizes.push(io.sockets.sockets.size));
    await connected(url);
    expect(sizes).toEqual([0, 1]);
  });
});

onBoth('a parent namespace', (load) => {
  it('moves no client of its children', async () => {
    const { io, url } = await harness(load);
    const parent = io.of(/^\/r/);
    const peer = await connected(`${url}/r1`);
    parent.socketsJoin('room');
    parent.socketsLeave('room');
    parent.disconnectSockets();
    const [socket] = [...io.of('/r1').sockets.values()];
    await settled(socket as never, peer);
    expect([...(socket?.rooms ?? [])]).toEqual([socket?.id]);
    expect(peer.connected).toBe(true);
  });

  it('that fails leaves the name to the next one', async () => {
    const { io, url } = await harness(load);
    io.of((_name, _auth, answer) => answer(new Error('no'), false));
    io.of(/^\/r/);
    await connected(`${url}/r1`);
    expect((await next(client(`${url}/other`), 'connect_error'))[0].message).toBe('Invalid namespace');
  });
});

describe('two servers on one HTTP server', () => {
  onBoth('by different paths', (load) => {
    it('each serve their own clients', async () => {
      const { Server } = await load();
      const http = createServer();
      const first = new Server(http, { path: '/one', destroyUpgrade: false });
      const second = new Server(http, { path: '/two', destroyUpgrade: false });
      const { url } = await listening(first, http);
      const told = [record(first, 'connection'), record(second, 'connection')];
      await connected(url, { path: '/two' });
      await connected(url, { path: '/one' });
      expect(told.map(({ length }) => length)).toEqual([1, 1]);
      second.engine.close();
    });
  });
});
