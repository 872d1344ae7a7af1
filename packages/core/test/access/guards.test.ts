import { describe, expect, it } from 'vitest';
import { Guards } from '../../src/namespace/access/guards.js';
import { RateLimits } from '../../src/namespace/access/rate-limits.js';
import type { SocketLike } from '../../src/namespace/contracts.js';
import { kFail } from '../../src/namespace/symbols.js';

/** The part of a socket that guards and rates look at, and the refusals that its client gets. */
function socket() {
  const refusals: string[] = [];
  const ends: string[] = [];
  const conn = {
    remoteAddress: '127.0.0.1',
    close: (_discard: boolean, why: Error) => void ends.push(why.message),
    fail: (reason: string) => void ends.push(reason),
  };
  const client = { conn, _pending: { add: () => 1, remove: () => {} } };
  const like = {
    nsp: { name: '/' },
    client,
    conn,
    connected: true,
    _events: undefined,
    [kFail]: (error: Error) => void refusals.push(error.message),
  };
  return { like: like as unknown as SocketLike, refusals, ends };
}

describe('guards', () => {
  it('let an event pass if all of them allow it, and otherwise tell the client', () => {
    const { like, refusals } = socket();
    const guards = new Guards(
      [() => true, (_socket, attempt) => attempt.type !== 'event' || attempt.event === 'ok'],
      10,
    );
    const handled: string[] = [];
    for (const event of ['ok', 'no']) guards.event(like, [event], undefined, () => void handled.push(event));
    expect(handled).toEqual(['ok']);
    expect(refusals).toHaveLength(1);
  });

  it('keep the order of events while one of them is asynchronous', async () => {
    const { like } = socket();
    const guards = new Guards([async () => true], 10);
    const handled: string[] = [];
    for (const event of ['a', 'b', 'c']) guards.event(like, [event], undefined, () => void handled.push(event));
    expect(handled).toEqual([]);
    expect(guards.holds(like)).toBe(true);
    while (guards.holds(like)) await new Promise((resolve) => setImmediate(resolve));
    expect(handled).toEqual(['a', 'b', 'c']);
  });

  it('end the connection when too many events wait', () => {
    const { like, ends } = socket();
    const guards = new Guards([() => new Promise<boolean>(() => {})], 2);
    for (const event of ['a', 'b', 'c']) guards.event(like, [event], undefined, () => {});
    expect(ends).toEqual([expect.stringContaining('2 events wait')]);
  });
});

describe('rates', () => {
  it('refuse events beyond the burst, and end a connection that continues', () => {
    const { like, refusals, ends } = socket();
    const rates = new RateLimits({ connection: { burst: 2, perSecond: 0.001 }, closeAfter: 2 });
    const admitted = Array.from({ length: 5 }, () => rates.admits(like, 'event', undefined));
    expect(admitted).toEqual([true, true, false, false, false]);
    expect(refusals.length).toBeGreaterThanOrEqual(2);
    expect(ends).toEqual(['rate limited']);
  });
});
