import type { Packet } from '@sio/core/adapter';
import { expect, it } from 'vitest';
import { positionOf } from '../src/engine/position.js';
import { readOffset, writeOffset } from '../src/recovery/offset.js';
import { Restoring } from '../src/recovery/restores.js';
import { type Frame, Kind, readFrame, writeFrame } from '../src/wire/frame.js';

const RECORD = { sid: 'socket', node: 'aaaaaaaa', rooms: ['room'], since: '', changes: [], data: undefined };

/** A message of another server with this number, and its position. */
function message(number: number, position: number): Frame {
  const payload = writeFrame(Kind.BROADCAST, 'bbbbbbbb', number, { n: '/', r: ['room'] }, '');
  return readFrame(payload, positionOf(position));
}

it('a client gets each event once if the broker sends on two events and the mark between them in another order', () => {
  const from = readOffset(writeOffset('epoch1', positionOf(1)));
  const restoring = new Restoring(RECORD, from as NonNullable<typeof from>);
  const comes = (frame: Frame) =>
    restoring.add(
      frame,
      false,
      writeOffset('epoch1', frame.position as string),
      () => ({ data: [frame.number] }) as Packet,
    );
  const [before, behind] = [message(1, 2), message(2, 4)];
  restoring.began(7);
  comes(behind);
  restoring.cutAt({ position: positionOf(3) });
  comes(before);
  // A killed leader had stored it, and it was written again.
  restoring.read([before, message(1, 3)]);
  const missed = restoring.missed(({ number }) => [number]);
  expect(missed.map(([number]) => number)).toEqual([1, 2]);
});
