import { once } from 'node:events';
import { Namespace, type Socket, sleep } from '@sio/core';
import { type Client, connect, startServer, type Version } from '@sio/test-kit';
import { describe, expect, test } from 'vitest';
import { kLazy } from '../../src/namespace/socket/state.js';

const websocket = { transports: ['websocket'] };
const FOREVER = 2 ** 30;

/** A promise to be settled from outside. */
function signpost<T>() {
  let reach: (value: T) => void = () => {};
  const reached = new Promise<T>((resolve) => {
    reach = resolve;
  });
  return { reach, reached };
}

async function hearsThreeTicks(client: Client): Promise<void> {
  const ticks: unknown[] = [];
  client.on('tick', (n) => ticks.push(n));
  while (ticks.length < 3) await client.next('tick');
  expect(ticks).toEqual([1, 2, 3]);
}

describe('a task of a client', () => {
  test('runs beside its events, as the namespace, and ends with it', async () => {
    const ended = signpost<unknown>();
    class Ticker extends Namespace {
      ticks = 0;

      onReady() {
        this.spawn(this.#tick);
      }

      async #tick() {
        try {
          for (;;) {
            this.emit('tick', ++this.ticks);
            await this.sleep(this.ticks < 3 ? 1 : FOREVER);
          }
        } catch (error) {
          ended.reach(error);
          throw error;
        }
      }
    }
    const failures: unknown[] = [];
    const { io, url } = await startServer({
      namespaces: { '/': Ticker },
      errorHandler: (error) => failures.push(error),
    });
    const client = connect('4.8.4', url, websocket);
    await hearsThreeTicks(client);
    expect(io.tasks.running).toBe(1);
    client.disconnect();
    expect(await ended.reached).toMatchObject({ name: 'AbortError' });
    await new Promise(setImmediate);
    expect(io.tasks.running).toBe(0);
    // To have been stopped is no failure.
    expect(failures).toEqual([]);
  });

  test('that fails is reported, and harms no other client', async () => {
    class Failing extends Namespace {
      onFail(how: string) {
        if (how === 'rejects') this.spawn(() => Promise.reject(new Error(how)));
        else
          this.spawn(() => {
            throw new Error(how);
          });
        return 'started';
      }
    }
    const failures: unknown[] = [];
    const errorHandler = (error: unknown, { phase }: { phase: string }) =>
      void failures.push([phase, (error as Error).message]);
    const { url } = await startServer({ namespaces: { '/': Failing }, errorHandler });
    const client = connect('4.8.4', url, websocket);
    expect(await client.ask('fail', 'throws')).toEqual(['started']);
    expect(await client.ask('fail', 'rejects')).toEqual(['started']);
    expect(failures).toEqual([
      ['task', 'throws'],
      ['task', 'rejects'],
    ]);
  });

  test('started for a client that is refused ends at once', async () => {
    const ended = signpost<boolean>();
    class Shut extends Namespace {
      onConnect() {
        this.spawn((signal) => once(signal, 'abort').then(() => ended.reach(signal.aborted)));
        return false;
      }
    }
    const { url } = await startServer({ namespaces: { '/': Shut } });
    await connect('4.8.4', url, websocket).next('connect_error');
    expect(await ended.reached).toBe(true);
  });
});

describe("a task of a function style's socket", () => {
  test.each<Version>(['4.8.4', '2.5.0', '0.9.17'])(
    'runs beside its events and ends with its client %s',
    async (version) => {
      const ended = signpost<unknown>();
      const failures: unknown[] = [];
      const { io, url } = await startServer({ errorHandler: (error) => failures.push(error) });
      io.on('connection', (socket: Socket) => {
        socket.spawn(async (signal) => {
          try {
            for (let ticks = 1; !signal.aborted; ticks++) {
              socket.emit('tick', ticks);
              await socket.sleep(ticks < 3 ? 1 : FOREVER);
            }
          } catch (error) {
            ended.reach([error, signal === socket.signal]);
            throw error;
          }
        });
      });
      const client = connect(version, url, websocket);
      await hearsThreeTicks(client);
      expect(io.tasks.running).toBe(1);
      client.disconnect();
      expect(await ended.reached).toMatchObject([{ name: 'AbortError' }, true]);
      await new Promise(setImmediate);
      expect(io.tasks.running).toBe(0);
      expect(failures).toEqual([]);
    },
  );

  test('has the socket as `this`, and is reported if it fails', async () => {
    const failures: unknown[] = [];
    const failed = signpost<void>();
    const { io, url } = await startServer({
      errorHandler: (error, { phase, socket }) => {
        failures.push([phase, (error as Error).message, socket]);
        failed.reach();
      },
    });
    const arrived = once(io as never, 'connection') as Promise<[Socket]>;
    connect('4.8.4', url, websocket);
    const [socket] = await arrived;
    let self: unknown;
    socket.spawn(async function (this: unknown) {
      self = this;
      throw new Error('bad');
    });
    await failed.reached;
    expect(self).toBe(socket);
    expect(failures).toEqual([['task', 'bad', socket]]);
  });

  test('started after its client has left is aborted at once', async () => {
    const { io, url } = await startServer();
    const arrived = once(io as never, 'connection') as Promise<[Socket]>;
    const client = connect('4.8.4', url, websocket);
    const [socket] = await arrived;
    const gone = once(socket as never, 'disconnect');
    client.disconnect();
    await gone;
    await new Promise(setImmediate);
    expect(socket.signal.aborted).toBe(true);
    await expect(socket.sleep(FOREVER)).rejects.toMatchObject({ name: 'AbortError' });
  });

  test('costs a socket without tasks nothing: no controller is made', async () => {
    const { io, url } = await startServer();
    const arrived = once(io as never, 'connection') as Promise<[Socket]>;
    connect('4.8.4', url, websocket);
    const [socket] = await arrived;
    expect(socket[kLazy]).toBeUndefined();
  });
});

test('onError of a class gets failures of its events, hooks and tasks', async () => {
  const told: unknown[] = [];
  class Clumsy extends Namespace {
    onReady() {
      throw new Error('a hook');
    }

    async onStumble() {
      this.spawn(async () => {
        throw new Error('a task');
      });
      throw new Error('an event');
    }

    onError(error: Error, { phase, event }: { phase: string; event?: string }) {
      told.push([error.message, phase, event]);
    }
  }
  const { url } = await startServer({ namespaces: { '/': Clumsy }, errorHandler: () => {} });
  await connect('4.8.4', url, websocket).ask('stumble');
  expect(told).toEqual([
    ['a hook', 'hook', 'onReady'],
    ['a task', 'task', undefined],
    ['an event', 'event', 'stumble'],
  ]);
});

describe('a task of the server', () => {
  test('runs until the server closes', async () => {
    const { io } = await startServer();
    const ended = signpost<unknown>();
    io.spawn(async () => {
      await io.sleep(FOREVER).catch(ended.reach);
    });
    expect(io.tasks.running).toBe(1);
    await io.close();
    expect(await ended.reached).toMatchObject({ name: 'AbortError' });
    expect(io.signal.aborted).toBe(true);
  });

  test('that fails is reported', async () => {
    const { io } = await startServer();
    const failure = new Promise((resolve) => io.on('handler_error', (...args: unknown[]) => resolve(args)));
    io.spawn(() => Promise.reject(new Error('bad')));
    expect(await failure).toEqual([new Error('bad'), { phase: 'task' }]);
  });

  test('and those of its clients end when it closes', async () => {
    const ended = signpost<unknown>();
    class Sleeper extends Namespace {
      onReady() {
        this.spawn(() => this.sleep(FOREVER).catch(ended.reach));
      }
    }
    const { io, url } = await startServer({ namespaces: { '/': Sleeper } });
    await connect('4.8.4', url, websocket).next('connect');
    await io.close();
    expect(await ended.reached).toMatchObject({ name: 'AbortError' });
  });
});

describe('sleep', () => {
  test('waits, and rejects if its signal is aborted before or while it waits', async () => {
    await sleep(1);
    const controller = new AbortController();
    await sleep(1, controller.signal);
    const long = sleep(FOREVER, controller.signal);
    controller.abort(new Error('enough'));
    await expect(long).rejects.toThrow('enough');
    await expect(sleep(FOREVER, controller.signal)).rejects.toThrow('enough');
  });
});
