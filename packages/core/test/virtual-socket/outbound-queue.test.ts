import { expect, it } from 'vitest';
import { EncodedFrames } from '../../src/transport/frame.js';
import { BackpressureQueue } from '../../src/virtual-socket/backpressure-queue.js';
import { OutboundQueue } from '../../src/virtual-socket/outbound-queue.js';

it('waiting output is counted in bytes, and taken in order', () => {
  const queue = new OutboundQueue();
  queue.push('4abc', false);
  queue.push(Buffer.of(1, 2), true);
  queue.held = new BackpressureQueue();
  queue.held.add(new EncodedFrames(['4later']), false, undefined);
  expect([queue.bytes, queue.compress]).toEqual([12, true]);
  expect(queue.takeFrames(1)).toEqual(['4abc']);
  expect([queue.bytes, queue.compress]).toEqual([8, true]);
  expect(queue.takeFrames(1000)).toEqual([Buffer.of(1, 2)]);
  expect([queue.bytes, queue.compress, queue.frames]).toEqual([6, false, []]);
});
