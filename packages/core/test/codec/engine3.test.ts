import { describe, expect, it } from 'vitest';
import {
  addTypeByte,
  decodePayload3Binary,
  decodePayload3Text,
  type EngineFrame,
  encodePayload3,
  encodePayload3Binary,
  encodePayload3Text,
  removeTypeByte,
} from '../../src/codec/index.js';
import { codeOf, hex } from './support.js';

describe('Engine.IO 3 text payloads', () => {
  it.each<[EngineFrame[], string]>([
    [['4hello', '4€'], '6:4hello2:4€'],
    [['4😀'], '3:4😀'],
    [['4€', hex('01020304')], '2:4€10:b4AQIDBA=='],
    [['6', '1'], '1:61:1'],
    [['40'], '2:40'],
    [[], '0:'],
  ])('are written from %o and read back', (frames, body) => {
    expect(encodePayload3Text(frames)).toBe(body);
    expect(decodePayload3Text(body)).toEqual({ frames, error: undefined });
  });

  it.each<[string, EngineFrame[], string | undefined]>([
    ['', [], 'bad_payload'],
    ['4hello', [], 'bad_payload'],
    [':4a', [], 'bad_payload'],
    ['1', [], 'bad_payload'],
    ['-1:4', [], 'bad_payload'],
    ['1.5:4a', [], 'bad_payload'],
    ['1e1:4a', [], 'bad_payload'],
    ['3:4a', [], 'bad_payload'],
    ['2:4a3:4b', ['4a'], 'bad_payload'],
    ['99999999999999999999:4a', [], 'bad_payload'],
    ['2:4a2:9b', ['4a'], 'bad_type'],
    ['2:4a3:b2x', ['4a'], 'bad_type'],
    ['2:4a6:b4!!!!', ['4a'], 'bad_base64'],
    ['2:4a0:2:4b', ['4a', '4b'], undefined],
    ['002:4a', ['4a'], undefined],
  ])('%j give the packets before the first bad one', (body, frames, code) => {
    const payload = decodePayload3Text(body);
    expect(payload.frames).toEqual(frames);
    expect(payload.error?.code).toBe(code);
  });

  it('hold no more packets than allowed, empty ones counted', () => {
    expect(decodePayload3Text('1:61:61:6', 2)).toMatchObject({
      frames: ['6', '6'],
      error: { code: 'too_many_packets' },
    });
    expect(decodePayload3Text('0:'.repeat(1001)).error?.code).toBe('too_many_packets');
    expect(decodePayload3Text('2:42'.repeat(200_000)).error?.code).toBe('too_many_packets');
  });
});

describe('Engine.IO 3 binary payloads', () => {
  it.each<[EngineFrame[], string]>([
    [['4€', hex('01020304')], '00 04 ff 34 e2 82 ac 01 05 ff 04 01 02 03 04'],
    [['40', hex('01020304')], '00 02 ff 34 30 01 05 ff 04 01 02 03 04'],
    [[hex('')], '01 01 ff 04'],
    [['4abcdefghijkl'], '00 01 03 ff 34 61 62 63 64 65 66 67 68 69 6a 6b 6c'],
  ])('are written from %o and read back', (frames, bytes) => {
    expect(encodePayload3Binary(frames)).toEqual(hex(bytes));
    expect(decodePayload3Binary(hex(bytes))).toEqual({ frames, error: undefined });
  });

  it('of an event with its attachment are as the official server writes them', () => {
    const text = '451-["bin","€",{"_placeholder":true,"num":0}]';
    const bytes = encodePayload3Binary(['40', text, hex('01020304')]);
    expect(bytes.subarray(0, 12)).toEqual(hex('00 02 ff 34 30 00 04 07 ff 34 35 31'));
    expect(bytes.subarray(-8)).toEqual(hex('01 05 ff 04 01 02 03 04'));
    expect(decodePayload3Binary(bytes).frames).toEqual(['40', text, hex('01020304')]);
  });

  it.each<[string, EngineFrame[], string]>([
    ['', [], 'bad_payload'],
    ['00', [], 'bad_payload'],
    ['00 ff', [], 'bad_payload'],
    ['00 02', [], 'bad_payload'],
    ['00 0a ff 34', [], 'bad_payload'],
    ['00 32 ff 34 30', [], 'bad_payload'],
    ['00 03 ff 34 30', [], 'bad_payload'],
    ['02 02 ff 34 30', [], 'bad_payload'],
    ['00 02 ff 34 30 00 09 ff 34', ['40'], 'bad_payload'],
    ['00 00 ff', [], 'bad_type'],
    ['00 02 ff 39 30', [], 'bad_type'],
    ['01 00 ff', [], 'bad_type'],
    ['01 02 ff 02 01', [], 'bad_type'],
    [`00 ${'09'.repeat(400)} ff 34`, [], 'bad_payload'],
  ])('%.30s give the packets before the first bad one', (bytes, frames, code) => {
    const payload = decodePayload3Binary(hex(bytes));
    expect(payload.frames).toEqual(frames);
    expect(payload.error?.code).toBe(code);
  });

  it('hold no more packets than allowed', () => {
    expect(decodePayload3Binary(hex('00 01 ff 36 00 01 ff 36 00 01 ff 36'), 2)).toMatchObject({
      frames: ['6', '6'],
      error: { code: 'too_many_packets' },
    });
  });

  it('share their memory with the messages read from them', () => {
    const body = hex('01 03 ff 04 01 02');
    const [message] = decodePayload3Binary(body).frames as [Buffer];
    body[4] = 9;
    expect(message).toEqual(hex('09 02'));
  });
});

describe('encodePayload3()', () => {
  it('writes text for text frames, whatever the client supports', () => {
    expect(encodePayload3(['4a'], true)).toBe('2:4a');
    expect(encodePayload3([], true)).toBe('0:');
  });

  it('writes bytes when a frame is binary and the client takes them, else base64', () => {
    expect(encodePayload3(['4a', hex('09')], true)).toEqual(hex('00 02 ff 34 61 01 02 ff 04 09'));
    expect(encodePayload3(['4a', hex('09')], false)).toBe('2:4a6:b4CQ==');
  });
});

describe('binary WebSocket messages of Engine.IO 3', () => {
  it('carry a type byte in front', () => {
    expect(addTypeByte(hex('09'))).toEqual(hex('0409'));
    expect(removeTypeByte(hex('0409'))).toEqual(hex('09'));
    expect(removeTypeByte(addTypeByte(hex('')))).toEqual(hex(''));
  });

  it.each(['', '02', '0009', '34'])('are refused as %j without it', (bytes) => {
    expect(codeOf(() => removeTypeByte(hex(bytes)))).toBe('bad_type');
  });
});
