import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Frame } from '../../src/transport/frame.js';
import { packWebTransport, WebTransportReader } from '../../src/transport/webtransport/webtransport-frame.js';

function packed(frames: readonly Frame[]): Buffer {
  return Buffer.concat(frames.flatMap((frame) => [...packWebTransport(frame)]));
}

/** Reads `bytes` in pieces that end at `cuts`. */
function read(bytes: Buffer, cuts: readonly number[], maxLength = 1_000_000): Frame[] {
  const reader = new WebTransportReader(maxLength);
  const frames: Frame[] = [];
  let from = 0;
  for (const to of [...cuts, bytes.length]) {
    reader.push(bytes.subarray(from, to), (frame) => frames.push(frame));
    from = to;
  }
  return frames;
}

describe('a frame on a WebTransport stream', () => {
  it.each([
    ['4hi', '03346869'],
    [Buffer.of(1, 2), '820102'],
    ['x'.repeat(126), `7e007e${'78'.repeat(126)}`],
    ['x'.repeat(65_536), `7f0000000000010000${'78'.repeat(65_536)}`],
  ])('has its length in front', (frame, bytes) => {
    expect(packed([frame]).toString('hex')).toBe(bytes);
  });

  it('is read wherever the stream is cut', () => {
    const frame = fc.oneof(
      fc.string({ minLength: 1, maxLength: 200 }),
      fc.uint8Array({ minLength: 1, maxLength: 300 }).map((bytes) => Buffer.from(bytes)),
    );
    fc.assert(
      fc.property(fc.array(frame, { maxLength: 6 }), fc.array(fc.nat(2000), { maxLength: 8 }), (frames, places) => {
        const bytes = packed(frames);
        const cuts = places.map((place) => place % (bytes.length + 1)).sort((a, b) => a - b);
        // Text that is not Unicode comes out repaired, as on any other transport.
        const sent = frames.map((each) => (typeof each === 'string' ? Buffer.from(each).toString() : each));
        expect(read(bytes, cuts)).toEqual(sent);
      }),
    );
  });

  it.each([
    ['empty', Buffer.of(0), 'the client sent an empty frame'],
    ['longer than allowed', Buffer.of(101), 'a frame has more than 100 bytes'],
    ['longer than allowed, said in two bytes', Buffer.of(126, 1, 0), 'a frame has more than 100 bytes'],
    ['longer than a number can say', Buffer.from('7fffffffffffffffff', 'hex'), 'a frame has more than 100 bytes'],
  ])('is refused when it is %s', (_what, bytes, message) => {
    expect(() => read(bytes, [], 100)).toThrow(message);
  });
});
