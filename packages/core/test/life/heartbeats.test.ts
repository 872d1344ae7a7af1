import { once } from 'node:events';
import { setImmediate as turn } from 'node:timers/promises';
import type { ServerOptions, Socket } from '@sio/core';
import { type ClientProfile, failOnStrayErrors, PROFILES, RawClient, startServer } from '@sio/test-kit';
import { afterEach, describe, expect, it, vi } from 'vitest';

failOnStrayErrors();

afterEach(() => {
  vi.useRealTimers();
});

/** A client that answers no heartbeat, at a time that only passes here. */
async function harness(way: ClientProfile, options: ServerOptions) {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'performance'] });
  const server = await startServer(options);
  const arrival = once(server.io as never, 'connection') as Promise<[Socket]>;
  const talker = await RawClient.join(server, way);
  const [socket] = await arrival;
  let reason: string | undefined;
  socket.on('disconnect', (why) => {
    reason = why;
  });
  const pass = async (seconds: number) => {
    for (let n = 0; n < seconds; n++) {
      vi.advanceTimersByTime(1000);
      for (let turns = 0; turns < 3; turns++) await turn();
    }
  };
  const say = async () => {
    const heard = once(socket as never, 'say');
    await talker.say(talker.event('say', '1'));
    await heard;
  };
  const silence = async () => {
    let seconds = 0;
    for (; reason === undefined; seconds++) await pass(1);
    return seconds;
  };
  return { socket, pass, say, silence, ended: () => reason };
}

const STREAMING = PROFILES.filter(({ generation, transport }) => generation !== '0.9' || transport === 'websocket');

describe.each(STREAMING)('%s', (way) => {
  it.each([
    [25, 20],
    [10, 40],
    [5, 60],
  ])(
    'a silent client is disconnected within pingInterval and pingTimeout together, whenever it fell silent (%i s, %i s)',
    async (every, patience) => {
      for (let begin = 0; begin < every + patience; begin += 7) {
        const play = await harness(way, { pingInterval: every * 1000, pingTimeout: patience * 1000 });
        for (let passed = 0; passed < begin; passed += 3) {
          await play.pass(Math.min(3, begin - passed));
          await play.say();
        }
        const seconds = await play.silence();
        expect(play.ended()).toBe('ping timeout');
        expect(seconds, `after ${begin} s`).toBeGreaterThanOrEqual(patience - 1);
        // A second for each look, as time passes by seconds here.
        expect(seconds, `after ${begin} s`).toBeLessThanOrEqual(every + patience + 2);
      }
    },
  );
});

it.each(PROFILES)('%s: a client that keeps sending stays connected, though it answers no heartbeat', async (way) => {
  const play = await harness(way, { pingInterval: 25_000, pingTimeout: 20_000 });
  for (let n = 0; n < 20; n++) {
    await play.pass(15);
    await play.say();
  }
  expect(play.socket.connected).toBe(true);
  await play.silence();
  expect(play.ended()).toBe('ping timeout');
});
