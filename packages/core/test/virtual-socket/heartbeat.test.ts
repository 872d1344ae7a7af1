import { describe, expect, it } from 'vitest';
import type { DeadlineQueue } from '../../src/internal/time/deadlines.js';
import type { Transport } from '../../src/transport/transport.js';
import {
  awaitPong,
  awaitsPong,
  type HeartbeatConnection,
  kChecks,
  kReceived,
  kTaken,
  pongCame,
  showsLife,
  stillAwaitsPong,
} from '../../src/virtual-socket/heartbeat.js';

/** A connection whose traffic the test makes up. */
class Link implements HeartbeatConnection {
  bytesReceived = 0;
  bytesTaken = -1;
  armed = 0;
  readonly transport = this as unknown as Transport;
  readonly engine = {
    livenessCheck: {} as DeadlineQueue,
    livenessChecks: 3,
    opts: { pingInterval: 25_000 },
    expiring: undefined,
  };
  [kChecks] = 0;
  [kReceived] = 0;
  [kTaken] = -1;

  armHeartbeat(): void {
    this.armed++;
  }
}

describe('a connection that owes a pong', () => {
  it('is ended after as many checks as a ping timeout has', () => {
    const link = new Link();
    awaitPong(link);
    expect([stillAwaitsPong(link), stillAwaitsPong(link), stillAwaitsPong(link)]).toEqual([true, true, false]);
    expect(link.armed).toBe(3);
  });

  it('gets the whole time again whenever something arrives, on the transport or beside it', () => {
    const link = new Link();
    awaitPong(link, 10);
    for (let round = 1; round < 10; round++) {
      link.bytesReceived++;
      expect(stillAwaitsPong(link, 10)).toBe(true);
      expect(stillAwaitsPong(link, 10 + round)).toBe(true);
    }
  });

  it('stays while the system takes a message that is being sent', () => {
    const link = new Link();
    link.bytesTaken = 100;
    awaitPong(link);
    for (let round = 1; round < 10; round++) {
      link.bytesTaken += 100;
      expect(stillAwaitsPong(link)).toBe(true);
    }
    expect([stillAwaitsPong(link), stillAwaitsPong(link), stillAwaitsPong(link)]).toEqual([true, true, false]);
  });

  it('is not checked once the pong has arrived', () => {
    const link = new Link();
    awaitPong(link);
    expect(awaitsPong(link)).toBe(true);
    pongCame(link);
    expect(awaitsPong(link)).toBe(false);
  });
});

it('traffic counts once as a sign of life', () => {
  const link = new Link();
  link.bytesReceived = 2 ** 33 + 5;
  expect([showsLife(link), showsLife(link)]).toEqual([true, false]);
});
