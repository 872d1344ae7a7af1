import { expect, it } from 'vitest';
import { ask, client, harness, next, pair, record, settled } from '../support/harness.js';
import { type Library, onBoth } from '../support/libraries.js';
import { provideWebTransport, SessionPair } from '../support/webtransport.js';

const TRANSPORTS = ['polling', 'websocket', 'webtransport'];

async function prepared(load: () => Promise<Library>, options: object = {}) {
  const running = await harness(load, { transports: TRANSPORTS as never, ...options });
  provideWebTransport((session) => void running.io.engine.onWebTransportSession(session));
  return running;
}

onBoth('WebTransport sessions', (load) => {
  it('carry the official client, text and binary, short and long', async () => {
    const { io, url } = await prepared(load);
    io.on('connection', (socket) => socket.on('echo', (...args) => args.pop()(...args)));
    const { socket, peer } = await pair(io, url, { transports: ['webtransport'] });
    expect([socket.conn.transport.name, peer.io.engine.transport.name]).toEqual(['webtransport', 'webtransport']);
    for (const size of [0, 1, 125, 126, 65_535, 65_536, 200_000]) {
      const [text, bytes] = ['ü'.repeat(size), Buffer.alloc(size + 1, 7)];
      expect(await ask(peer, 'echo', text, bytes)).toEqual([text, bytes]);
    }
    await settled(socket, peer);
  });

  it('have no request', async () => {
    const { io, url } = await prepared(load);
    const { socket } = await pair(io, url, { transports: ['webtransport'] });
    expect(socket.request ?? undefined).toBeUndefined();
    expect(socket.handshake).toMatchObject({ headers: {}, query: {}, secure: true, xdomain: false });
  });

  it('take over from polling', async () => {
    const { io, url } = await prepared(load);
    const arrival = next(io.engine, 'connection');
    const peer = client(url, { transports: ['polling', 'webtransport'] });
    const [conn] = await arrival;
    const [transport] = await next(conn, 'upgrade');
    expect(transport.name).toBe('webtransport');
    io.on('connection', () => {});
    io.emit('news', 1);
    expect(await next(peer, 'news')).toEqual([1]);
  });

  it('end the connection when they end', async () => {
    const { io, url } = await prepared(load);
    const { socket, peer } = await pair(io, url, { transports: ['webtransport'] });
    const gone = next(socket, 'disconnect');
    peer.disconnect();
    expect((await gone)[0]).toBe('client namespace disconnect');
  });

  it('are closed by the server on disconnect', async () => {
    const { io, url } = await prepared(load);
    const { socket, peer } = await pair(io, url, { transports: ['webtransport'] });
    const gone = next(peer, 'disconnect');
    socket.disconnect(true);
    expect(['io server disconnect', 'transport close']).toContain((await gone)[0]);
  });

  it('are closed if no message arrives in time', async () => {
    const { io } = await prepared(load, { upgradeTimeout: 10 });
    const session = new SessionPair();
    void io.engine.onWebTransportSession(session.server);
    await session.closed;
  });

  it('are closed if the first packet is invalid', async () => {
    const { io } = await prepared(load);
    const told = record(io.engine, 'connection_error');
    for (const bytes of [
      [0],
      [3, 0x34, 0x68, 0x69],
      [9, ...Buffer.from('0{"sid":1')],
      [14, ...Buffer.from('0{"sid":"no"}x')],
    ]) {
      const session = new SessionPair();
      void io.engine.onWebTransportSession(session.server);
      const { writable } = await session.client.createBidirectionalStream();
      writable
        .getWriter()
        .write(Uint8Array.from(bytes))
        .catch(() => {});
      await session.closed;
    }
    expect(told).toEqual([]);
  });

  it('have ids that generateId does not make', async () => {
    const { io, url } = await prepared(load);
    const made: unknown[] = [];
    (io.engine as any).generateId = () => made.push('mine');
    const { socket } = await pair(io, url, { transports: ['webtransport'] });
    expect([(socket.conn as any).id.length, made]).toEqual([20, []]);
  });

  it('are refused where middlewares guard the server', async () => {
    const { io } = await prepared(load);
    io.engine.use((_req: unknown, _res: unknown, go: () => void) => go());
    const session = new SessionPair();
    void io.engine.onWebTransportSession(session.server);
    await session.closed;
  });
});
