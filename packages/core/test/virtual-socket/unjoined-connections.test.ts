import type { IncomingMessage } from 'node:http';
import { describe, expect, it } from 'vitest';
import {
  type UnjoinedConnection,
  UnjoinedConnections,
  type UnjoinedPlace,
} from '../../src/virtual-socket/unjoined-connections.js';

/** A connection from an address, which notes that it had to give way. */
class Stranger implements UnjoinedConnection {
  readonly remoteAddress: string;
  readonly request: IncomingMessage | null;
  place: UnjoinedPlace | undefined = undefined;
  evicted: unknown = undefined;

  constructor(remoteAddress: string, headers: readonly string[] = []) {
    this.remoteAddress = remoteAddress;
    this.request = { rawHeaders: headers, url: '/' } as unknown as IncomingMessage;
  }

  close(): void {}

  evict(why: Error): void {
    this.evicted = why;
  }
}

const NO_LIMITS = {
  maxUnjoinedConnections: Number.POSITIVE_INFINITY,
  maxUnjoinedBytes: Number.POSITIVE_INFINITY,
  maxUnjoinedPerAddress: Number.POSITIVE_INFINITY,
};

function crowd(unjoined: UnjoinedConnections, address: string, count: number): Stranger[] {
  const strangers = Array.from({ length: count }, () => new Stranger(address));
  for (const stranger of strangers) unjoined.add(stranger, stranger.request);
  return strangers;
}

const evicted = (strangers: readonly Stranger[]) => strangers.map((stranger) => stranger.evicted !== undefined);

describe('a newcomer, when all places are taken,', () => {
  it('takes the place of the oldest connection of the address that holds the most', () => {
    const unjoined = new UnjoinedConnections({ ...NO_LIMITS, maxUnjoinedConnections: 8 });
    const few = crowd(unjoined, '1.1.1.1', 2);
    const many = crowd(unjoined, '2.2.2.2', 6);
    const newcomer = new Stranger('3.3.3.3');
    expect(unjoined.refuses('3.3.3.3')).toBe(false);
    unjoined.add(newcomer, newcomer.request);
    expect(evicted(few)).toEqual([false, false]);
    expect(evicted(many)).toEqual([true, false, false, false, false, false]);
    expect(many[0]?.evicted).toMatchObject({ code: 'too_many_unjoined' });
    expect([unjoined.size, unjoined.evicted]).toEqual([8, 1]);
  });

  it('takes the place of a connection that has not asked to join, if there is one', () => {
    const unjoined = new UnjoinedConnections({ ...NO_LIMITS, maxUnjoinedConnections: 3 });
    const [asking, silent, late] = crowd(unjoined, '2.2.2.2', 3) as [Stranger, Stranger, Stranger];
    unjoined.asked(asking);
    crowd(unjoined, '1.1.1.1', 2);
    expect(evicted([asking, silent, late])).toEqual([false, true, true]);
  });

  it('of the address that holds the most is refused if all its connections wait for the application', () => {
    const unjoined = new UnjoinedConnections({ ...NO_LIMITS, maxUnjoinedConnections: 2 });
    const strangers = crowd(unjoined, '2.2.2.2', 2);
    expect(unjoined.refuses('2.2.2.2')).toBe(false);
    for (const stranger of strangers) unjoined.asked(stranger);
    expect([unjoined.refuses('2.2.2.2'), unjoined.refuses('1.1.1.1')]).toEqual([true, false]);
  });

  it('counts as one address with its whole /64 network of IPv6', () => {
    const unjoined = new UnjoinedConnections({ ...NO_LIMITS, maxUnjoinedPerAddress: 2 });
    const strangers = ['2001:db8::1', '2001:db8::2', '2001:db8::3', '2001:db8:0:1::1', '::ffff:9.9.9.9', '9.9.9.9'].map(
      (address) => new Stranger(address),
    );
    for (const stranger of strangers) unjoined.add(stranger, stranger.request);
    expect(evicted(strangers)).toEqual([true, false, false, false, false, false]);
    unjoined.add(new Stranger('::ffff:9.9.9.9'), null);
    expect(evicted(strangers)).toEqual([true, false, false, false, true, false]);
    unjoined.add(new Stranger('9.9.9.9:4001'), null);
    unjoined.add(new Stranger('[2001:db8::4]:4001'), null);
    expect(evicted(strangers)).toEqual([true, true, false, false, true, true]);
  });
});

it('connections that have joined take no place once they have sent something', () => {
  const unjoined = new UnjoinedConnections(NO_LIMITS);
  const [early, late] = crowd(unjoined, '1.1.1.1', 2) as [Stranger, Stranger];
  unjoined.heard(early);
  unjoined.joined(early);
  unjoined.joined(late);
  expect([unjoined.size, unjoined.quiet]).toEqual([1, 1]);
  unjoined.heard(late);
  expect([unjoined.size, unjoined.quiet, unjoined.bytes]).toEqual([0, 0, 0]);
});

it('a thousand short headers cost more than one long one of as many bytes', () => {
  const short = new Stranger('1.1.1.1', Array<string>(2000).fill('abcdefg'));
  const long = new Stranger('1.1.1.1', ['abcdefg', 'x'.repeat(14_000)]);
  const costs = [short, long].map((stranger) => {
    const unjoined = new UnjoinedConnections(NO_LIMITS);
    unjoined.add(stranger, stranger.request);
    return unjoined.bytes;
  });
  expect(costs[0]).toBeGreaterThan(100_000);
  expect(costs[1]).toBeLessThan(20_000);
});

it('many addresses do not make newcomers slower', () => {
  const unjoined = new UnjoinedConnections({ ...NO_LIMITS, maxUnjoinedConnections: 20_000 });
  for (let n = 0; n < 20_000; n++) crowd(unjoined, `10.${n >> 16}.${(n >> 8) & 255}.${n & 255}`, 1);
  const begun = performance.now();
  for (let n = 0; n < 20_000; n++) crowd(unjoined, `11.${n >> 16}.${(n >> 8) & 255}.${n & 255}`, 1);
  expect(unjoined.size).toBe(20_000);
  // To look at all addresses for each of them would take minutes.
  expect(performance.now() - begun).toBeLessThan(5000);
});
