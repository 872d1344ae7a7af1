import { Namespace } from '@sio/core';
import { connect, failOnStrayErrors, type LocalClient, startServer, type Version } from '@sio/test-kit';
import { describe, expect, it } from 'vitest';

failOnStrayErrors();

const CLIENTS: readonly Version[] = ['4.8.4', '3.1.3', '2.5.0', '1.7.4', '0.9.17'];
const never = () => new Promise<never>(() => {});

/** Events with which clients hear that they are kept out of a namespace. */
const REFUSALS = ['connect_error', 'connect_failed', 'error'];

/** Asks for a further namespace on the same connection. */
function ask({ version, raw }: LocalClient, name: string) {
  const socket = version === '0.9.17' ? raw.socket.of(name) : raw.io.socket(name, {});
  const refused = new Promise<unknown>((resolve) => {
    for (const event of REFUSALS) socket.on(event, resolve);
  });
  const joined = new Promise<void>((resolve) => void socket.on('connect', resolve));
  return { socket, refused, joined };
}

/** A server whose namespace `/` lets everybody in, and whose others never decide until they are told to. */
async function start() {
  const decisions: (() => void)[] = [];
  class Main extends Namespace {
    onEcho(value: unknown) {
      return value;
    }
  }
  class Hook extends Namespace {
    onConnect() {
      return new Promise<void>((resolve) => void decisions.push(resolve));
    }
  }
  const server = await startServer({
    namespaces: { '/': Main, '/hook': Hook, '/families/:id': Hook },
    guards: [
      ({ nsp }, { type }) =>
        nsp.name !== '/guard' || type !== 'connect' || new Promise((resolve) => decisions.push(() => resolve(true))),
    ],
    errorHandler: (error) => void reports.push((error as Error).message),
  });
  const reports: string[] = [];
  const { io } = server;
  io.of('/middleware').use((_socket, next) => void decisions.push(next));
  io.of('/promise').use(never);
  io.of('/guard');
  io.of((name, _auth, next) => {
    if (name === '/lookup') decisions.push(() => next(null, true));
    else next(null, false);
  });
  return { ...server, reports, decide: () => decisions.splice(0).map((decision) => decision()) };
}

const UNDECIDED = ['/hook', '/families/1', '/guard', '/middleware', '/promise', '/lookup'];

describe.each(CLIENTS)('a client %s in one namespace', (version) => {
  describe.each(['websocket', 'polling'] as const)('over %s', (transport) => {
    it('is refused in time by namespaces that do not decide, and stays connected', async () => {
      const { io, url, reports, decide } = await start();
      const client = await connect(version, url, transport).joined();
      io.connectTimeout(50);
      const asked = UNDECIDED.map((name) => ask(client, name));
      await Promise.all(asked.map(({ refused }) => refused));
      expect(await client.ask('echo', 'here')).toEqual(['here']);
      expect(new Set(reports)).toEqual(new Set(['A middleware, a guard or onConnect has not decided within 50 ms']));
      expect(reports).toHaveLength(UNDECIDED.length - 1);
      // A late decision lets no client in, and leaves no namespace behind.
      expect(decide()).toHaveLength(UNDECIDED.length - 1);
      expect(await client.ask('echo', 'still here')).toEqual(['still here']);
      expect(UNDECIDED.map((name) => io._nsps.get(name)?.sockets.size ?? 0)).toEqual(UNDECIDED.map(() => 0));
      expect([io._nsps.has('/families/1'), io._nsps.has('/lookup')]).toEqual([false, false]);
    });

    it('can try again, and is connected when the namespace decides', async () => {
      const { io, url, decide } = await start();
      const client = await connect(version, url, transport).joined();
      io.connectTimeout(50);
      const { socket, refused, joined } = ask(client, '/middleware');
      await refused;
      decide();
      io.connectTimeout(60_000);
      const waiting = new Promise<void>((resolve) => {
        io.of('/middleware').use((_socket, next) => {
          resolve();
          next();
        });
      });
      if (version === '0.9.17') socket.packet({ type: 'connect' });
      else socket.connect();
      while (decide().length === 0) await new Promise(setImmediate);
      await waiting;
      await joined;
      expect(io.of('/middleware').sockets.size).toBe(1);
    });
  });
});

describe('a client of Engine.IO 4 in no namespace', () => {
  it('is disconnected if the first one does not decide', async () => {
    const { io, url } = await start();
    io.connectTimeout(300);
    const client = connect('4.8.4', `${url}/middleware`, 'websocket');
    const [reason] = await new Promise<unknown[]>((resolve) => {
      client.raw.io.engine.on('close', (...args: unknown[]) => resolve(args));
    });
    expect(reason).toBe('transport close');
    expect(io.engine.clientsCount).toBe(0);
  });
});
