import { Child } from '@sio/test-kit';
import { describe, expect, it } from 'vitest';

const PLAIN = 980;
const FILES = 10;
const STUCK = 10;
const FILE = 512 * 1024;
/** Until the systems have taken what they take by themselves, and the budgets are reached. */
const FIRST = 30;
const ROUNDS = 100;
const BUDGET = 1_000_000;
/** Bytes by which what the process holds may grow; all that is sent to those who do not read is six times as much. */
const FLAT = 8_000_000;

interface State {
  readonly held: number;
  readonly rss: number;
  readonly clients: number;
  readonly flow: { readonly dropped: number; readonly slowConsumers: number };
}

/** A thousand clients, ten of whom read nothing after they have joined. */
async function play(options: object) {
  const server = new Child(
    new URL('./processes/server.mjs', import.meta.url),
    [JSON.stringify({ pingInterval: 600_000, ...options })],
    {
      execArgv: ['--expose-gc'],
    },
  );
  const readers = new Child(new URL('./processes/readers.mjs', import.meta.url));
  const port = await server.call<number>('start');
  await readers.call('connect', { port, plain: PLAIN, files: FILES, stuck: STUCK });
  let sent = 0;
  const broadcast = async (rounds: number) => {
    for (let n = 0; n < rounds; n++) {
      await server.call('broadcast', FILE);
      // The test does not wait for clients that do not read: it sends the next when all others have this one.
      await readers.call('heard', ++sent);
    }
    return server.call<State>('state');
  };
  const before = await broadcast(FIRST);
  const after = await broadcast(ROUNDS);
  const heard = await readers.call<{ inOrder: number; files: number }>('summary');
  return { before, after, heard };
}

describe('of a thousand clients that get broadcasts, ten do not read', () => {
  it.each(['disconnect', 'drop-oldest'])(
    'the others have every message in order, and the memory of the process stays flat (%s)',
    async (slowConsumers) => {
      const { before, after, heard } = await play({ maxBufferedBytes: BUDGET, slowConsumers });
      expect(heard).toEqual({ inOrder: PLAIN + FILES, files: FILES * (FIRST + ROUNDS) });
      expect(after.held - before.held).toBeLessThan(FLAT);
      expect(after.rss - before.rss).toBeLessThan(3 * FLAT);
      if (slowConsumers === 'disconnect') {
        expect(after).toMatchObject({ clients: PLAIN + FILES, flow: { slowConsumers: STUCK } });
      } else {
        expect(after).toMatchObject({ clients: PLAIN + FILES + STUCK, flow: { slowConsumers: 0 } });
        expect(after.flow.dropped).toBeGreaterThan(before.flow.dropped);
      }
    },
    120_000,
  );

  it('without a limit, the same broadcasts take more and more memory', async () => {
    const { before, after } = await play({ maxBufferedBytes: 1e12 });
    expect(after.held - before.held).toBeGreaterThan(FLAT);
    expect(after.rss - before.rss).toBeGreaterThan(3 * FLAT);
  }, 120_000);
});
