import { describe, expect, it } from 'vitest';
import {
  attachBinary,
  decodePacket,
  type EncodedBinary,
  encodePacket,
  hasBinary,
  makePacket,
} from '../../src/codec/index.js';
import { codeOf } from './support.js';

const one = Buffer.from([1]);
const two = Buffer.from([2]);

function encode(...args: unknown[]): EncodedBinary {
  const encoded = encodePacket(makePacket(2, '/', ['e', ...args]));
  if (typeof encoded === 'string') throw new Error(`not binary: ${encoded}`);
  return encoded;
}

function placeholder(num: unknown): string {
  return `{"_placeholder":true,"num":${JSON.stringify(num)}}`;
}

describe('encodePacket() with binary data', () => {
  it.each<[string, unknown, number[]]>([
    ['a Buffer', Buffer.from([1, 2]), [1, 2]],
    ['a Uint8Array', Uint8Array.of(1, 2), [1, 2]],
    ['a view on a part of an ArrayBuffer', Uint8Array.of(9, 1, 2, 9).subarray(1, 3), [1, 2]],
    ['a Uint16Array', Uint16Array.of(0x0201), [1, 2]],
    ['a DataView', new DataView(Uint8Array.of(9, 1, 2).buffer, 1), [1, 2]],
    ['an ArrayBuffer', Uint8Array.of(1, 2).buffer, [1, 2]],
    ['a SharedArrayBuffer', new SharedArrayBuffer(2), [0, 0]],
    ['a view on a SharedArrayBuffer', new Uint8Array(new SharedArrayBuffer(2)), [0, 0]],
    ['an empty Buffer', Buffer.alloc(0), []],
  ])('sends %s as an attachment', (_, value, content) => {
    const { text, attachments } = encode(value);
    expect(text).toBe(`51-["e",${placeholder(0)}]`);
    expect(attachments).toHaveLength(1);
    expect(Buffer.isBuffer(attachments[0])).toBe(true);
    expect([...(attachments[0] as Buffer)]).toEqual(content);
  });

  it('does not copy the bytes', () => {
    const source = Uint8Array.of(1, 2);
    const { attachments } = encode(one, source);
    expect(attachments[0]).toBe(one);
    source[0] = 7;
    expect(attachments[1]?.[0]).toBe(7);
  });

  it('numbers attachments depth first, each occurrence on its own', () => {
    const { text, attachments } = encode({ a: [one, { b: two }] }, 'x', one);
    expect(text).toBe(`53-["e",{"a":[${placeholder(0)},{"b":${placeholder(1)}}]},"x",${placeholder(2)}]`);
    expect(attachments).toEqual([one, two, one]);
  });

  it('leaves the data of the caller as it was', () => {
    const inner = { b: one };
    const args = [{ a: inner, list: [two] }];
    const data = ['e', ...args];
    encodePacket(makePacket(2, '/', data));
    expect(data[1]).toBe(args[0]);
    expect(args).toEqual([{ a: { b: one }, list: [two] }]);
    expect(args[0]?.a).toBe(inner);
  });

  it('writes what stands beside binary data as JSON would', () => {
    const { text } = encode({ buf: one, when: new Date(0), gone: undefined, fn: () => 1, n: null });
    expect(text).toBe(`51-["e",{"buf":${placeholder(0)},"when":"1970-01-01T00:00:00.000Z","n":null}]`);
  });

  it('sends what toJSON() returns', () => {
    const { text, attachments } = encode({ secret: two, toJSON: () => ({ open: one }) });
    expect(text).toBe(`51-["e",{"open":${placeholder(0)}}]`);
    expect(attachments).toEqual([one]);
  });

  it('calls toJSON() once, with the key of the value', () => {
    const keys: string[] = [];
    const self = {
      buf: one,
      toJSON(key: string) {
        keys.push(key);
        return self;
      },
    };
    const { text } = encode({ place: self }, [self]);
    expect(keys).toEqual(['place', '0']);
    expect(text).toBe(`52-["e",{"place":{"buf":${placeholder(0)}}},[{"buf":${placeholder(1)}}]]`);
  });

  it('sends the bytes when toJSON() returns bytes', () => {
    expect(encode({ toJSON: () => one })).toEqual({ text: `51-["e",${placeholder(0)}]`, attachments: [one] });
  });

  it('sends no attachment when toJSON() hides it', () => {
    class Account {
      key = one;
      toJSON() {
        return { id: 1 };
      }
    }
    expect(encodePacket(makePacket(2, '/', ['e', new Account(), { key: one, toJSON: () => 'hidden' }]))).toBe(
      '2["e",{"id":1},"hidden"]',
    );
  });

  it('sends the fields of class instances, not what they inherit', () => {
    class Base {
      get inherited() {
        return one;
      }
    }
    class File extends Base {
      content = two;
    }
    const old = Object.create({ inherited: one }) as Record<string, unknown>;
    old.own = two;
    expect(encode(new File(), old).text).toBe(`52-["e",{"content":${placeholder(0)}},{"own":${placeholder(1)}}]`);
  });

  it('keeps a __proto__ field beside binary data as a field', () => {
    const value = JSON.parse('{"__proto__":{"x":1},"a":1}') as Record<string, unknown>;
    value.buf = one;
    expect(encode(value).text).toBe(`51-["e",{"__proto__":{"x":1},"a":1,"buf":${placeholder(0)}}]`);
  });

  it('says how to send a Blob', () => {
    expect(() => encode(new Blob(['x']))).toThrow(/arrayBuffer\(\)/);
  });
});

describe('hasBinary()', () => {
  it.each<[unknown, boolean]>([
    [null, false],
    [undefined, false],
    ['text', false],
    [1n, false],
    [['a', { b: [1, new Date()] }], false],
    [new Map([['a', one]]), false],
    [one, true],
    [['a', { b: [1, one] }], true],
    [{ toJSON: () => ({ b: one }) }, true],
  ])('says of %o: %s', (value, expected) => {
    expect(hasBinary(value)).toBe(expected);
  });

  it('is false for data 900 levels deep and refuses data deeper than 1000', () => {
    const nested = (levels: number) => JSON.parse('['.repeat(levels) + ']'.repeat(levels)) as unknown;
    expect(hasBinary(nested(900))).toBe(false);
    expect(codeOf(() => hasBinary(nested(1001)))).toBe('unserializable');
  });

  it('walks a wide structure that contains itself in linear time', () => {
    const rows = Array.from({ length: 20_000 }, (_, i) => ({ i }));
    const cyclic: Record<string, unknown> = { rows, more: rows };
    cyclic.left = { up: cyclic };
    cyclic.right = { up: cyclic };
    expect(codeOf(() => hasBinary(cyclic))).toBe('unserializable');
  });

  it('does not treat the same object in several places as a cycle', () => {
    let shared: unknown = { leaf: 1 };
    for (let i = 0; i < 40; i += 1) shared = [shared];
    expect(hasBinary([shared, shared])).toBe(false);
  });
});

describe('attachBinary()', () => {
  it('puts the attachments in their places and completes the packet', () => {
    const packet = decodePacket(`52-["e",{"a":[${placeholder(1)}]},${placeholder(0)}]`);
    expect(attachBinary(packet, [one, two])).toEqual(makePacket(2, '/', ['e', { a: [two] }, one]));
    expect(packet.attachments).toBe(0);
  });

  it.each<[string, string, number]>([
    ['a num that names a method', placeholder('splice'), 1],
    ['a num that names a prototype', placeholder('__proto__'), 1],
    ['a num that is a digit string', placeholder('0'), 1],
    ['a num out of range', placeholder(1), 1],
    ['a negative num', placeholder(-1), 1],
    ['a fractional num', placeholder(0.5), 1],
    ['a num that is null', placeholder(null), 1],
    ['no num', '{"_placeholder":true}', 1],
    ['an inherited num', '{"_placeholder":true,"__proto__":{"num":0}}', 1],
    ['one attachment in two places', `${placeholder(0)},${placeholder(0)}`, 1],
    ['an attachment without a place', placeholder(0), 2],
    ['no placeholder at all', '"x"', 1],
    ['a placeholder whose mark is not true', '{"_placeholder":1,"num":0}', 1],
  ])('refuses %s', (_, args, count) => {
    const packet = decodePacket(`5${count}-["e",${args}]`);
    const buffers = [one, two].slice(0, count);
    expect(codeOf(() => attachBinary(packet, buffers))).toBe('bad_attachments');
  });

  it('fills a place under __proto__ without touching a prototype', () => {
    const packet = decodePacket(`51-["e",{"__proto__":${placeholder(0)}}]`);
    const [, value] = attachBinary(packet, [one]).data as [string, object];
    expect(Object.getPrototypeOf(value)).toBe(Object.prototype);
    expect(Object.entries(value)).toEqual([['__proto__', one]]);
  });

  it('refuses more bytes than the limit', () => {
    const packet = () => decodePacket(`52-["e",${placeholder(0)},${placeholder(1)}]`);
    const buffers = [Buffer.alloc(6), Buffer.alloc(5)];
    expect(codeOf(() => attachBinary(packet(), buffers, { maxAttachmentBytes: 10 }))).toBe('attachments_too_large');
    expect(codeOf(() => attachBinary(packet(), buffers, { maxAttachmentBytes: 11 }))).toBe('none');
  });

  it('refuses data nested 100 000 levels deep', () => {
    const text = `51-["e",${'['.repeat(100_000)}${placeholder(0)}${']'.repeat(100_000)}]`;
    expect(codeOf(() => decodePacket(text))).toBe('too_deep');
    const packet = decodePacket(text, { maxDepth: 1_000_000 });
    expect(codeOf(() => attachBinary(packet, [one]))).toBe('too_deep');
  });
});
