import { Namespace, type ServerOptions } from '@sio/core';
import { describe, expect, test } from 'vitest';
import { connect, createTestServer, useFakeClock } from '../src/index.js';

/** Notes when each of its events begins and ends. */
class Steps extends Namespace {
  static notes: string[] = [];

  async onStep(name: string) {
    Steps.notes.push(`${name} begins`);
    await new Promise((resolve) => setImmediate(resolve));
    Steps.notes.push(`${name} ends`);
    return name;
  }

  async onQuestion() {
    return this.timeout(30_000).emitWithAck('question');
  }
}

class OneByOne extends Steps {
  static serial = true;
}

class AllAtOnce extends Steps {
  static serial = false;
}

async function steps(Class: typeof Steps, options: ServerOptions = {}): Promise<string[]> {
  Steps.notes = [];
  const client = await createTestServer({ '/': Class }, options).connect('/');
  await Promise.all([client.call('step', 'a'), client.call('step', 'b')]);
  return Steps.notes;
}

const serial = ['a begins', 'a ends', 'b begins', 'b ends'];
const concurrent = ['a begins', 'b begins', 'a ends', 'b ends'];

describe('events of one connection', () => {
  test('are handled concurrently', async () => {
    expect(await steps(Steps)).toEqual(concurrent);
  });

  test('are handled one after the other with `static serial`, or the option', async () => {
    expect(await steps(OneByOne)).toEqual(serial);
    expect(await steps(Steps, { serial: true })).toEqual(serial);
    expect(await steps(AllAtOnce, { serial: true })).toEqual(concurrent);
  });

  test('allow asking the client even then, because acknowledgements are not queued', async () => {
    const client = await connect(OneByOne);
    client.loose.on('question', () => 'here');
    expect(await client.call('question')).toBe('here');
  });
});

describe.each(['eio4', 'eio3', '0.9'] as const)('pingGrace, for a client %s that has fallen silent', (generation) => {
  test('extends the time that the server waits', async () => {
    using clock = useFakeClock();
    const server = createTestServer({ '/steps': Steps }, { pingInterval: 1000, pingTimeout: 500, pingGrace: 2000 });
    const client = await server.connect('/steps', { generation });
    client.alive = false;
    // At most interval and timeout would have gone by.
    await clock.advance(1700);
    expect(client.connected).toBe(true);
    await clock.advance(3000);
    expect(client.connected).toBe(false);
  });
});
