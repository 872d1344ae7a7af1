import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  attachBinary,
  CodecError,
  type DecodedPayload,
  decodeHabit,
  decodeLegacyPacket,
  decodeLegacyPayload,
  decodeMsgpackPacket,
  decodePacket,
  decodePayload3Binary,
  decodePayload3Text,
  decodePayload4,
  encodeMsgpackPacket,
  encodePacket,
  escapeToAscii,
  formField,
  lenientRules,
  makePacket,
  parseJsonpLiteral,
  removeTypeByte,
  unescapeJsonp3,
} from '../../src/codec/index.js';
import { anyText, codeOf, hex, mutated, mutatedBytes, survives } from './support.js';

const MEGABYTE = 1_000_000;

const packetSeeds = [
  '0{"token":"123"}',
  '2/admin,12["hello",{"a":[1,2,{"b":null}]}]',
  '52-/admin,3["a",{"_placeholder":true,"num":0},{"x":{"_placeholder":true,"num":1}}]',
  '61-15["bar",{"_placeholder":true,"num":0}]',
  '4{"message":"x"}',
  '3/admin?x=1,13[]',
];
const legacySeeds = [
  '1::/chat:?x=1',
  '3:1+:/chat:hi',
  '5:1+:/chat:{"name":"hi","args":["z",{"a":1}]}',
  '6::/chat:12+["x",{}]',
  '7::/chat:1+0',
  '\ufffd5\ufffd3:::5\ufffd7\ufffd3:::53d',
];
const payloadSeeds = ['4hello\x1e4€\x1ebAQIDBA==', '6:4hello2:4€10:b4AQIDBA==', '1:61:1', '0:'];
const binaryPayloadSeeds = [hex('00 04 ff 34 e2 82 ac 01 05 ff 04 01 02 03 04'), hex('00 01 00 ff 34 61 62')];
const msgpackSeeds = [
  encodeMsgpackPacket(makePacket(0, '/', { sid: 'x' })),
  encodeMsgpackPacket(
    makePacket(2, '/a', ['e', { a: [1, -70_000, 1.5, null, undefined] }, new Date(1), hex('0102')], 9),
  ),
];

function checkPayload(payload: DecodedPayload<unknown>): void {
  if (payload.error !== undefined) expect(payload.error).toBeInstanceOf(CodecError);
}

function readAsText(text: string): void {
  const buffers = [hex('01'), hex('02')];
  for (const rules of [undefined, lenientRules]) {
    const packet = survives(() => decodePacket(text, rules));
    if (packet === undefined) continue;
    expect([0, 1, 2, 3, 4]).toContain(packet.type);
    survives(() => attachBinary(packet, buffers.slice(0, packet.attachments)));
    survives(() => encodePacket(packet, { ascii: true }));
    survives(() => encodeMsgpackPacket(packet));
  }
  survives(() => decodeLegacyPacket(text));
  survives(() => parseJsonpLiteral(text));
  survives(() => formField(text));
  unescapeJsonp3(text);
  decodeHabit(text, 'unknown');
  checkPayload(decodePayload4(text));
  checkPayload(decodePayload3Text(text));
  checkPayload(decodeLegacyPayload(text));
}

function readAsBytes(bytes: Buffer): void {
  checkPayload(decodePayload3Binary(bytes));
  survives(() => decodeMsgpackPacket(bytes));
  survives(() => removeTypeByte(bytes));
}

describe('whatever comes in', () => {
  it('gives a packet or a CodecError: any text', () => {
    fc.assert(fc.property(anyText, readAsText), { numRuns: 500 });
  });

  it('gives a packet or a CodecError: text that is nearly right', () => {
    fc.assert(fc.property(mutated([...packetSeeds, ...legacySeeds, ...payloadSeeds]), readAsText), { numRuns: 1000 });
  });

  it('gives a packet or a CodecError: any bytes', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 100 }), (bytes) => readAsBytes(Buffer.from(bytes))),
      { numRuns: 500 },
    );
  });

  it('gives a packet or a CodecError: bytes that are nearly right', () => {
    fc.assert(fc.property(mutatedBytes([...binaryPayloadSeeds, ...msgpackSeeds]), readAsBytes), { numRuns: 1000 });
  });

  it('leaves Object.prototype alone', () => {
    const before = Object.getOwnPropertyNames(Object.prototype).sort();
    decodePacket('2["a",{"__proto__":{"polluted":1},"constructor":{"prototype":{"polluted":1}}}]');
    decodeLegacyPacket('5:::{"name":"__proto__","args":[{"__proto__":{"polluted":1}}]}');
    expect(Object.getOwnPropertyNames(Object.prototype).sort()).toEqual(before);
    expect(({} as { polluted?: number }).polluted).toBeUndefined();
  });
});

/** Each of these would take minutes if reading it were not linear in time. */
describe('a megabyte of', () => {
  it.each([
    ['digits', '9'],
    ['brackets', '['],
    ['objects that open', '{"a":'],
    ['colons', ':'],
    ['commas', ','],
    ['slashes', '/'],
    ['quotes', '"'],
    ['backslashes', '\\'],
    ['escaped newlines', '\\n'],
    ['U+FFFD', '\ufffd'],
    ['separators', '\x1e'],
    ['tiny packets', '2:42'],
    ['tiny packets of Engine.IO 4', '2\x1e'],
    ['empty packets', '0:'],
    ['empty packets of 0.9', '\ufffd0\ufffd'],
    ['another script', '世'],
    ['double-encoded text', 'Ã©'],
    ['blanks', ' '],
    ['ampersands', '&d'],
    ['equals signs', '='],
    ['per cents', '%'],
  ])('%s is read in linear time', (_, unit) => {
    const text = unit.repeat(Math.ceil(MEGABYTE / unit.length));
    for (const head of ['', '2', '2["a",', '51-["a",', '2/', 'b', '5:::', '6:::', '3:1', '\ufffd', 'd="', '1:']) {
      readAsText(head + text);
    }
  });

  it.each([
    ['zeros', 0],
    ['nines', 9],
    ['0xFF', 0xff],
    ['arrays of one', 0x91],
    ['arrays of fifteen', 0x9f],
    ['arrays that claim 4 milliards', 0xdd],
    ['maps of one', 0x81],
    ['empty maps', 0x80],
    ['fixext', 0xd4],
  ])('%s is read in linear time', (_, byte) => {
    const bytes = Buffer.alloc(MEGABYTE, byte);
    readAsBytes(bytes);
    readAsBytes(Buffer.concat([hex('00'), bytes]));
    readAsBytes(Buffer.concat([hex('83 a4 74797065 02 a3 6e7370 a1 2f a4 64617461 dd 00 0f 42 40'), bytes]));
  });

  it('nested brackets is a packet or a CodecError, and so is writing it back', () => {
    const half = MEGABYTE / 2;
    const text = `2["a",${'['.repeat(half)}${']'.repeat(half)}]`;
    const packet = survives(() => decodePacket(text));
    if (packet !== undefined) expect(codeOf(() => encodePacket(packet))).toBe('unserializable');
    const placeholder = '{"_placeholder":true,"num":0}';
    const binary = survives(() => decodePacket(`51-["a",${'['.repeat(half)}${placeholder}${']'.repeat(half)}]`));
    if (binary !== undefined) expect(codeOf(() => attachBinary(binary, [hex('01')]))).toBe('too_deep');
  });

  it('characters to escape is written in linear time', () => {
    const json = JSON.stringify('é'.repeat(MEGABYTE));
    expect(escapeToAscii(json)).toHaveLength(MEGABYTE * 6 + 2);
  });

  it('placeholders is refused at the first that has no attachment', () => {
    const text = `51-["a",${Array(30_000).fill('{"_placeholder":true,"num":0}').join()}]`;
    expect(codeOf(() => attachBinary(decodePacket(text), [hex('01')]))).toBe('bad_attachments');
  });

  it('base64 is read in linear time', () => {
    const body = `b${'AQID'.repeat(MEGABYTE / 4)}`;
    expect((decodePayload4(body).frames[0] as Buffer).length).toBe((MEGABYTE / 4) * 3);
    expect(decodePayload4(`b${'AQID\n'.repeat(MEGABYTE / 5)}`).error).toBeUndefined();
    expect(decodePayload4(`b${'A!'.repeat(MEGABYTE / 2)}`).error?.code).toBe('bad_base64');
  });
});
