import type { JsonCodec, Logger, Socket } from '@sio/core';
import { type ClientProfile, failOnStrayErrors, PROFILES, RawClient, startServer } from '@sio/test-kit';
import { describe, expect, it } from 'vitest';

failOnStrayErrors();

/** JSON that always fails. */
const json: JsonCodec = {
  stringify() {
    throw new Error('no pen');
  },
  parse() {
    throw new Error('no glasses');
  },
};

async function serverWithJson() {
  const reports: string[] = [];
  const nothing = () => {};
  const error: Logger['error'] = (what) => void reports.push(String((what as { err: Error }).err.message));
  const server = await startServer({ json, logger: { error, warn: nothing, info: nothing, debug: nothing } });
  return { ...server, server, reports };
}

type Started = Awaited<ReturnType<typeof serverWithJson>>;

async function come({ server }: Started, way: ClientProfile): Promise<RawClient> {
  const talker = await RawClient.open(server, way);
  // The first word is no JSON of the application's.
  expect(await talker.ws!.next()).toMatch(way.generation === '0.9' ? '1::' : /^0/);
  return talker;
}

const STREAMS = PROFILES.filter(({ transport }) => transport === 'websocket');

describe.each(STREAMS)('%s, on a server whose JSON never works', (way) => {
  it('is disconnected if it cannot be told why it is refused', async () => {
    const running = await serverWithJson();
    running.io.of('/closed').use((_socket, next) => next(new Error('closed')));
    running.io.of('/left').use((socket, next) => {
      socket.disconnect();
      next();
    });
    for (const namespace of ['/closed', '/left', '/nowhere']) {
      running.reports.length = 0;
      const talker = await come(running, way);
      await talker.say(talker.joining(namespace));
      await talker.ws!.closed();
      expect(running.reports.length).toBeGreaterThan(0);
      expect(running.reports.every((report) => report.includes('no pen'))).toBe(true);
    }
  });
});

describe.each(STREAMS.filter(({ generation }) => generation === 'eio4'))(
  '%s, on a server whose JSON never works',
  (way) => {
    it('is disconnected if it cannot be told that it is connected', async () => {
      const running = await serverWithJson();
      const talker = await come(running, way);
      await talker.say('40');
      await talker.ws!.closed();
      expect(running.reports).toEqual([expect.stringContaining('no pen')]);
      expect(running.io.sockets.sockets.size).toBe(0);
    });
  },
);

// These are in without a word of JSON.
describe.each(STREAMS.filter(({ generation }) => generation !== 'eio4'))(
  '%s, on a server whose JSON never works',
  (way) => {
    it('gets nothing, and the application gets the error', async () => {
      const running = await serverWithJson();
      const came = new Promise<Socket>((resolve) => running.io.on('connection', (socket: Socket) => resolve(socket)));
      await come(running, way);
      const socket = await came;
      expect(() => socket.emit('news', 1)).toThrow('no pen');
      expect(() => running.io.emit('news', 1)).toThrow('no pen');
      await expect(socket.emitWithAck('news', 1)).rejects.toThrow('no pen');
    });

    it('cannot send anything', async () => {
      const running = await serverWithJson();
      const talker = await come(running, way);
      await talker.say(talker.event('news', '1'));
      if (way.generation === 'eio3') return void (await talker.ws!.closed());
      // Clients of 0.9 are not ended by what cannot be read.
      await talker.say('0::');
      await talker.ws!.closed();
    });
  },
);
