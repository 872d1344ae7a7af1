import { describe, expect, it } from 'vitest';
import {
  decodeFrame4,
  decodePayload4,
  EngineCode,
  type EngineFrame,
  EngineType,
  encodeFrame4,
  encodeOpen,
  encodePayload4,
  readFrame4,
} from '../../src/codec/index.js';
import { codeOf, hex } from './support.js';

describe('encodeOpen()', () => {
  it('writes the keys in the order clients know', () => {
    const open = {
      maxPayload: 1_000_000,
      pingTimeout: 20_000,
      pingInterval: 25_000,
      upgrades: ['websocket'],
      sid: 'tRaHFCFmeaqT4vPhAAAA',
    };
    expect(encodeOpen(open)).toBe(
      '0{"sid":"tRaHFCFmeaqT4vPhAAAA","upgrades":["websocket"],"pingInterval":25000,"pingTimeout":20000,"maxPayload":1000000}',
    );
  });

  it('leaves maxPayload out for clients that do not know it', () => {
    expect(encodeOpen({ sid: 's', upgrades: [], pingInterval: 1, pingTimeout: 2 })).toBe(
      '0{"sid":"s","upgrades":[],"pingInterval":1,"pingTimeout":2}',
    );
  });
});

describe('Engine.IO 4 frames', () => {
  it.each([
    ['4hello', EngineType.MESSAGE, 'hello'],
    ['4', EngineType.MESSAGE, ''],
    ['2probe', EngineType.PING, 'probe'],
    ['6', EngineType.NOOP, ''],
    ['0{}', EngineType.OPEN, '{}'],
  ])('takes %s apart', (frame, type, data) => {
    expect(decodeFrame4(frame)).toEqual({ type, data });
    expect(frame.charCodeAt(0)).toBe(Object.values(EngineCode)[type]);
  });

  it.each(['', '7', 'hello', '/', 'b', ' 4', '٤'])('refuses "%s"', (frame) => {
    expect(codeOf(() => decodeFrame4(frame))).toBe('bad_type');
  });

  it.each<[EngineFrame, string]>([
    ['4hello', '4hello'],
    [hex('01020304'), 'bAQIDBA=='],
    [Buffer.alloc(0), 'b'],
  ])('writes %o for a text-only connection and reads it back', (frame, text) => {
    expect(encodeFrame4(frame)).toBe(text);
    expect(readFrame4(text)).toEqual(frame);
  });
});

describe('Engine.IO 4 polling payloads', () => {
  it.each<[EngineFrame[], string]>([
    [['4hello', '4€', hex('01020304')], '4hello\x1e4€\x1ebAQIDBA=='],
    [['6', '1'], '6\x1e1'],
    [['40'], '40'],
    [['4', '4'], '4\x1e4'],
  ])('writes %o and reads it back', (frames, body) => {
    expect(encodePayload4(frames)).toBe(body);
    expect(decodePayload4(body)).toEqual({ frames, error: undefined });
  });

  it.each([
    ['', [], 'bad_type'],
    ['\x1e', [], 'bad_type'],
    ['4a\x1e', ['4a'], 'bad_type'],
    ['4a\x1eabc\x1e4b', ['4a'], 'bad_type'],
    ['4a\x1eb!!!!', ['4a'], 'bad_base64'],
    ['6:4hello', ['6:4hello'], undefined],
  ])('stops reading %j at the first bad packet', (body, frames, code) => {
    const payload = decodePayload4(body);
    expect(payload.frames).toEqual(frames);
    expect(payload.error?.code).toBe(code);
  });

  it('stops after as many packets as allowed', () => {
    const payload = decodePayload4('4a\x1e4b\x1e4c', 2);
    expect(payload.frames).toEqual(['4a', '4b']);
    expect(payload.error?.code).toBe('too_many_packets');
    expect(decodePayload4('4a\x1e4b', 2).error).toBeUndefined();
    expect(decodePayload4(Array(1001).fill('4a').join('\x1e')).error?.code).toBe('too_many_packets');
  });
});

describe('base64 packets', () => {
  it.each([
    ['b', ''],
    ['bAQIDBA==', '01020304'],
    ['bAQIDBA', '01020304'],
    ['bAQID', '010203'],
    ['b-_-_', 'fbffbf'],
    ['bAQID\nBAUG\r\n', '010203040506'],
  ])('are read from %j', (frame, bytes) => {
    expect(readFrame4(frame)).toEqual(hex(bytes));
  });

  it.each(['bA', 'b====', 'bAQ=I', 'bAQI!', 'b€', 'bAQIDBA===', 'b{"a":1}'])('are refused as %j', (frame) => {
    expect(codeOf(() => readFrame4(frame))).toBe('bad_base64');
  });
});
