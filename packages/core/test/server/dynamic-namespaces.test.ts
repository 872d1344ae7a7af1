import { Namespace, type Server, type ServerOptions, type VirtualSocket } from '@sio/core';
import { type Client, connect, startServer } from '@sio/test-kit';
import { describe, expect, it } from 'vitest';

const FEW = 20;

async function come(url: string, name: string): Promise<Client> {
  const client = connect('4.8.4', `${url}${name}`, { transports: ['websocket'] });
  await Promise.race([client.next('connect'), client.next('connect_error')]);
  return client;
}

/** Comes and goes again. */
async function pass(io: Server, url: string, name: string): Promise<void> {
  const client = await come(url, name);
  const [socket] = [...(io._nsps.get(name)?.sockets.values() ?? [])];
  if (socket === undefined) return;
  const gone = new Promise((resolve) => socket.once('disconnect', resolve));
  client.disconnect();
  await gone;
}

async function passThroughMany(io: Server, url: string, names = FEW): Promise<string[]> {
  for (let n = 0; n < names; n++) await pass(io, url, `/orders/${n}`);
  return [...io._nsps.keys()];
}

class Order extends Namespace {}

describe('namespaces that clients make up', () => {
  it('are removed with their last client if they come from a route pattern', async () => {
    const { io, url } = await startServer({ namespaces: { '/orders/:id': Order } });
    expect(await passThroughMany(io, url)).toEqual(['/']);
  });

  it('are removed with their last client if they come from a regular expression or a function', async () => {
    const { io, url } = await startServer();
    io.of(/^\/orders\/\d*[02468]$/);
    io.of((name, _auth, next) => next(null, name.startsWith('/orders/')));
    expect(await passThroughMany(io, url)).toEqual(['/']);
  });

  it('are removed if their only client is refused, or leaves before it is connected', async () => {
    const { io, url } = await startServer();
    io.of(/^\/orders\//).use((_socket, next) => next(new Error('no')));
    expect(await passThroughMany(io, url)).toEqual(['/']);

    let answer = (): void => {};
    const asked = new Promise<void>((resolve) =>
      io.of((name, _auth, next) => {
        answer = () => next(null, name === '/slow');
        resolve();
      }),
    );
    const opened = new Promise<VirtualSocket>((resolve) => io.engine.once('connection', resolve));
    const client = connect('4.8.4', `${url}/slow`, { transports: ['websocket'] });
    await asked;
    const conn = await opened;
    const closed = new Promise((resolve) => conn.once('close', resolve));
    client.raw.io.engine.close();
    await closed;
    answer();
    // The answer is taken in a later turn.
    await new Promise((resolve) => setImmediate(resolve));
    expect([...io._nsps.keys()]).toEqual(['/']);
  });

  it('stay with cleanupEmptyChildNamespaces: false, up to a limit', async () => {
    const { io, url } = await keeping({ cleanupEmptyChildNamespaces: false, maxEmptyNamespaces: 5 });
    const names = await passThroughMany(io, url);
    expect(names).toEqual(['/', '/orders/15', '/orders/16', '/orders/17', '/orders/18', '/orders/19']);
  });

  it('stay if the application has added something to them, up to a limit', async () => {
    const { io, url, family } = await keeping({ maxEmptyNamespaces: 5 });
    family.on('connection', ({ nsp }) => void nsp.use((_socket, next) => next()));
    expect(await passThroughMany(io, url)).toHaveLength(6);
  });

  it('do not count as empty while they have a socket', async () => {
    const { io, url } = await keeping({ cleanupEmptyChildNamespaces: false, maxEmptyNamespaces: 2 });
    await pass(io, url, '/orders/a');
    await come(url, '/orders/a');
    for (const name of ['b', 'c', 'd']) await pass(io, url, `/orders/${name}`);
    expect([...io._nsps.keys()]).toEqual(['/', '/orders/a', '/orders/c', '/orders/d']);
  });
});

describe('a listener that the parent of such namespaces has by once', () => {
  it('is called for one client of all of them, and does not keep them when they are empty', async () => {
    const { io, url } = await startServer();
    const called: unknown[] = [];
    const family = io.of(/^\/orders\//);
    family.once('connection', function (this: unknown, { nsp }) {
      called.push(nsp.name, this === nsp);
    });
    family.on('connection', ({ nsp }) => called.push(nsp.name));
    const clients: Client[] = [];
    for (const name of ['/orders/1', '/orders/2', '/orders/1']) clients.push(await come(url, name));
    expect(called).toEqual(['/orders/1', true, '/orders/1', '/orders/2', '/orders/1']);
    expect(family.listenerCount('connection')).toBe(1);
    for (const client of clients) client.disconnect();
    while (io._nsps.size > 1) await new Promise((resolve) => setImmediate(resolve));
  });

  it('can be taken away from one of them', async () => {
    const { io, url } = await startServer();
    const called: string[] = [];
    const family = io.of(/^\/orders\//);
    const listener = ({ nsp }: { nsp: { name: string } }) => void called.push(nsp.name);
    family.once('connection', listener);
    io.of('/orders/1').off('connection', listener);
    for (const name of ['/orders/1', '/orders/2']) await come(url, name);
    expect(called).toEqual(['/orders/2']);
  });
});

describe('namespaces that the application names', () => {
  it('keep their middlewares when they are empty, although they match a pattern', async () => {
    const { io, url } = await startServer();
    io.of(/^\/orders\//);
    let asked = 0;
    io.of('/orders/lobby').use((_socket, next) => {
      asked++;
      next();
    });
    await pass(io, url, '/orders/lobby');
    await pass(io, url, '/orders/lobby');
    expect(asked).toBe(2);
  });
});

async function keeping(options: ServerOptions) {
  const server = await startServer(options);
  return { ...server, family: server.io.of(/^\/orders\//) };
}
