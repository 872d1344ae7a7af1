import { expect, it, onTestFinished, vi } from 'vitest';
import { Bus, BusAdapter } from '../support/bus.js';
import { harness, next, pair } from '../support/harness.js';
import { type Library, libraries, onBoth } from '../support/libraries.js';

/** Two servers that know of each other. */
async function two(load: () => Promise<Library>, options: object = {}) {
  const bus = new Bus();
  const adapter = function adapter(nsp: unknown) {
    return new BusAdapter(nsp, bus);
  };
  const each = { ...options, adapter: adapter as never };
  const [a, b] = [await harness(load, each), await harness(load, each)];
  while ((await a.io.of('/').adapter.serverCount()) < 2) await new Promise((resolve) => setImmediate(resolve));
  return { a, b, bus };
}

onBoth('two servers with an adapter of ClusterAdapterWithHeartbeat', (load) => {
  it('do not send the session store of a handshake to other servers', async () => {
    const { a, b } = await two(load);
    const store: Record<string, unknown> = {};
    store.self = store;
    a.io.use((socket, go) => {
      Object.assign(socket.handshake, { sessionStore: store, user: 'ann' });
      go();
    });
    const { socket } = await pair(a.io, a.url);
    const [remote] = await b.io.fetchSockets();
    expect(remote).not.toBe(socket);
    expect(remote).toMatchObject({ id: socket.id, handshake: { user: 'ann', query: { EIO: '4' } } });
    expect(remote?.handshake).not.toHaveProperty('sessionStore');
  });

  it('still reach their own clients when nothing reaches the other server', async () => {
    const { a, bus } = await two(load);
    const { peer } = await pair(a.io, a.url);
    bus.broken = true;
    const heard = next(peer, 'news');
    a.io.emit('news', 1);
    expect(await heard).toEqual([1]);
  });

  it('name the server that does not answer in time', async () => {
    const { a } = await two(load);
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
    onTestFinished(() => void vi.useRealTimers());
    const counted = a.io.serverSideEmitWithAck('count');
    const refused = expect(counted).rejects.toThrow('timeout reached: missing 1 responses');
    await new Promise((resolve) => setImmediate(resolve));
    vi.advanceTimersByTime(5000);
    await refused;
  });

  it('no longer count a server that has left', async () => {
    const { a, b } = await two(load);
    await b.io.close();
    const { adapter } = a.io.of('/');
    while ((await adapter.serverCount()) > 1) await new Promise((resolve) => setImmediate(resolve));
    expect(await a.io.serverSideEmitWithAck('count')).toEqual([]);
  });
});

const [, [, ours]] = libraries as [unknown, readonly [string, () => Promise<Library>]];
const EPOCH = new Date(0).toJSON();

/** JSON that clients know a date in. */
const json = {
  stringify: (value: unknown) =>
    JSON.stringify(value, function (this: Record<string, unknown>, key, text: unknown) {
      return this[key] instanceof Date ? { date: text } : text;
    }),
  parse: JSON.parse,
};

it.each([
  ['structured clones', structuredClone, { date: EPOCH }],
  ['JSON', <Value>(value: Value): Value => JSON.parse(JSON.stringify(value)), EPOCH],
])('servers talk in %s where their adapter does, whatever json says of clients', async (_, copy, arrives) => {
  const { a, b, bus } = await two(ours, { json });
  bus.copy = copy;
  const heard = [await pair(a.io, a.url), await pair(b.io, b.url)].map(({ peer }) => next(peer, 'news'));
  a.io.emit('news', new Date(0));
  expect(await Promise.all(heard)).toEqual([[{ date: EPOCH }], [arrives]]);
});
