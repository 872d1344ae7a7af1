import { Namespace } from '@sio/core';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { connect, createTestServer, type FakeClock, useFakeClock } from '../src/index.js';

let clock: FakeClock;
beforeEach(() => {
  clock = useFakeClock();
});
afterEach(() => clock.restore());

class Timed extends Namespace {
  static reasons: string[] = [];

  async onLater() {
    await this.sleep(60_000);
    return Date.now();
  }

  async onAsk() {
    return this.timeout(5000)
      .emitWithAck('question')
      .catch(({ message }: Error) => message);
  }

  onDisconnect(reason: string) {
    Timed.reasons.push(reason);
  }
}

describe('with a fake clock', () => {
  test('a minute passes at once, for the application and its Date', async () => {
    const client = await connect(Timed);
    const begun = Date.now();
    const later = client.call('later');
    await client.settled();
    await clock.advance(60_000);
    expect(await later).toBe(begun + 60_000);
    expect(clock.now).toBe(60_000);
  });

  test('a missing acknowledgement times out', async () => {
    const client = await connect(Timed);
    const asked = client.call('ask');
    await client.settled();
    await clock.advance(5100);
    expect(await asked).toBe('operation has timed out');
  });

  test.each(['eio4', 'eio3', '0.9'] as const)(
    'heartbeats keep a client %s connected, and without them it is disconnected',
    async (generation) => {
      Timed.reasons = [];
      const client = await createTestServer({ '/timed': Timed }).connect('/timed', { generation });
      await clock.advance(120_000);
      expect(client.connected).toBe(true);
      client.alive = false;
      await clock.advance(50_000);
      expect([client.connected, Timed.reasons]).toEqual([false, ['ping timeout']]);
    },
  );
});
