import { type Logger, Namespace, type ServerOptions, type Socket, sleep } from '@sio/core';
import { connect, startServer, type Version } from '@sio/test-kit';
import { Adapter } from 'socket.io-adapter';
import { describe, expect, onTestFinished, test } from 'vitest';

const VERSIONS: Version[] = ['4.8.4', '2.5.0', '0.9.17'];
const TRANSPORTS = ['websocket', 'polling'];
const FOREVER = 2 ** 30;

/** Two turns of the event loop, within which Node reports an unhandled rejection. */
async function settled(): Promise<void> {
  for (let turns = 0; turns < 2; turns++) await new Promise((resolve) => setImmediate(resolve));
}

/** Notes unhandled rejections, which would end the process. */
function noteUnhandled(): unknown[] {
  const unhandled: unknown[] = [];
  const note = (error: unknown) => void unhandled.push(error);
  process.on('unhandledRejection', note);
  onTestFinished(() => void process.off('unhandledRejection', note));
  return unhandled;
}

/** A server with a client, and all that would end its process. */
async function play(version: Version = '4.8.4', transport = 'websocket', options: ServerOptions = {}) {
  const unhandled = noteUnhandled();
  const debug: string[] = [];
  const nothing = () => {};
  const logger: Logger = {
    error: nothing,
    warn: nothing,
    info: nothing,
    debug: (_details, message) => void debug.push(String(message)),
  };
  const running = await startServer({ logger, ...options });
  const arrived = new Promise<Socket>((resolve) => void running.io.once('connection', resolve));
  const name = version === '0.9.17' && transport === 'polling' ? 'xhr-polling' : transport;
  const client = connect(version, running.url, { transports: [name] });
  const [socket] = await Promise.all([arrived, client.next('connect')]);
  return { ...running, unhandled, debug, client, socket };
}

/** The same, with another client and a cluster. */
async function playWithAnother() {
  const harness = await play('4.8.4', 'websocket', { adapter: Silent });
  const arrived = new Promise((resolve) => void harness.io.once('connection', resolve));
  connect('4.8.4', harness.url, { transports: ['websocket'] });
  await arrived;
  return harness;
}

type Play = Awaited<ReturnType<typeof play>>;

/** Promises of ours that are left alone. */
const LEAVING: Record<string, (socket: Socket) => void> = {
  'socket.emitWithAck()': (socket) => void socket.emitWithAck('question'),
  'socket.timeout().emitWithAck()': (socket) => void socket.timeout(FOREVER).emitWithAck('question'),
  'socket.sleep()': (socket) => void socket.sleep(FOREVER),
  'sleep() with the signal of a socket': (socket) => void sleep(FOREVER, socket.signal),
};

describe.each(VERSIONS)('a client %s that leaves', (version) => {
  describe.each(TRANSPORTS)('by %s', (transport) => {
    test.each(Object.keys(LEAVING))('does not end the process when %s is not awaited', async (call) => {
      const { socket, client, unhandled } = await play(version, transport);
      const gone = new Promise((resolve) => void socket.on('disconnect', resolve));
      LEAVING[call]!(socket);
      await settled();
      client.disconnect();
      await gone;
      await settled();
      expect(unhandled).toEqual([]);
    });

    test.each(Object.keys(LEAVING))('does not end the process when the server closes (%s)', async (call) => {
      const { socket, io, unhandled } = await play(version, transport);
      LEAVING[call]!(socket);
      await settled();
      await io.close();
      await settled();
      expect(unhandled).toEqual([]);
    });
  });
});

/** Of a cluster whose other servers do not answer. */
class Silent extends Adapter {
  override serverSideEmit(packet: unknown[]): void {
    const done = packet.at(-1) as (error: Error, responses: unknown[]) => void;
    done(new Error('timeout reached: only 0 responses received out of 1'), []);
  }
}

class Broken extends Adapter {
  override addAll(): Promise<void> {
    return Promise.reject(new Error('the broker is gone'));
  }

  override del(): Promise<void> {
    return Promise.reject(new Error('the broker is gone'));
  }

  override fetchSockets(): Promise<never> {
    return Promise.reject(new Error('the broker is gone'));
  }

  override sockets(): Promise<never> {
    return Promise.reject(new Error('the broker is gone'));
  }
}

const ELSEWHERE: Record<string, (play: Play) => unknown> = {
  'io.emitWithAck() without time enough': ({ io }) => io.timeout(1).emitWithAck('question'),
  'socket.broadcast.emitWithAck()': ({ socket }) => socket.broadcast.timeout(1).emitWithAck('question'),
  'a room’s emitWithAck()': ({ io, socket }) => io.to(socket.id).timeout(1).emitWithAck('question'),
  'a namespace’s emitWithAck() without time enough': ({ io }) => io.of('/').timeout(1).emitWithAck('question'),
  'serverSideEmitWithAck() without an answer': ({ io }) => io.serverSideEmitWithAck('question'),
  'io.sleep()': ({ io }) => {
    const sleeping = io.sleep(FOREVER);
    void io.close();
    return sleeping;
  },
  'socket.emitWithAck() after the client has left': ({ socket }) => socket.disconnect().emitWithAck('question'),
  'socket.timeout(1).emitWithAck()': ({ socket }) => socket.timeout(1).emitWithAck('question'),
};

describe('a promise that is rejected', () => {
  test.each(Object.keys(ELSEWHERE))('reaches the code that awaits it (%s)', async (call) => {
    const harness = await playWithAnother();
    await expect(ELSEWHERE[call]!(harness)).rejects.toThrow();
    await settled();
    expect(harness.debug.filter((line) => line.includes('nothing awaits'))).toEqual([]);
  });

  test.each(Object.keys(ELSEWHERE))(
    'does not end a process that does not await it, and is in the debug log (%s)',
    async (call) => {
      const harness = await playWithAnother();
      const told = new Promise<void>((resolve) => {
        const { push } = harness.debug;
        harness.debug.push = (...lines) => {
          if (lines.some((line) => line.includes('nothing awaits'))) resolve();
          return push.apply(harness.debug, lines);
        };
      });
      ELSEWHERE[call]!(harness);
      await told;
      await settled();
      expect(harness.unhandled).toEqual([]);
    },
  );

  test('by a remote socket does not end the process', async () => {
    const { io, unhandled } = await play();
    const [remote] = await io.fetchSockets();
    const answer = remote!.timeout(1).emitWithAck('question');
    void remote!.timeout(1).emitWithAck('question');
    await expect(answer).rejects.toThrow('operation has timed out');
    await settled();
    expect(unhandled).toEqual([]);
  });

  test('by an adapter does not end the process', async () => {
    const { io, socket, unhandled } = await play('4.8.4', 'websocket', { adapter: Broken });
    void io.fetchSockets();
    void io.to('a').fetchSockets();
    void io.allSockets();
    void socket.join('a');
    void socket.leave('a');
    void socket.drained();
    await settled();
    expect(unhandled).toEqual([]);
    await expect(io.fetchSockets()).rejects.toThrow('the broker is gone');
  });
});

test('promises that a method of a class does not await do not end the process', async () => {
  class Forgetful extends Namespace {
    onForget() {
      void this.emitWithAck('question');
      void this.sleep(FOREVER);
      return 'forgotten';
    }
  }
  const unhandled = noteUnhandled();
  const { url, io } = await startServer({ namespaces: { '/': Forgetful } });
  const client = connect('4.8.4', url, { transports: ['websocket'] });
  expect(await client.ask('forget')).toEqual(['forgotten']);
  const [socket] = io.sockets.sockets.values();
  const gone = new Promise((resolve) => void socket!.on('disconnect', resolve));
  client.disconnect();
  await gone;
  await settled();
  expect(unhandled).toEqual([]);
});

test('the promises of sio are instances of Promise', async () => {
  const { socket, client } = await play();
  client.on('question', (answer: (value: string) => void) => answer('yes'));
  const answer = socket.emitWithAck('question');
  expect(answer).toBeInstanceOf(Promise);
  expect(await Promise.all([answer, answer.then((value: string) => value.length), answer.finally(() => {})])).toEqual([
    'yes',
    3,
    'yes',
  ]);
});
