import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { EncodedFrames } from '../../src/transport/frame.js';
import { BackpressureQueue } from '../../src/virtual-socket/backpressure-queue.js';

const LATEST = (key: string) => ({ droppable: false, key });

function taken(held: BackpressureQueue): string[] {
  const texts: string[] = [];
  for (let next = held.take(); next !== undefined; next = held.take()) texts.push(String(next.form.frames[0]));
  return texts;
}

describe('messages that wait for a slow client', () => {
  it('are sent in order, only the latest of each key, however long they have waited', () => {
    const step = fc.oneof(fc.constantFrom('a', 'b', 'c', undefined), fc.constant('take' as const));
    fc.assert(
      fc.property(fc.array(step, { maxLength: 600 }), (steps) => {
        const held = new BackpressureQueue();
        let model: { key: string | undefined; text: string }[] = [];
        for (const [at, key] of steps.entries()) {
          if (key === 'take') {
            expect(held.take()?.form.frames[0]).toBe(model.shift()?.text);
            continue;
          }
          if (key !== undefined) model = model.filter((message) => message.key !== key);
          model.push({ key, text: `${at}` });
          held.add(new EncodedFrames([`${at}`]), false, key === undefined ? undefined : LATEST(key));
        }
        expect([held.count, held.bytes]).toEqual([model.length, model.reduce((sum, { text }) => sum + text.length, 0)]);
        expect(taken(held)).toEqual(model.map(({ text }) => text));
      }),
    );
  });

  it('that replace each other for hours take no memory', () => {
    const held = new BackpressureQueue();
    held.add(new EncodedFrames(['first']), false, undefined);
    const form = new EncodedFrames(['position']);
    const before = process.memoryUsage().heapUsed;
    const MANY = 10_000_000;
    for (let i = 0; i < MANY; i++) held.add(form, false, LATEST('position'));
    // A gap for each would be eight bytes, and cannot be collected.
    expect(process.memoryUsage().heapUsed - before).toBeLessThan(MANY * 6);
    expect(taken(held)).toEqual(['first', 'position']);
  });
});

describe('an event that may be dropped', () => {
  it('costs the same however many other messages wait', () => {
    const form = new EncodedFrames(['price']);
    const timeOf = (waiting: number) => {
      const held = new BackpressureQueue();
      for (let n = 0; n < waiting; n++) held.add(form, false, undefined);
      const begun = performance.now();
      for (let n = 0; n < 20_000; n++) {
        held.add(form, false, { droppable: true, key: undefined });
        held.dropOldest();
      }
      expect(held.count).toBe(waiting);
      return performance.now() - begun;
    };
    // The best of several, as other programs may run meanwhile.
    const bestOf = (waiting: number) => Math.min(...Array.from({ length: 5 }, () => timeOf(waiting)));
    // It took a thousand times as long when each event looked through all that waited.
    expect(bestOf(9990)).toBeLessThan(Math.max(bestOf(10), 1) * 50);
  });

  it('is dropped before newer ones, and messages that must be kept are not dropped', () => {
    const held = new BackpressureQueue();
    const add = (text: string, droppable: boolean) =>
      held.add(new EncodedFrames([text]), false, droppable ? { droppable, key: undefined } : undefined);
    add('kept', false);
    for (const text of ['a', 'b', 'c']) add(text, true);
    expect([held.dropOldest(), held.dropOldest()]).toEqual([true, true]);
    expect(taken(held)).toEqual(['kept', 'c']);
    expect(held.dropOldest()).toBe(false);
  });
});
