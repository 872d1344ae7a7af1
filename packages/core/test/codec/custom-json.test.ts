import { describe, expect, it } from 'vitest';
import { LegacyType, makeLegacyPacket } from '../../src/codec/legacy/legacy.js';
import { decodeLegacyPacket } from '../../src/codec/legacy/legacy-decoder.js';
import { encodeLegacyPacket } from '../../src/codec/legacy/legacy-encoder.js';
import { attachBinary } from '../../src/codec/packet/binary.js';
import { restoreBinary } from '../../src/codec/packet/inline-binary.js';
import type { JsonCodec } from '../../src/codec/packet/json.js';
import { decodePacket, encodePacket, makePacket, PacketType } from '../../src/codec/packet/packet.js';
import { codeOf } from './support.js';

const reading = (value: unknown): JsonCodec => ({ stringify: JSON.stringify, parse: () => value });
const writing = (text: unknown): JsonCodec => ({ stringify: () => text as string, parse: JSON.parse });

/** Reads an event whose data is `value`, whatever the text. */
const read = (value: unknown, text = '["x"]', maxDepth = 10) =>
  decodePacket(`2${text}`, { json: reading(value), maxDepth }).data as unknown[];
const readLegacy = (value: unknown) => decodeLegacyPacket('5:::{}', { json: reading(value), maxDepth: 10 });

function nested(levels: number): unknown {
  let value: unknown = 1;
  for (let i = 0; i < levels; i += 1) value = [value];
  return value;
}

/** `levels` nested objects; each holds the next one twice. */
function bomb(levels: number): unknown {
  let value: unknown = 1;
  for (let i = 0; i < levels; i += 1) value = { a: value, b: value };
  return value;
}

describe('values that custom JSON reads', () => {
  it.each([
    ['nested too deep', ['x', nested(10)], 'too_deep'],
    ['a cycle', cycle(), 'too_deep'],
    [
      'nested too deep behind a key __proto__',
      ['x', Object.create({ a: 1 }, { b: { value: nested(10), enumerable: true } })],
      'too_deep',
    ],
    [
      'values in a great many places',
      ['x', bomb(9), bomb(9), ...Array.from({ length: 20 }, () => bomb(9))],
      'bad_data',
    ],
    ['a list that only says it is long', ['x', new Array(2 ** 32 - 1)], 'bad_data'],
    ['no list', { 0: 'x' }, 'bad_data'],
    ['nothing', undefined, 'bad_data'],
    ['an event without a name', [], 'bad_event_name'],
    ['an event whose name is an object', [{ toString: () => 'x' }], 'bad_event_name'],
    ['an event whose name the server itself uses', ['disconnect'], 'bad_event_name'],
    ['a value that throws', ['x', throwing()], 'bad_json'],
    ['a list that throws', throwing(), 'bad_json'],
  ])('is refused when it is %s', (_, value, code) => {
    expect(codeOf(() => read(value))).toBe(code);
  });

  it('is refused when it is a promise, which may fail', () => {
    expect(codeOf(() => read(Promise.reject(new Error('not awaited'))))).toBe('bad_data');
  });

  it.each([
    ['no object', 'x'],
    ['an object whose name is inherited', Object.create({ name: 'x' })],
    ['an object whose args are no list', { name: 'x', args: { length: 1 } }],
    ['a value that throws', throwing()],
  ])('is no event of 0.9 when it is %s', (_, value) => {
    expect(() => readLegacy(value)).toThrow(expect.objectContaining({ name: 'CodecError' }));
  });

  it('can be as deep as JSON', () => {
    expect(read(['x', nested(9)])).toEqual(['x', nested(9)]);
    expect(codeOf(() => read(['x', nested(10)]))).toBe('too_deep');
  });

  it('can hold instances of a class, which are not checked inside', () => {
    class Graph {
      readonly self = this;
      readonly deep = nested(50);
    }
    const values = [new Graph(), new Map([['deep', nested(50)]]), new Date(0), 2n ** 70n];
    expect(read(['x', ...values])).toEqual(['x', ...values]);
  });

  it('can hold one value in several places', () => {
    const once = { a: [1, 2] };
    expect(read(['x', once, { once }])).toEqual(['x', once, { once }]);
  });

  it('may be frozen', () => {
    const data = read(Object.freeze(['x', 1]));
    data.push('acknowledgement');
    expect(data).toEqual(['x', 1, 'acknowledgement']);
  });

  it('is a failure of its own when it throws', () => {
    const failing: JsonCodec = {
      stringify: JSON.stringify,
      parse() {
        throw undefined;
      },
    };
    expect(codeOf(() => decodePacket('2["x"]', { json: failing }))).toBe('bad_json');
    expect(codeOf(() => decodeLegacyPacket('6:::1+[]', { json: failing }))).toBe('bad_json');
    expect(codeOf(() => decodeLegacyPacket('4:::1', { json: failing }))).toBe('bad_json');
  });

  it('gets its bytes, in lists and plain objects', () => {
    const bytes = Buffer.from('x');
    const date = Object.freeze(new Date(0));
    const json = reading(['x', date, { deep: [{ _placeholder: true, num: 0 }] }]);
    const packet = decodePacket('51-["x"]', { json });
    expect(attachBinary(packet, [bytes]).data).toEqual(['x', date, { deep: [bytes] }]);
    const frozen = Object.freeze([Object.freeze({ a: date })]);
    expect(restoreBinary([frozen, { _base64: 'eA==' }])).toEqual([frozen, bytes]);
  });
});

describe('values that custom JSON writes', () => {
  const event = makePacket(PacketType.EVENT, '/', ['x', 2n]);
  const ack = makePacket(PacketType.ACK, '/chat', [2n], 3);
  const legacy = Object.assign(makeLegacyPacket(LegacyType.EVENT, '', [2n]), { name: 'x' });
  const legacyAck = Object.assign(makeLegacyPacket(LegacyType.ACK, '', [2n]), { ackId: 3 });
  const WRITERS: readonly (readonly [string, (json: JsonCodec) => unknown])[] = [
    ['an event', (json) => encodePacket(event, { json })],
    ['an acknowledgement', (json) => encodePacket(ack, { json })],
    ['an event of 0.9', (json) => encodeLegacyPacket(legacy, json)],
    ['an acknowledgement of 0.9', (json) => encodeLegacyPacket(legacyAck, json)],
  ];

  it.each(WRITERS)('is refused if it is not text: %s', (_, write) => {
    const nothings = [undefined, null, 1, Buffer.from('[]'), {}, Promise.reject(new Error('not awaited'))];
    for (const text of nothings) expect(codeOf(() => write(writing(text)))).toBe('unserializable');
  });

  it.each(WRITERS)('is refused when it would end the message in a body of polling: %s', (_, write) => {
    expect(codeOf(() => write(writing('["x\x1e42"]')))).toBe('unserializable');
  });

  it('is put into the packet, and escaped like other JSON', () => {
    const json = writing('["é\u2028"]');
    expect(WRITERS.map(([, write]) => write(json))).toEqual([
      '2["é\u2028"]',
      '3/chat,3["é\u2028"]',
      '5:::["é\u2028"]',
      '6:::3+["é\\u2028"]',
    ]);
    expect(encodePacket(event, { json, ascii: true })).toBe('2["\\u00e9\\u2028"]');
  });

  it('is called with the value only, as a method of the option’s object', () => {
    const json: JsonCodec & { prefix: string } = {
      prefix: '["',
      stringify(...args: unknown[]) {
        return `${this.prefix}${args.length}"]`;
      },
      parse(...args: unknown[]) {
        return [this.prefix, args.length];
      },
    };
    expect(encodePacket(event, { json })).toBe('2["1"]');
    expect(decodePacket('2[]', { json }).data).toEqual(['["', 1]);
  });

  it('is not called for a packet without data', () => {
    expect(encodePacket(makePacket(PacketType.DISCONNECT, '/chat'), { json: writing(undefined) })).toBe('1/chat,');
  });
});

function cycle(): unknown[] {
  const data: unknown[] = ['x'];
  data.push(data);
  return data;
}

function throwing(): unknown[] {
  const refuse = () => {
    throw new Error('not to be looked at');
  };
  return new Proxy([], { get: refuse, ownKeys: refuse, getPrototypeOf: refuse });
}
