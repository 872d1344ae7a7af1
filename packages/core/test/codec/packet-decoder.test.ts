import { describe, expect, it } from 'vitest';
import { decodePacket, lenientRules, makePacket, type Packet, type PacketRules } from '../../src/codec/index.js';
import { codeOf } from './support.js';

const placeholder = { _placeholder: true, num: 0 };

function incomplete(packet: Packet, attachments: number): Packet {
  return { ...packet, attachments };
}

describe('decodePacket()', () => {
  it.each<[string, Packet]>([
    ['0', makePacket(0, '/')],
    ['0{"token":"123"}', makePacket(0, '/', { token: '123' })],
    ['0/admin,{"token":"123"}', makePacket(0, '/admin', { token: '123' })],
    ['0/adm', makePacket(0, '/adm')],
    ['0/adm?token=t,', makePacket(0, '/adm?token=t')],
    ['1', makePacket(1, '/')],
    ['1/admin,', makePacket(1, '/admin')],
    ['2["hello",1]', makePacket(2, '/', ['hello', 1])],
    ['2[7]', makePacket(2, '/', [7])],
    ['2/admin,7["x"]', makePacket(2, '/admin', ['x'], 7)],
    ['212["foo"]', makePacket(2, '/', ['foo'], 12)],
    ['20["foo"]', makePacket(2, '/', ['foo'], 0)],
    ['2/,["foo"]', makePacket(2, '/', ['foo'])],
    ['3/admin,13["bar"]', makePacket(3, '/admin', ['bar'], 13)],
    ['31[]', makePacket(3, '/', [], 1)],
    ['4"Not authorized"', makePacket(4, '/', 'Not authorized')],
    ['4{"message":"Not authorized","data":{"c":1}}', makePacket(4, '/', { message: 'Not authorized', data: { c: 1 } })],
    ['51-["baz",{"_placeholder":true,"num":0}]', incomplete(makePacket(2, '/', ['baz', placeholder]), 1)],
    [
      '52-/admin,3["a",{"_placeholder":true,"num":0},{"_placeholder":true,"num":1}]',
      incomplete(makePacket(2, '/admin', ['a', placeholder, { _placeholder: true, num: 1 }], 3), 2),
    ],
    ['61-15["bar",{"_placeholder":true,"num":0}]', incomplete(makePacket(3, '/', ['bar', placeholder], 15), 1)],
    ['2["€😀\\u001e"]', makePacket(2, '/', ['€😀\x1e'])],
  ])('reads %s', (text, packet) => {
    expect(decodePacket(text)).toEqual(packet);
  });

  it('treats a packet with an announced attachment count of 0 as complete', () => {
    expect(decodePacket('50-["a"]')).toEqual(makePacket(2, '/', ['a']));
  });

  it.each([
    ['', 'bad_type'],
    ['7', 'bad_type'],
    ['9["a"]', 'bad_type'],
    ['a', 'bad_type'],
    ['-1["a"]', 'bad_type'],
    ['٣["a"]', 'bad_type'],
    ['5["a"]', 'bad_attachments'],
    ['5-["a"]', 'bad_attachments'],
    ['51["a"]', 'bad_attachments'],
    ['51', 'bad_attachments'],
    ['5-1-["a"]', 'bad_attachments'],
    ['51.5-["a"]', 'bad_attachments'],
    ['51e1-["a"]', 'bad_attachments'],
    ['5 1-["a"]', 'bad_attachments'],
    ['511-["a"]', 'too_many_attachments'],
    ['599999999999999999999-["a"]', 'too_many_attachments'],
    [`5${'9'.repeat(1000)}-["a"]`, 'too_many_attachments'],
    ['21234567890123456["a"]', 'bad_ack_id'],
    ['2["a"', 'bad_json'],
    ['2[', 'bad_json'],
    ['2 ["a"],', 'bad_json'],
    ['2admin,["a"]', 'bad_json'],
    ['2-1["a"]', 'bad_json'],
    ['2/admin["a"]', 'bad_data'],
    ['2', 'bad_data'],
    ['212', 'bad_data'],
    ['2{}', 'bad_data'],
    ['2"a"', 'bad_data'],
    ['2null', 'bad_data'],
    ['3', 'bad_data'],
    ['3{"a":1}', 'bad_data'],
    ['0""', 'bad_data'],
    ['0[]', 'bad_data'],
    ['0null', 'bad_data'],
    ['1{}', 'bad_data'],
    ['1/admin,null', 'bad_data'],
    ['4', 'bad_data'],
    ['4[]', 'bad_data'],
    ['4null', 'bad_data'],
    ['2[]', 'bad_event_name'],
    ['2[null]', 'bad_event_name'],
    ['2[true]', 'bad_event_name'],
    ['2[1e999]', 'bad_event_name'],
    ['2[["a"]]', 'bad_event_name'],
    ['2[{"toString":"foo"}]', 'bad_event_name'],
    ['51-[{"_placeholder":true,"num":0}]', 'bad_event_name'],
  ])('refuses %s as %s', (text, code) => {
    expect(codeOf(() => decodePacket(text))).toBe(code);
  });

  it.each(['connect', 'connect_error', 'disconnect', 'disconnecting', 'newListener', 'removeListener'])(
    'refuses the reserved event name %s unless it is let through',
    (name) => {
      const text = `2["${name}"]`;
      expect(codeOf(() => decodePacket(text))).toBe('bad_event_name');
      expect(decodePacket(text, { allowReservedEvents: true }).data).toEqual([name]);
      expect(decodePacket(text, lenientRules).data).toEqual([name]);
    },
  );

  it.each(['error', 'connection', '__proto__', 'constructor', 'toString', ''])(
    'lets the event name "%s" pass',
    (name) => {
      expect(decodePacket(`2${JSON.stringify([name])}`).data).toEqual([name]);
    },
  );

  it.each<[string, unknown]>([
    ['0null', null],
    ['0[]', []],
    ['0"text"', 'text'],
    ['0{"a":1}', { a: 1 }],
    ['4null', null],
    ['4[]', []],
    ['4"text"', 'text'],
  ])('reads %s by the lenient rules of version 4', (text, data) => {
    expect(decodePacket(text, lenientRules).data).toEqual(data);
  });

  it.each(['1{}', '2{}', '2[null]', '3{}', '2', '4'])('refuses %s even by lenient rules', (text) => {
    expect(codeOf(() => decodePacket(text, lenientRules))).not.toBe('none');
  });

  it.each<[string, PacketRules, string]>([
    [`2/${'n'.repeat(512)},["a"]`, {}, 'bad_namespace'],
    ['2/four,["a"]', { maxNamespaceLength: 4 }, 'bad_namespace'],
    [`0/adm?token=${'t'.repeat(8192)},`, {}, 'bad_namespace'],
    [`2["${'e'.repeat(1025)}"]`, {}, 'bad_event_name'],
    ['2["four"]', { maxEventNameLength: 3 }, 'bad_event_name'],
    ['2123["a"]', { maxAckIdDigits: 2 }, 'bad_ack_id'],
    ['52-["a"]', { maxAttachments: 1 }, 'too_many_attachments'],
  ])('refuses %.30s beyond the limits %j', (text, rules, code) => {
    expect(codeOf(() => decodePacket(text, rules))).toBe(code);
  });

  it('accepts packets exactly at the limits', () => {
    const nsp = `/${'n'.repeat(511)}`;
    expect(decodePacket(`2${nsp},["a"]`).nsp).toBe(nsp);
    expect(decodePacket('2123456789012345["a"]').id).toBe(123456789012345);
    expect(decodePacket('510-["a"]').attachments).toBe(10);
    expect(decodePacket('520-["a"]', { maxAttachments: 20 }).attachments).toBe(20);
    expect(decodePacket(`0/adm?token=${'t'.repeat(8000)},`).nsp).toHaveLength(8011);
  });

  it('keeps a __proto__ in the data as a field that changes no prototype', () => {
    const [, value] = decodePacket('2["a",{"__proto__":{"admin":true}}]').data as [string, Record<string, unknown>];
    expect(Object.getPrototypeOf(value)).toBe(Object.prototype);
    expect(value.admin).toBeUndefined();
    expect(Object.keys(value)).toEqual(['__proto__']);
  });

  it('gives all packets the same keys in the same order', () => {
    const shapes = ['0', '2["a"]', '2/x,1["a"]', '51-["a"]', '4"x"'].map((text) =>
      Object.keys(decodePacket(text)).join(),
    );
    expect(new Set(shapes)).toEqual(new Set(['type,nsp,data,id,attachments']));
  });
});
