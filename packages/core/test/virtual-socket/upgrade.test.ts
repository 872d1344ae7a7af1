import { describe, expect, it } from 'vitest';
import { DeadlineQueue } from '../../src/internal/time/deadlines.js';
import type { EncodedFrames, Frame } from '../../src/transport/frame.js';
import { Transport } from '../../src/transport/transport.js';
import { type UpgradableConnection, UpgradeAttempt } from '../../src/virtual-socket/upgrade.js';

const FRAMES = { probe: '2probe', probed: '3probe', commit: '5', noop: '6' };

/** A transport that keeps what it is sent. */
class Recorder extends Transport {
  readonly name: string;
  readonly streaming: boolean;
  writable = true;
  readonly bufferedBytes = 0;
  readonly sent: Frame[] = [];
  closed = false;

  constructor(name: string, streaming: boolean) {
    super();
    this.name = name;
    this.streaming = streaming;
  }

  send(frame: Frame): void {
    this.sent.push(frame);
  }

  sendAll(frames: readonly Frame[]): void {
    this.sent.push(...frames);
  }

  sendForm({ frames }: EncodedFrames): void {
    this.sent.push(...frames);
  }

  flush(): number {
    return 0;
  }

  close(): void {
    this.closed = true;
  }

  abort(): void {}
}

function attempt() {
  const old = new Recorder('polling', false);
  const fresh = new Recorder('websocket', true);
  const replaced: Transport[] = [];
  const failed: UpgradableConnection[] = [];
  const conn: UpgradableConnection = {
    transport: old,
    readyState: 'open',
    engine: {
      upgradeTimeout: new DeadlineQueue(10_000),
      upgradeTick: new DeadlineQueue(100),
      farewell: new DeadlineQueue(1000),
    },
    upgrade: undefined,
    _events: undefined,
    emit: () => false,
    replaceTransport: (transport) => void replaced.push(transport),
    upgradeFailed: () => void failed.push(conn),
  };
  new UpgradeAttempt(conn, fresh, FRAMES);
  return { old, fresh, replaced, failed, conn, say: (frame: Frame) => fresh.owner.onFrame(fresh, frame) };
}

describe('an upgrade', () => {
  it('answers the probe once, answers the waiting poll, and takes over when the client commits', () => {
    const { old, fresh, replaced, conn, say } = attempt();
    say('2probe');
    expect([fresh.sent, old.sent]).toEqual([['3probe'], ['6']]);
    say('5');
    expect(replaced).toEqual([fresh]);
    expect(conn.upgrade).toBeUndefined();
  });

  it.each(['5x', '2', '42["a"]', '2probe again'])(
    'that says %j instead is closed, and the old transport stays',
    (frame) => {
      const { fresh, replaced, failed, conn, say } = attempt();
      say(frame);
      expect([fresh.closed, replaced.length, failed.length, conn.upgrade]).toEqual([true, 0, 1, undefined]);
    },
  );

  it('that probes twice is closed', () => {
    const { fresh, say } = attempt();
    say('2probe');
    say('2probe');
    expect(fresh.closed).toBe(true);
    expect(fresh.sent).toEqual(['3probe']);
  });

  it('that has failed ignores later frames', () => {
    const { fresh, conn, replaced, say } = attempt();
    conn.upgrade?.cancel();
    say('2probe');
    say('5');
    expect([fresh.sent, replaced]).toEqual([[], []]);
  });
});
