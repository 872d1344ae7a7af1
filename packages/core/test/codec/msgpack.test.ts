import { describe, expect, it } from 'vitest';
import {
  decodeMsgpackPacket,
  encodeMsgpackPacket,
  looksLikeMsgpack,
  makePacket,
  type Packet,
} from '../../src/codec/index.js';
import { codeOf, hex } from './support.js';

const HEAD = '84 a4 74797065 02 a3 6e7370 a1 2f a4 64617461';

/** An event whose only argument has the given MessagePack bytes. */
function eventWith(bytes: string): Buffer {
  return hex(`83 a4 74797065 02 a3 6e7370 a1 2f a4 64617461 92 a1 61 ${bytes}`);
}

function argumentOf(bytes: string): unknown {
  return (decodeMsgpackPacket(eventWith(bytes)).data as unknown[])[1];
}

describe('encodeMsgpackPacket()', () => {
  it.each<[string, Packet, string]>([
    [
      'a CONNECT answer',
      makePacket(0, '/', { sid: 'x' }),
      '83 a4 74797065 00 a3 6e7370 a1 2f a4 64617461 81 a3 736964 a1 78',
    ],
    [
      'an event with a buffer and an id',
      makePacket(2, '/', ['a', hex('0102')], 7),
      `${HEAD} 92 a1 61 c4 02 01 02 a2 6964 07`,
    ],
    ['a DISCONNECT', makePacket(1, '/a'), '82 a4 74797065 01 a3 6e7370 a2 2f61'],
    ['a binary event by its plain type', makePacket(5, '/', ['a'], 0), `${HEAD} 91 a1 61 a2 6964 00`],
  ])('writes %s', (_, packet, bytes) => {
    expect(encodeMsgpackPacket(packet)).toEqual(hex(bytes));
  });

  it.each<[string, unknown, string]>([
    ['undefined as fixext 0', undefined, 'd4 00 00'],
    ['null', null, 'c0'],
    ['true', true, 'c3'],
    ['false', false, 'c2'],
    ['0', 0, '00'],
    ['-0', -0, '00'],
    ['127', 127, '7f'],
    ['128', 128, 'cc 80'],
    ['256', 256, 'cd 01 00'],
    ['65536', 65536, 'ce 00 01 00 00'],
    ['2^32', 2 ** 32, 'cf 00 00 00 01 00 00 00 00'],
    ['2^53 - 1', Number.MAX_SAFE_INTEGER, 'cf 00 1f ff ff ff ff ff ff'],
    ['-1', -1, 'ff'],
    ['-32', -32, 'e0'],
    ['-33', -33, 'd0 df'],
    ['-129', -129, 'd1 ff 7f'],
    ['-32769', -32769, 'd2 ff ff 7f ff'],
    ['-2^31 - 1', -(2 ** 31) - 1, 'd3 ff ff ff ff 7f ff ff ff'],
    ['-(2^53 - 1)', Number.MIN_SAFE_INTEGER, 'd3 ff e0 00 00 00 00 00 01'],
    ['1.5', 1.5, 'cb 3f f8 00 00 00 00 00 00'],
    ['1e300', 1e300, 'cb 7e 37 e4 3c 88 00 75 9c'],
    ['an empty text', '', 'a0'],
    ['a short text of another script', '€', 'a3 e2 82 ac'],
    ['a text of 31 bytes', 'x'.repeat(31), `bf ${'78'.repeat(31)}`],
    ['a text of 32 bytes', 'x'.repeat(32), `d9 20 ${'78'.repeat(32)}`],
    ['a text whose bytes outnumber its characters', 'é'.repeat(16), `d9 20 ${'c3a9'.repeat(16)}`],
    ['a text of 256 bytes', 'x'.repeat(256), `da 01 00 ${'78'.repeat(256)}`],
    ['a text of 65536 bytes', 'x'.repeat(65536), `db 00 01 00 00 ${'78'.repeat(65536)}`],
    ['a Date', new Date(0x0102030405), 'd7 00 00 00 00 01 02 03 04 05'],
    ['a Date before 1970', new Date(-1), 'd7 00 ff ff ff ff ff ff ff ff'],
    ['an invalid Date as null', new Date(Number.NaN), 'c0'],
    ['an array of 16', Array(16).fill(1), `dc 00 10 ${'01'.repeat(16)}`],
    ['an empty map', {}, '80'],
    ['a map without functions and symbols', { a: 1, f: () => 1, s: Symbol('s') }, '81 a1 61 01'],
    ['a map with an undefined field', { a: undefined }, '81 a1 61 d4 00 00'],
    ['a function among arguments as null', () => 1, 'c0'],
    ['a Uint8Array', Uint8Array.of(9, 1, 2).subarray(1), 'c4 02 01 02'],
    ['an ArrayBuffer', Uint8Array.of(1, 2).buffer, 'c4 02 01 02'],
    ['256 bytes', Buffer.alloc(256), `c5 01 00 ${'00'.repeat(256)}`],
    ['65536 bytes', Buffer.alloc(65536), `c6 00 01 00 00 ${'00'.repeat(65536)}`],
    ['what toJSON() returns', { toJSON: () => ({ b: 1 }) }, '81 a1 62 01'],
    ['what toJSON() returns when that is text', { toJSON: () => 'x' }, 'a1 78'],
    ['a key in another script', { é: 1 }, '81 a2 c3 a9 01'],
  ])('writes %s', (_, value, bytes) => {
    const packet = encodeMsgpackPacket(makePacket(2, '/', ['a', value]));
    expect(packet.toString('hex')).toBe(eventWith(bytes).toString('hex'));
  });

  it('asks a toJSON() that returns its own object only once', () => {
    const self = { a: 1, toJSON: () => self };
    expect(encodeMsgpackPacket(makePacket(2, '/', ['a', self]))).toEqual(eventWith('81 a1 61 01'));
  });

  it.each([15, 16, 65_535, 65_536])('writes a map of %i fields and reads it back', (size) => {
    const big = Object.fromEntries(Array.from({ length: size }, (_, i) => [`k${i}`, i]));
    const decoded = decodeMsgpackPacket(encodeMsgpackPacket(makePacket(2, '/', ['a', big])));
    expect(JSON.stringify(decoded.data)).toBe(JSON.stringify(['a', big]));
  });

  it.each<[string, unknown]>([
    ['a BigInt', 1n],
    ['a Blob', new Blob(['x'])],
    ['a value that contains itself', cyclic()],
    ['a value nested 100 000 levels deep', nested(100_000)],
    [
      'a getter that throws',
      {
        get x() {
          throw new RangeError('no');
        },
      },
    ],
  ])('refuses %s', (_, value) => {
    expect(codeOf(() => encodeMsgpackPacket(makePacket(2, '/', ['a', value])))).toBe('unserializable');
  });

  it('refuses an unknown type', () => {
    expect(codeOf(() => encodeMsgpackPacket(makePacket(7, '/')))).toBe('bad_type');
  });
});

describe('decodeMsgpackPacket()', () => {
  it('reads what the official client sends, with id and options in it', () => {
    const bytes = hex(`85 ${HEAD.slice(3)} 92 a1 61 c4 02 01 02 a2 6964 d4 00 00 a7 6f7074696f6e73 81 a1 63 c3`);
    expect(decodeMsgpackPacket(bytes)).toEqual(makePacket(2, '/', ['a', hex('0102')]));
  });

  it.each<[string, unknown]>([
    ['d4 00 00', undefined],
    ['c0', null],
    ['ca 3f c0 00 00', 1.5],
    ['cf ff ff ff ff ff ff ff ff', 2 ** 64],
    ['d3 80 00 00 00 00 00 00 00', -(2 ** 63)],
    ['d0 80', -128],
    ['d1 80 00', -32768],
    ['d2 80 00 00 00', -(2 ** 31)],
    ['d7 00 00 00 00 01 02 03 04 05', new Date(0x0102030405)],
    ['d7 00 ff ff ff ff ff ff ff ff', new Date(-1)],
    ['d6 ff 00 00 00 01', new Date(1000)],
    ['d7 ff 00 00 00 04 00 00 00 01', new Date(1000)],
    ['d7 ff 77 35 94 00 00 00 00 01', new Date(1500)],
    ['c7 0c ff 1d cd 65 00 ff ff ff ff ff ff ff ff', new Date(-500)],
    ['c7 02 00 01 02', hex('0102')],
    ['c8 00 01 00 09', hex('09')],
    ['d5 00 01 02', hex('0102')],
    ['c5 00 01 09', hex('09')],
    ['c6 00 00 00 01 09', hex('09')],
    ['dd 00 00 00 01 01', [1]],
    ['df 00 00 00 01 a1 61 01', { a: 1 }],
    ['81 05 01', { 5: 1 }],
    ['a2 c3 28', '\ufffd('],
  ])('reads %s', (bytes, value) => {
    expect(argumentOf(bytes)).toEqual(value);
  });

  it('keeps a __proto__ key a field that changes no prototype', () => {
    const value = argumentOf('81 a9 5f5f70726f746f5f5f 81 a1 61 01') as object;
    expect(Object.getPrototypeOf(value)).toBe(Object.prototype);
    expect(Object.keys(value)).toEqual(['__proto__']);
    expect(codeOf(() => decodeMsgpackPacket(hex('81 a9 5f5f70726f746f5f5f 82 a4 74797065 01 a3 6e7370 a1 2f')))).toBe(
      'bad_namespace',
    );
  });

  it.each([
    ['', 'bad_msgpack'],
    ['c0', 'bad_msgpack'],
    ['01', 'bad_msgpack'],
    ['90', 'bad_msgpack'],
    ['a3 61 62 63', 'bad_msgpack'],
    ['c4 00', 'bad_msgpack'],
    ['84', 'bad_msgpack'],
    ['82 a4 74797065 01 a3 6e7370 a1 2f 00', 'bad_msgpack'],
    ['80', 'bad_namespace'],
    ['82 a4 74797065 01 a3 6e7370 01', 'bad_namespace'],
    ['81 a3 6e7370 a1 2f', 'bad_type'],
    ['82 a4 74797065 05 a3 6e7370 a1 2f', 'bad_type'],
    ['82 a4 74797065 ff a3 6e7370 a1 2f', 'bad_type'],
    ['82 a4 74797065 a1 31 a3 6e7370 a1 2f', 'bad_type'],
    ['82 a4 74797065 81 a8 746f537472696e67 01 a3 6e7370 a1 2f', 'bad_type'],
    ['82 a4 74797065 02 a3 6e7370 a1 2f', 'bad_data'],
    ['83 a4 74797065 00 a3 6e7370 a1 2f a4 64617461 90', 'bad_data'],
    ['83 a4 74797065 00 a3 6e7370 a1 2f a4 64617461 c0', 'bad_data'],
    [`${HEAD} 91 a1 61 a2 6964 ff`, 'bad_ack_id'],
    [`${HEAD} 91 a1 61 a2 6964 c0`, 'bad_ack_id'],
    [`${HEAD} 91 a1 61 a2 6964 a1 31`, 'bad_ack_id'],
    [`${HEAD} 91 a1 61 a2 6964 cf ff ff ff ff ff ff ff ff`, 'bad_ack_id'],
    [`${HEAD} 90 a2 6964 00`, 'bad_event_name'],
    [`${HEAD} 91 80 a2 6964 00`, 'bad_event_name'],
    [`${HEAD} 91 cb 7f f8 00 00 00 00 00 00 a2 6964 00`, 'bad_event_name'],
    [`${HEAD} 91 a7 636f6e6e656374 a2 6964 00`, 'bad_event_name'],
  ])('refuses %s as %s', (bytes, code) => {
    expect(codeOf(() => decodeMsgpackPacket(hex(bytes)))).toBe(code);
  });

  it.each([
    ['an array that claims 4 milliards of items', 'dd ff ff ff ff'],
    ['a map that claims 4 milliards of fields', 'df ff ff ff ff'],
    ['a text that claims 4 GiB', 'db ff ff ff ff'],
    ['bytes that claim 4 GiB', 'c6 ff ff ff ff'],
    ['an unknown extension', 'd4 05 00'],
    ['a timestamp of two bytes', 'd5 ff 00 00'],
    ['the marker that is never used', 'c1'],
    ['a map whose key is a map', '81 80 01'],
    ['a map whose key is undefined', '81 d4 00 00 01'],
    ['an extension without its type', 'd4'],
  ])('refuses %s', (_, bytes) => {
    expect(codeOf(() => argumentOf(bytes))).toBe('bad_msgpack');
  });

  it('refuses nesting beyond the limit', () => {
    expect(codeOf(() => argumentOf(`${'91'.repeat(100_000)}c0`))).toBe('too_deep');
    expect(codeOf(() => argumentOf(`${'81a161'.repeat(100_000)}c0`))).toBe('too_deep');
    expect(codeOf(() => decodeMsgpackPacket(eventWith('91 91 c0'), { maxDepth: 4 }))).toBe('none');
    expect(codeOf(() => decodeMsgpackPacket(eventWith('91 91 91 c0'), { maxDepth: 4 }))).toBe('too_deep');
  });
});

describe('looksLikeMsgpack()', () => {
  it.each([
    ['83 a4', true],
    ['8f', true],
    ['de 00 10', true],
    ['df 00 00 00 10', true],
    ['', false],
    ['04 01', false],
    ['90', false],
    ['7f', false],
  ])('says of %s: %s', (bytes, expected) => {
    expect(looksLikeMsgpack(hex(bytes))).toBe(expected);
  });
});

function cyclic(): object {
  const value: Record<string, unknown> = { pad: [1, 2, 3] };
  value.self = value;
  value.again = value;
  return value;
}

function nested(levels: number): unknown {
  let value: unknown = 1;
  for (let i = 0; i < levels; i += 1) value = [value];
  return value;
}
