import { once } from 'node:events';
import { type DisconnectDetails, Namespace } from '@sio/core';
import { connect, fetchAnswer, type Running, refusedUpgrade, startServer, type Version } from '@sio/test-kit';
import { describe, expect, it, vi } from 'vitest';

const CLIENTS: readonly (readonly [Version, string])[] = [
  ['4.8.4', 'websocket'],
  ['4.8.4', 'polling'],
  ['2.5.0', 'websocket'],
  ['2.5.0', 'polling'],
  ['0.9.17', 'websocket'],
  ['0.9.17', 'xhr-polling'],
];

/** Something that takes as long as the test wants. */
class Gate {
  open: (answer: string) => void = () => {};
  readonly opened = new Promise<string>((resolve) => {
    this.open = resolve;
  });
  entered: () => void = () => {};
  readonly busy = new Promise<void>((resolve) => {
    this.entered = resolve;
  });
}

async function slowServer(gate: Gate): Promise<{ server: Running; gone: Promise<unknown[]> }> {
  let left: (args: unknown[]) => void;
  const gone = new Promise<unknown[]>((resolve) => {
    left = resolve;
  });
  class Slow extends Namespace {
    async onWork() {
      gate.entered();
      return gate.opened;
    }

    onDisconnect(...args: unknown[]) {
      left(args);
    }
  }
  return { server: await startServer({ namespaces: { '/': Slow }, pingInterval: 60_000 }), gone };
}

describe('a server that is being drained', () => {
  it.each([
    ['Engine.IO 4', '/socket.io/?EIO=4&transport=polling'],
    ['Engine.IO 3', '/socket.io/?EIO=3&transport=polling'],
    ['Socket.IO 0.9', '/socket.io/1/'],
  ])('tells new clients of %s to try again later', async (_generation, path) => {
    const { io, url } = await startServer();
    await io.drain({ retryAfter: 7 });
    const told = new Promise<string>(
      (resolve) => void io.engine.once('connection_error', ({ context }) => resolve(context.name)),
    );
    const { status, headers } = await fetchAnswer(url + path);
    expect([status, headers['retry-after'], await told]).toEqual([503, '7', 'SERVER_DRAINING']);
  });

  it('waits for the hooks of its disconnected clients, which may still ask other servers', async () => {
    const order: string[] = [];
    class Member extends Namespace {
      async onDisconnect() {
        await new Promise((resolve) => setTimeout(resolve, 200));
        order.push('the hook has ended');
      }
    }
    const { io, url } = await startServer({ namespaces: { '/': Member } });
    await connect('4.8.4', url).joined();
    expect(await io.drain({ jitter: 0, deadline: 60_000 })).toEqual({ closed: 1, cut: 0 });
    expect(order).toEqual(['the hook has ended']);
  });

  it('waits for such a hook until the deadline at most', async () => {
    class Member extends Namespace {
      onDisconnect() {
        return new Promise<void>(() => {});
      }
    }
    const { io, url } = await startServer({ namespaces: { '/': Member } });
    await connect('4.8.4', url).joined();
    await expect(io.drain({ jitter: 0, deadline: 100 })).resolves.toBeDefined();
  });

  it.each([3, 4])('refuses WebSockets of Engine.IO %i with 503 and Retry-After', async (revision) => {
    const { io, url } = await startServer();
    await io.drain();
    const { status, headers } = await refusedUpgrade(`${url}/socket.io/?EIO=${revision}&transport=websocket`);
    expect([status, headers['retry-after']]).toEqual([503, '5']);
  });

  it.each(CLIENTS)(
    'finishes what client %s over %s waits for, then ends its connection so that it reconnects',
    async (version, transport) => {
      const gate = new Gate();
      const { server, gone } = await slowServer(gate);
      const client = connect(version, server.url, { transports: [transport] });
      await client.next('connect');
      const answer = client.ask('work');
      const ended = client.next('disconnect');
      await gate.busy;
      const drained = server.io.drain({ deadline: 600_000, jitter: 0 });
      // It can still be talked to.
      const more = client.next('more');
      server.io.emit('more', 1);
      expect(await more).toEqual([1]);
      gate.open('done');
      expect(await answer).toEqual(['done']);
      // 0.9 is told to come again, and calls that `booted` all the same.
      expect(['transport close', 'error', 'booted', undefined]).toContain((await ended)[0]);
      expect(await drained).toEqual({ closed: 1, cut: 0 });
      const [reason, , details] = (await gone) as [string, unknown, DisconnectDetails];
      expect([reason, details.code, details.by]).toEqual(['server shutting down', 'server_shutting_down', 'server']);
      expect(server.io.engine.clientsCount).toBe(0);
    },
  );

  it('waits for acknowledgements of listeners and of clients', async () => {
    const server = await startServer();
    let acknowledge: () => void = () => {};
    const asked = new Promise<void>((resolve) => {
      server.io.on('connection', (socket) => {
        socket.on('work', (done: () => void) => {
          acknowledge = done;
          resolve();
        });
      });
    });
    const [working, owing] = [1, 2].map(() => connect('4.8.4', server.url, { transports: ['websocket'] }));
    await Promise.all([working!.next('connect'), owing!.next('connect')]);
    const answer = working!.ask('work');
    let pay: () => void = () => {};
    const due = new Promise<void>((resolve) => {
      owing!.on('bill', (done) => {
        pay = done;
        resolve();
      });
    });
    const paid = new Promise((resolve) => server.io.sockets.sockets.get(owing!.raw.id)!.emit('bill', resolve));
    await Promise.all([asked, due]);
    const drained = server.io.drain({ jitter: 0 });
    pay();
    await paid;
    acknowledge();
    await answer;
    expect(await drained).toEqual({ closed: 2, cut: 0 });
  });

  it('waits for a connect that is not yet decided', async () => {
    let decide: () => void = () => {};
    const server = await startServer();
    const asked = new Promise<void>((resolve) => {
      server.io.use((_socket, next) => {
        decide = next;
        resolve();
      });
    });
    const client = connect('4.8.4', server.url, { transports: ['websocket'] });
    const connected = client.next('connect');
    await asked;
    const drained = server.io.drain({ jitter: 0 });
    decide();
    await connected;
    expect(await drained).toEqual({ closed: 1, cut: 0 });
  });

  it('cuts the connections that are not done at the deadline', async () => {
    const gate = new Gate();
    const { server, gone } = await slowServer(gate);
    const client = connect('4.8.4', server.url, { transports: ['websocket'] });
    const idle = connect('4.8.4', server.url, { transports: ['websocket'] });
    await Promise.all([client.next('connect'), idle.next('connect')]);
    void client.ask('work');
    await gate.busy;
    expect(await server.io.drain({ deadline: 100, jitter: 0 })).toEqual({ closed: 1, cut: 1 });
    expect((await gone)[0]).toBe('server shutting down');
  });

  it('ends its connections at different moments', async () => {
    const server = await startServer();
    const clients = Array.from({ length: 5 }, () => connect('4.8.4', server.url, { transports: ['websocket'] }));
    await Promise.all(clients.map((client) => client.next('connect')));
    const order: number[] = [];
    const conns = [...server.io.engine.clients.values()];
    for (const [index, conn] of conns.entries()) conn.on('close', () => order.push(index));
    const lots = [0.8, 0.2, 0.6, 0, 0.4];
    const random = vi.spyOn(Math, 'random').mockImplementation(() => lots.shift() ?? 0);
    try {
      await server.io.drain({ jitter: 500 });
    } finally {
      random.mockRestore();
    }
    expect(order).toEqual([3, 1, 4, 2, 0]);
  });

  it('drains once, however often drain is called, and leaves the HTTP server alone', async () => {
    const { io, http, url } = await startServer();
    http.on('request', (_req, res) => {
      if (!res.headersSent) res.end('alive');
    });
    const client = connect('4.8.4', url);
    await client.next('connect');
    const first = io.drain({ jitter: 0 });
    expect(io.drain()).toBe(first);
    await first;
    expect(io.drain()).toBe(first);
    expect((await fetchAnswer(`${url}/`)).body).toBe('alive');
    await io.close();
    expect(http.listening).toBe(false);
  });

  it('is drained at once if it is closed meanwhile, or has no clients', async () => {
    const gate = new Gate();
    const { server } = await slowServer(gate);
    const client = connect('4.8.4', server.url, { transports: ['websocket'] });
    await client.next('connect');
    void client.ask('work');
    await gate.busy;
    const drained = server.io.drain({ deadline: 60_000 });
    await server.io.close();
    expect(await drained).toEqual({ closed: 0, cut: 0 });
    expect(await (await startServer()).io.drain()).toEqual({ closed: 0, cut: 0 });
  });

  it('refuses invalid options', async () => {
    const { io } = await startServer();
    expect(() => io.drain({ deadline: -1 })).toThrow('option drain.deadline must be a number of at least 0, not -1');
    await expect(startServer({ drain: { jitter: Number.NaN } })).rejects.toThrow('option drain.jitter');
  });

  it('tells a client between two polls with its next poll', async () => {
    const server = await startServer();
    const { body } = await fetchAnswer(`${server.url}/socket.io/?EIO=4&transport=polling`);
    const { sid } = JSON.parse(body.slice(1)) as { sid: string };
    const [conn] = [...server.io.engine.clients.values()];
    const closed = once(conn!, 'close');
    const drained = server.io.drain({ jitter: 0 });
    expect((await closed)[0]).toBe('server shutting down');
    const poll = await fetchAnswer(`${server.url}/socket.io/?EIO=4&transport=polling&sid=${sid}`);
    expect(poll.body).toContain('1');
    expect(await drained).toEqual({ closed: 1, cut: 0 });
  });
});
