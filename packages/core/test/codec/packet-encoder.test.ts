import { describe, expect, it } from 'vitest';
import { encodePacket, makePacket, type Packet, PacketType } from '../../src/codec/index.js';
import { codeOf } from './support.js';

const bytes = Buffer.from([1, 2, 3, 4]);

describe('encodePacket()', () => {
  it.each<[string, Packet]>([
    ['0', makePacket(0, '/')],
    ['0{"sid":"x"}', makePacket(0, '/', { sid: 'x' })],
    ['0/admin,{"token":"123"}', makePacket(0, '/admin', { token: '123' })],
    ['0/adm,', makePacket(0, '/adm')],
    ['1', makePacket(1, '/')],
    ['1/admin,', makePacket(1, '/admin')],
    ['2["hello",1]', makePacket(2, '/', ['hello', 1])],
    ['212["foo"]', makePacket(2, '/', ['foo'], 12)],
    ['20["foo"]', makePacket(2, '/', ['foo'], 0)],
    ['2/admin,7["x"]', makePacket(2, '/admin', ['x'], 7)],
    ['3/admin,13["bar"]', makePacket(3, '/admin', ['bar'], 13)],
    ['4{"message":"Not authorized","data":{"c":1}}', makePacket(4, '/', { message: 'Not authorized', data: { c: 1 } })],
    ['4/adm,"text"', makePacket(4, '/adm', 'text')],
    ['2["a",null,"b"]', makePacket(2, '/', ['a', undefined, 'b'])],
    ['2["a",null]', makePacket(2, '/', ['a', () => undefined])],
    ['2["a",{"x":1}]', makePacket(2, '/', ['a', { x: 1, y: undefined, z: () => undefined }])],
    ['2["a","1970-01-01T00:00:00.000Z"]', makePacket(2, '/', ['a', new Date(0)])],
    ['2["a",{},{}]', makePacket(2, '/', ['a', new Map([[1, 2]]), new Set([1])])],
    ['2["€😀"]', makePacket(2, '/', ['€😀'])],
    ['2["\\u001e"]', makePacket(2, '/', ['\x1e'])],
  ])('writes %s', (text, packet) => {
    expect(encodePacket(packet)).toBe(text);
  });

  it.each<[string, Packet]>([
    ['51-["baz",{"_placeholder":true,"num":0}]', makePacket(2, '/', ['baz', bytes])],
    ['51-/admin,23["baz",{"_placeholder":true,"num":0}]', makePacket(2, '/admin', ['baz', bytes], 23)],
    ['61-15["bar",{"_placeholder":true,"num":0}]', makePacket(3, '/', ['bar', bytes], 15)],
  ])('writes %s with the bytes beside it', (text, packet) => {
    expect(encodePacket(packet)).toEqual({ text, attachments: [bytes] });
  });

  it.each([PacketType.BINARY_EVENT, PacketType.BINARY_ACK])(
    'decides by the data whether a packet is binary, not by its type %i',
    (type) => {
      expect(encodePacket(makePacket(type, '/', ['a'], 1))).toBe(`${type - 3}1["a"]`);
    },
  );

  it('writes packets that another process made, with fields left out or null', () => {
    expect(encodePacket({ type: 2, nsp: '/', data: ['a'] })).toBe('2["a"]');
    expect(encodePacket({ type: 2, nsp: '/', data: ['a'], id: null } as unknown as Packet)).toBe('2["a"]');
  });

  it('writes buffers outside of events and acknowledgements as JSON does', () => {
    expect(encodePacket(makePacket(4, '/', { message: 'x', data: Buffer.from([1]) }))).toBe(
      '4{"message":"x","data":{"type":"Buffer","data":[1]}}',
    );
  });

  it('escapes everything above U+007E on request, lone surrogates included', () => {
    const packet = makePacket(2, '/', ['é€😀\x7f~', '\ud83d', 'plain']);
    expect(encodePacket(packet, { ascii: true })).toBe('2["\\u00e9\\u20ac\\ud83d\\ude00\\u007f~","\\ud83d","plain"]');
  });

  it('escapes beside attachments and acknowledgement ids too', () => {
    expect(encodePacket(makePacket(2, '/', ['é', bytes]), { ascii: true })).toEqual({
      text: '51-["\\u00e9",{"_placeholder":true,"num":0}]',
      attachments: [bytes],
    });
    expect(encodePacket(makePacket(3, '/', ['é'], 1), { ascii: true })).toBe('31["\\u00e9"]');
  });

  it.each(cyclicAndOtherUnwritable())('refuses %s as unserializable', (_, value) => {
    expect(codeOf(() => encodePacket(makePacket(2, '/', ['a', value])))).toBe('unserializable');
    expect(codeOf(() => encodePacket(makePacket(2, '/', ['a', value, bytes])))).toBe('unserializable');
  });

  it('refuses an unwritable CONNECT payload too', () => {
    expect(codeOf(() => encodePacket(makePacket(0, '/', { big: 1n })))).toBe('unserializable');
    expect(codeOf(() => encodePacket(makePacket(0, '/', () => 1)))).toBe('unserializable');
  });

  it.each([7, -1, 1.5, Number.NaN])('refuses the type %d', (type) => {
    expect(codeOf(() => encodePacket(makePacket(type, '/', ['a'])))).toBe('bad_type');
  });
});

function cyclicAndOtherUnwritable(): [string, unknown][] {
  const itself: Record<string, unknown> = { before: { x: 1 } };
  itself.again = itself;
  itself.andAgain = itself;
  const ring: unknown[] = [];
  ring.push({ ring }, { ring });
  const growing = { toJSON: () => ({ inner: growing }) };
  let deep: unknown = 1;
  for (let i = 0; i < 100_000; i += 1) deep = [deep];
  return [
    ['an object that contains itself twice', itself],
    ['an array that contains itself through objects', ring],
    ['a toJSON() that never comes to an end', growing],
    ['a value nested 100 000 levels deep', deep],
    ['a BigInt', 1n],
    ['a Blob', new Blob(['x'])],
    [
      'a getter that throws',
      {
        get x() {
          throw new TypeError('no');
        },
      },
    ],
    [
      'a toJSON() that throws no error',
      {
        toJSON() {
          throw null;
        },
      },
    ],
    ['a revoked proxy', revoked()],
  ];
}

function revoked(): object {
  const { proxy, revoke } = Proxy.revocable({}, {});
  revoke();
  return proxy;
}
