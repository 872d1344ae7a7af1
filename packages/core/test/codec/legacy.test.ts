import { describe, expect, it } from 'vitest';
import {
  decodeLegacyPacket,
  decodeLegacyPayload,
  encodeLegacyPacket,
  encodeLegacyPayload,
  type LegacyPacket,
  LegacyType,
  makeLegacyPacket,
  splitEndpoint,
} from '../../src/codec/index.js';
import { codeOf } from './support.js';

function packet(type: number, fields: Partial<LegacyPacket> = {}): LegacyPacket {
  return { ...makeLegacyPacket(type), ...fields };
}

const { DISCONNECT, CONNECT, HEARTBEAT, MESSAGE, JSON: JSON_TYPE, EVENT, ACK, ERROR, NOOP } = LegacyType;

describe('packets of Socket.IO 0.9', () => {
  it.each<[string, LegacyPacket]>([
    ['0::', packet(DISCONNECT)],
    ['0::/woot', packet(DISCONNECT, { endpoint: '/woot' })],
    ['1::', packet(CONNECT)],
    ['1::/tobi', packet(CONNECT, { endpoint: '/tobi' })],
    ['1::/test:?test=1', packet(CONNECT, { endpoint: '/test', data: '?test=1' })],
    ['1::/chat?x=1', packet(CONNECT, { endpoint: '/chat?x=1' })],
    ['2::', packet(HEARTBEAT)],
    ['3:::woot', packet(MESSAGE, { data: 'woot' })],
    ['3:1:/chat:hi', packet(MESSAGE, { id: 1, endpoint: '/chat', data: 'hi' })],
    ['3:5:/tobi', packet(MESSAGE, { id: 5, endpoint: '/tobi', data: '' })],
    ['3:1::blah:blah', packet(MESSAGE, { id: 1, data: 'blah:blah' })],
    ['3:::a\nb', packet(MESSAGE, { data: 'a\nb' })],
    ['4:::"2"', packet(JSON_TYPE, { data: '2' })],
    ['4:::{"a":1}', packet(JSON_TYPE, { data: { a: 1 } })],
    ['4:1+::{"a":"b"}', packet(JSON_TYPE, { id: 1, appAck: true, data: { a: 'b' } })],
    ['5:::{"name":"woot"}', packet(EVENT, { name: 'woot', data: [] })],
    ['5:1+::{"name":"tobi"}', packet(EVENT, { id: 1, appAck: true, name: 'tobi', data: [] })],
    ['5:2::{"name":"q0"}', packet(EVENT, { id: 2, name: 'q0', data: [] })],
    [
      '5:1+:/chat:{"name":"hi","args":["z"]}',
      packet(EVENT, { id: 1, appAck: true, endpoint: '/chat', name: 'hi', data: ['z'] }),
    ],
    ['5:::{"name":"edwald","args":[{"a":"b"},2,"3"]}', packet(EVENT, { name: 'edwald', data: [{ a: 'b' }, 2, '3'] })],
    ['6:::140', packet(ACK, { ackId: 140, data: [] })],
    ['6:::12+["woot","wa"]', packet(ACK, { ackId: 12, data: ['woot', 'wa'] })],
    ['6::/chat:12+["x"]', packet(ACK, { endpoint: '/chat', ackId: 12, data: ['x'] })],
    ['7::', packet(ERROR)],
    ['7:::0', packet(ERROR, { reason: 'transport not supported' })],
    ['7:::1+0', packet(ERROR, { reason: 'client not handshaken', advice: 'reconnect' })],
    ['7:::2+0', packet(ERROR, { reason: 'unauthorized', advice: 'reconnect' })],
    ['7::/chat:2', packet(ERROR, { endpoint: '/chat', reason: 'unauthorized' })],
    ['7::/woot', packet(ERROR, { endpoint: '/woot' })],
    ['7:::+0', packet(ERROR, { advice: 'reconnect' })],
    ['8::', packet(NOOP)],
  ])('are read from %s and written so', (text, expected) => {
    expect(decodeLegacyPacket(text)).toEqual(expected);
    expect(encodeLegacyPacket(expected)).toBe(text);
  });

  it.each<[string, LegacyPacket]>([
    ['0', packet(DISCONNECT)],
    ['2', packet(HEARTBEAT)],
    ['2:::', packet(HEARTBEAT)],
    ['7:::', packet(ERROR)],
    ['7:::9+7', packet(ERROR)],
    ['7:::constructor', packet(ERROR)],
    ['6:::12+', packet(ACK, { ackId: 12, data: [] })],
    ['3:::', packet(MESSAGE, { data: '' })],
    ['5:+::{"name":"a"}', packet(EVENT, { name: 'a', data: [] })],
    ['5:::{"name":"a","args":[],"more":1}', packet(EVENT, { name: 'a', data: [] })],
  ])('are read from %s too', (text, expected) => {
    expect(decodeLegacyPacket(text)).toEqual(expected);
  });

  it.each([
    ['', 'bad_type'],
    ['9::', 'bad_type'],
    ['a::', 'bad_type'],
    ['\ufffd1\ufffd8', 'bad_type'],
    ['1', 'bad_payload'],
    ['3', 'bad_payload'],
    ['3:', 'bad_payload'],
    ['10::', 'bad_payload'],
    ['3:x::a', 'bad_payload'],
    ['3:1a::a', 'bad_payload'],
    ['3:-1::a', 'bad_payload'],
    ['3:1++::a', 'bad_payload'],
    ['3:1234567890123456::a', 'bad_ack_id'],
    ['4:::', 'bad_json'],
    ['4:::{', 'bad_json'],
    ['5::', 'bad_json'],
    ['5:::{"name"', 'bad_json'],
    ['5:::null', 'bad_data'],
    ['5:::"a"', 'bad_data'],
    ['5:::{"name":"a","args":{"length":1}}', 'bad_data'],
    ['5:::{"name":"a","args":null}', 'bad_data'],
    ['5:::{}', 'bad_event_name'],
    ['5:::[]', 'bad_event_name'],
    ['5:::{"name":1}', 'bad_event_name'],
    ['5:::{"name":{"toString":1}}', 'bad_event_name'],
    ['5:::{"__proto__":{"name":"a"}}', 'bad_event_name'],
    [`5:::{"name":"${'e'.repeat(1025)}"}`, 'bad_event_name'],
    ['6::', 'bad_ack_id'],
    ['6:::x', 'bad_ack_id'],
    ['6:::1234567890123456', 'bad_ack_id'],
    ['6:::1+{', 'bad_json'],
    ['6:::1+{}', 'bad_data'],
    ['6:::1+"a"', 'bad_data'],
    [`1::/${'n'.repeat(512)}`, 'bad_namespace'],
  ])('are refused as %.40s: %s', (text, code) => {
    expect(codeOf(() => decodeLegacyPacket(text))).toBe(code);
  });

  it('write reasons and advice without a number as nothing', () => {
    expect(encodeLegacyPacket(packet(ERROR, { endpoint: '/x', reason: 'because' }))).toBe('7::/x');
  });

  it.each([
    ['a JSON value that contains itself', packet(JSON_TYPE, { data: cyclic() })],
    ['a BigInt among the arguments', packet(EVENT, { name: 'a', data: [1n] })],
    ['an undefined JSON value', packet(JSON_TYPE)],
    ['a message that is not text', packet(MESSAGE, { data: { toString: 1 } })],
  ])('refuse %s', (_, value) => {
    expect(codeOf(() => encodeLegacyPacket(value))).toBe('unserializable');
  });

  it('refuse an acknowledgement of nothing', () => {
    expect(codeOf(() => encodeLegacyPacket(packet(ACK, { data: [] })))).toBe('bad_ack_id');
  });

  it('refuse unknown types to be written', () => {
    expect(codeOf(() => encodeLegacyPacket(packet(9)))).toBe('bad_type');
  });

  it('have one shape', () => {
    const shapes = ['0::', '3:1+::a', '5:::{"name":"a"}', '6:::1', '7:::0'].map((text) =>
      Object.keys(decodeLegacyPacket(text)).join(),
    );
    expect(new Set(shapes).size).toBe(1);
  });
});

describe('splitEndpoint()', () => {
  it.each([
    ['/chat', '/chat', ''],
    ['/chat?x=1', '/chat', 'x=1'],
    ['', '', ''],
    ['?a?b', '', 'a?b'],
  ])('parts %s', (endpoint, name, query) => {
    expect(splitEndpoint(endpoint)).toEqual({ name, query });
  });
});

describe('payloads of Socket.IO 0.9', () => {
  it.each<[string[], string]>([
    [['5:::5'], '5:::5'],
    [['3:::5', '3:::53d'], '\ufffd5\ufffd3:::5\ufffd7\ufffd3:::53d'],
    [['3:::😀', '8::'], '\ufffd6\ufffd3:::😀\ufffd3\ufffd8::'],
    [['6:::1+["ok","z"]', '3:::plain'], '\ufffd16\ufffd6:::1+["ok","z"]\ufffd9\ufffd3:::plain'],
    [['3:::a\ufffdb', '8::'], '\ufffd7\ufffd3:::a\ufffdb\ufffd3\ufffd8::'],
  ])('are written from %j and read back', (packets, body) => {
    expect(encodeLegacyPayload(packets)).toBe(body);
    expect(decodeLegacyPayload(body)).toEqual({ frames: packets, error: undefined });
  });

  it('of no packets are empty', () => {
    expect(encodeLegacyPayload([])).toBe('');
  });

  it('count UTF-16 units, cutting where the length says', () => {
    expect(decodeLegacyPayload('\ufffd8\ufffd3:7::hé😀').frames).toEqual(['3:7::hé\ud83d']);
  });

  it.each<[string, string[]]>([
    ['', []],
    ['\ufffd', []],
    ['\ufffd\ufffd', []],
    ['\ufffd3', []],
    ['\ufffd-3\ufffd8::', []],
    ['\ufffd3.0\ufffd8::', []],
    ['\ufffd4\ufffd8::', []],
    ['\ufffd99999999999999\ufffd8::', []],
    ['\ufffd3\ufffd8::\ufffd9\ufffd8::', ['8::']],
    ['\ufffd3\ufffd8::8::', ['8::']],
  ])('%j give the packets before the first broken frame', (body, packets) => {
    const payload = decodeLegacyPayload(body);
    expect(payload.frames).toEqual(packets);
    expect(payload.error?.code).toBe('bad_payload');
  });

  it('hold no more packets than allowed', () => {
    const body = encodeLegacyPayload(['2::', '2::', '2::']);
    expect(decodeLegacyPayload(body, 2)).toMatchObject({ frames: ['2::', '2::'], error: { code: 'too_many_packets' } });
    expect(decodeLegacyPayload('\ufffd0\ufffd'.repeat(1001)).error?.code).toBe('too_many_packets');
  });
});

function cyclic(): object {
  const value: Record<string, unknown> = {};
  value.self = value;
  return value;
}
