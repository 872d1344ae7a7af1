import { describe, expect, it, vi } from 'vitest';
import { memoryCost } from '../../src/internal/memory-cost.js';
import { LogBudget } from '../../src/namespace/recovery/log-budget.js';
import { PacketLog } from '../../src/namespace/recovery/packet-log.js';

const ALL = { rooms: new Set<string>() };

function logOf({ capacity = 1000, bytes = 1e9, budget = new LogBudget(bytes) } = {}) {
  return new PacketLog(60_000, capacity, budget);
}

/** The first argument of each missed event. */
function missed(log: PacketLog, after: number, rooms: string[] = [], changes: Parameters<PacketLog['since']>[2] = []) {
  return log.since(after, rooms, changes).map(([, value]) => value);
}

describe('a log of packets', () => {
  it('has what came after a number, for the rooms of a socket', () => {
    const log = logOf();
    log.add(['e', 1], ALL);
    log.add(['e', 2], { rooms: new Set(['a', 'b']) });
    log.add(['e', 3], { rooms: new Set(['c']) });
    log.add(['e', 4], { rooms: new Set(), except: new Set(['a']) });
    expect(missed(log, 0)).toEqual([1, 4]);
    expect(missed(log, 0, ['a'])).toEqual([1, 2]);
    expect(missed(log, 2, ['c'])).toEqual([3, 4]);
  });

  it('knows where a socket was when a packet was sent', () => {
    const log = logOf();
    for (const value of [1, 2, 3]) log.add(['e', value], { rooms: new Set(['a']) });
    const changes = [
      { room: 'a', joined: false, after: 1 },
      { room: 'a', joined: true, after: 2 },
    ];
    expect(missed(log, 0, ['a'], changes)).toEqual([1, 3]);
  });

  it('drops the oldest tenth beyond its capacity, and reports how far back it reaches', () => {
    const log = logOf({ capacity: 20 });
    for (let value = 1; value <= 21; value++) log.add(['e', value], ALL);
    expect(log.size).toBe(19);
    expect([log.reachesBackTo(1), log.reachesBackTo(2)]).toEqual([false, true]);
    expect(missed(log, 2)[0]).toBe(3);
  });

  it('shares its bytes with other logs, and the largest makes room', () => {
    const budget = new LogBudget(100_000);
    const [busy, quiet] = [logOf({ budget }), logOf({ budget })];
    quiet.add(['e', 'precious'], ALL);
    for (let n = 0; n < 500; n++) busy.add(['e', 'x'.repeat(1000)], ALL);
    expect(missed(quiet, 0)).toEqual(['precious']);
    expect(busy.bytes + quiet.bytes).toBeLessThan(100_000);
    expect(busy.size).toBeGreaterThan(10);
    busy.clear();
    expect(busy.bytes).toBe(0);
  });

  it('visits each packet once for a socket in thousands of rooms', () => {
    const log = logOf({ capacity: 100_000 });
    for (let n = 0; n < 40_000; n++) log.add(['e', n], { rooms: new Set([`other ${n}`]) });
    const looks = vi.spyOn(Set.prototype, 'has');
    try {
      log.since(
        0,
        Array.from({ length: 5000 }, (_, n) => `room ${n}`),
        [],
      );
      expect(looks.mock.calls.length).toBeLessThanOrEqual(40_000);
      looks.mockClear();
      log.since(39_990, ['room'], []);
      expect(looks.mock.calls.length).toBeLessThanOrEqual(10);
    } finally {
      looks.mockRestore();
    }
  });

  it('counts memory once that several packets share', () => {
    const log = logOf();
    const whole = Buffer.alloc(100_000);
    for (let n = 0; n < 10; n++) log.add(['e', whole.subarray(n, n + 1)], ALL);
    expect(log.bytes).toBeGreaterThan(100_000);
    expect(log.bytes).toBeLessThan(110_000);
  });
});

describe('the memory that a value costs', () => {
  it('is the memory it takes rather than the length of its JSON', () => {
    expect(
      memoryCost(
        Array(1000)
          .fill({})
          .map(() => ({})),
      ),
    ).toBeGreaterThan(50_000);
    expect(memoryCost('x'.repeat(1000))).toBeGreaterThanOrEqual(1000);
    expect(memoryCost(new Map([['key', Buffer.alloc(100_000)]]))).toBeGreaterThan(100_000);
  });

  it('counts an object once, also in a cycle', () => {
    const shared = { text: 'x'.repeat(10_000) };
    const circle: { shared: unknown[]; self?: unknown } = { shared: [shared, shared] };
    circle.self = circle;
    expect(memoryCost(circle)).toBeLessThan(25_000);
  });

  it('is estimated from a part if the value is too large, and never fails', () => {
    const many = Array.from({ length: 10_000 }, () => ({ a: 1 }));
    const [all, part] = [memoryCost(many), memoryCost(many, { mostValues: 11_000 })];
    expect(part / all).toBeGreaterThan(0.7);
    expect(part / all).toBeLessThan(1.3);
    expect(
      memoryCost({
        get broken() {
          throw new Error('no');
        },
      }),
    ).toBeGreaterThan(0);
  });
});
