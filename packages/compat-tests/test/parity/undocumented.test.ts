import { expect, it } from 'vitest';
import { connected, harness, next, pair } from '../support/harness.js';
import { onBoth } from '../support/libraries.js';

onBoth('members without documentation', (load) => {
  it.each(['websocket', 'polling'])('that applications read are there (%s)', async (transport) => {
    const { io, url } = await harness(load);
    const { socket } = (await pair(io, url, { transports: [transport], query: { name: 'ann' } })) as { socket: any };
    const server = io as any;
    expect(socket.conn.server).toBe(io.engine);
    expect(socket.client.conn.server.clientsCount).toBe(1);
    expect(socket.client.conn.request.url).toContain('name=ann');
    expect(Object.hasOwn(socket.handshake.query, 'name')).toBe(true);
    expect(Object.hasOwn(socket.handshake.query, 'other')).toBe(false);
    expect(socket.request._query.name).toBe('ann');
    expect(socket.client.nsps.get('/')).toBe(socket);
    expect(server.eio.clientsCount).toBe(1);
    expect(server._opts).toBeTypeOf('object');
    const before = server.parentNsps.size;
    io.of(/^\/family/);
    expect(server.parentNsps.size).toBe(before + 1);
    const middleware = (_socket: unknown, go: () => void) => go();
    io.of('/guarded').use(middleware);
    expect(server._nsps.get('/guarded')._fns).toEqual([middleware]);
  });

  it('of the engine list its connections as an object does', async () => {
    const { io, url } = await harness(load);
    const { socket } = (await pair(io, url, { transports: ['websocket'] })) as { socket: any };
    const { clients } = io.engine as any;
    const { id } = socket.conn;
    expect(clients[id]).toBe(socket.conn);
    expect(id in clients).toBe(true);
    expect('constructor-like' in clients).toBe(false);
    expect(Object.keys(clients)).toEqual([id]);
    expect(Object.values(clients)).toEqual([socket.conn]);
    const seen: string[] = [];
    for (const key in clients) seen.push(key);
    expect(seen).toEqual([id]);
    expect(clients.nothing).toBeUndefined();
    const gone = next(socket, 'disconnect');
    clients[id].close();
    await gone;
    expect(Object.keys(clients)).toEqual([]);
  });

  it.each([false, true])('show the socket of a WebSocket (perMessageDeflate: %s)', async (perMessageDeflate) => {
    const { io, url } = await harness(load, { perMessageDeflate });
    const { socket } = (await pair(io, url, { transports: ['websocket'] })) as { socket: any };
    const ws = socket.conn.transport.socket;
    expect(ws._socket.remoteAddress).toMatch(/127\.0\.0\.1|::1/);
    expect([ws.readyState, ws.bufferedAmount]).toEqual([1, 0]);
    expect('permessage-deflate' in ws._extensions).toBe(perMessageDeflate);
    const gone = next(socket, 'disconnect');
    ws.terminate();
    expect((await gone)[0]).toBe('transport close');
    expect(ws.readyState).toBe(3);
  });

  it('show no socket of a client that polls', async () => {
    const { io, url } = await harness(load);
    const { socket } = (await pair(io, url, { transports: ['polling'] })) as { socket: any };
    expect(socket.conn.transport.socket).toBeUndefined();
  });

  it.each([
    ['a=1&a=2', { a: '2' }],
    ['a=&b', { a: '', b: '' }],
    ['a[]=1&a[]=2', { 'a[]': '2' }],
    ['__proto__=1', JSON.parse('{"__proto__":"1"}')],
    ['hasOwnProperty=1', { hasOwnProperty: '1' }],
    ['x=%zz&y=a+b%20c', { x: '%zz', y: 'a b c' }],
  ])('read the query %s alike', async (query, expected) => {
    const { io, url } = await harness(load);
    const arrived = next(io, 'connection');
    const hello = await (await fetch(`${url}/socket.io/?EIO=4&transport=polling&${query}`)).text();
    const { sid } = JSON.parse(hello.slice(1));
    await fetch(`${url}/socket.io/?EIO=4&transport=polling&sid=${sid}`, { method: 'POST', body: '40' });
    const [socket] = (await arrived) as [any];
    const { EIO, transport, ...rest } = socket.handshake.query;
    expect([EIO, transport, Object.entries(rest)]).toEqual(['4', 'polling', Object.entries(expected)]);
  });

  it('treat an empty session id as none', async () => {
    const { url } = await harness(load);
    const answer = await fetch(`${url}/socket.io/?EIO=4&transport=polling&sid=`);
    expect([answer.status, (await answer.text()).slice(0, 7)]).toEqual([200, '0{"sid"']);
    await connected(`${url}`, { transports: ['websocket'], query: { sid: '' } });
  });
});
