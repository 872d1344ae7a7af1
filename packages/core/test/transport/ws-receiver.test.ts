import { describe, expect, it } from 'vitest';
import * as ws from 'ws';
import { copyFragments } from '../../src/transport/websocket/ws-receiver.js';

/** `ws` has these classes, but does not declare them. */
interface WsReceiver {
  on(event: 'message', listener: (data: Buffer, binary: boolean) => void): this;
  _write(chunk: Buffer, encoding: string, done: (error?: Error) => void): void;
  readonly _buffers: readonly Buffer[];
}
interface Undeclared {
  readonly Receiver: new (options: object) => WsReceiver;
  readonly Sender: { frame(data: Buffer, options: object): Buffer[] };
}
const { Receiver, Sender } = ws as unknown as Undeclared;

const frame = (data: Buffer, options: object): Buffer => Buffer.concat(Sender.frame(data, options));

const LONG = Buffer.from('a long message, in many pieces. '.repeat(2000));
const rest = { mask: true, maskBuffer: Buffer.alloc(4), rsv1: false, readOnly: true };

/** A message of one frame, one of three fragments with a ping between them, and a short one. */
const BYTES = Buffer.concat([
  frame(LONG, { ...rest, opcode: 1, fin: true }),
  frame(LONG.subarray(0, 30_000), { ...rest, opcode: 2, fin: false }),
  frame(Buffer.from('ping'), { ...rest, opcode: 9, fin: true }),
  frame(LONG.subarray(30_000, 30_001), { ...rest, opcode: 0, fin: false }),
  frame(LONG.subarray(30_001), { ...rest, opcode: 0, fin: true }),
  frame(Buffer.from('short'), { ...rest, opcode: 1, fin: true }),
]);

/** Sizes (bytes) of the reads, over and over. */
const READS: Record<string, readonly number[]> = {
  'one byte': [1],
  'a few bytes': [3, 1, 7, 2],
  'a few bytes, and a large piece now and then': [...Array<number>(100).fill(5), 20_000],
  'network packets': [1460],
  'large pieces': [65_536],
};

describe.each(Object.entries(READS))('a receiver of ws that reads %s', (_how, sizes) => {
  it('reads the same messages as the original, and keeps few pieces', () => {
    const receiver = new Receiver({ isServer: true, maxPayload: 1_000_000 });
    copyFragments(receiver);
    const messages: unknown[] = [];
    receiver.on('message', (data, binary) => messages.push([binary, data.equals(LONG) ? 'long' : data.toString()]));
    let pieces = 0;
    for (let at = 0, n = 0; at < BYTES.length; n++) {
      const size = sizes[n % sizes.length]!;
      // It unmasks in place.
      receiver._write(Buffer.from(BYTES.subarray(at, at + size)), 'buffer', (error) => expect(error).toBeUndefined());
      at += size;
      pieces = Math.max(pieces, receiver._buffers.length);
    }
    expect(messages).toEqual([
      [false, 'long'],
      [true, 'long'],
      [false, 'short'],
    ]);
    expect(pieces).toBeLessThanOrEqual(LONG.length / 512 + 65);
  });
});
