import { Namespace } from '@sio/core';
import { describe, expect, onTestFinished, test } from 'vitest';
import { createTestServer, LeakError } from '../src/index.js';

class Tidy extends Namespace {
  #timer: NodeJS.Timeout | undefined;

  async onReady() {
    await this.join('room');
    this.#timer = setInterval(() => this.emit('tick'), 1000);
    this.spawn(() => this.sleep(1000));
  }

  onDisconnect() {
    clearInterval(this.#timer);
  }
}

/** The complaints about a class's clients once they are gone. */
async function left(Class: new () => Namespace): Promise<readonly string[]> {
  const server = createTestServer({ '/': Class });
  await server.connect('/');
  await server.connect('/');
  const error: unknown = await server.assertNoLeaks().catch((failure: unknown) => failure);
  return error === undefined ? [] : (error as LeakError).leaks;
}

describe('assertNoLeaks', () => {
  test('accepts a class that releases its resources', async () => {
    expect(await left(Tidy)).toEqual([]);
  });

  test('finds timers, and reports where they were started', async () => {
    const timers: NodeJS.Timeout[] = [];
    onTestFinished(() => timers.forEach(clearInterval));
    class Messy extends Namespace {
      async onConnect() {
        await null;
        timers.push(setInterval(() => {}, 1000));
      }
    }
    const leaks = await left(Messy);
    expect(leaks).toHaveLength(2);
    expect(leaks[0]).toMatch(/^a timer started at Messy\.onConnect .*leaks\.test\.ts/);
  });

  test('finds tasks that do not end', async () => {
    class Stubborn extends Namespace {
      onReady() {
        this.spawn(() => new Promise(() => {}));
      }
    }
    expect(await left(Stubborn)).toEqual(['2 tasks started by spawn()']);
  });

  test('finds rooms', async () => {
    class Sticky extends Namespace {
      onDisconnect() {
        // Past `join`, which does nothing for a client that is gone.
        this.adapter.addAll(this.id, new Set(['sticky']));
      }
    }
    expect(await left(Sticky)).toEqual(['room "sticky" in /']);
  });

  test('throws an error that lists all leaks', async () => {
    class Stubborn extends Namespace {
      onReady() {
        this.spawn(() => new Promise(() => {}));
      }
    }
    const server = createTestServer({ '/': Stubborn });
    await server.connect('/');
    await expect(server.assertNoLeaks()).rejects.toThrow(LeakError);
    await expect(server.assertNoLeaks()).rejects.toThrow('1 task started by spawn()');
  });
});
