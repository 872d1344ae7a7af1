import { createRequire } from 'node:module';
import * as engine4 from 'engine.io-parser';
import fc from 'fast-check';
import { Decoder, Encoder } from 'socket.io-parser';
import { describe, expect, it } from 'vitest';
import {
  attachBinary,
  decodeMsgpackPacket,
  decodePacket,
  decodePayload3Binary,
  decodePayload3Text,
  decodePayload4,
  type EngineFrame,
  encodeMsgpackPacket,
  encodePacket,
  encodePayload3Binary,
  encodePayload3Text,
  encodePayload4,
  lenientRules,
  makePacket,
  type Packet,
  type PacketRules,
} from '../../src/codec/index.js';
import { jsonValue as anyJsonValue, anyText, hex, mutated, survives, wellFormed } from './support.js';

// These have no type declarations.
const require = createRequire(import.meta.url);

interface Parser {
  Decoder: new () => {
    add(input: string | Buffer): void;
    on(event: 'decoded', listener: (packet: Packet) => void): void;
  };
}
interface MsgpackParser extends Parser {
  Encoder: new () => { encode(packet: object): [Buffer] };
}
interface EngineParser2 {
  encodePayload(packets: object[], supportsBinary: boolean, callback: (payload: string | Buffer) => void): void;
  decodePayload(
    payload: string | Buffer,
    callback: (packet: { type: string; data?: string | Buffer }) => boolean | undefined,
  ): void;
}

const parser3 = require('socket.io-parser-3') as Parser;
const msgpackParser = require('socket.io-msgpack-parser') as MsgpackParser;
const engine3 = require('engine.io-parser-2') as EngineParser2;

/**
 * JSON without what the official parsers get wrong: they lose `__proto__` fields, and the msgpack parser garbles whole
 * numbers beyond 2^53.
 */
const jsonValue = anyJsonValue.map((value) => {
  const json = JSON.stringify(value, (_, part: unknown) => (Number.isInteger(part) ? Number(part) % 2 ** 40 : part));
  return JSON.parse(json.replaceAll('__proto__', 'proto')) as unknown;
});

/** The packet that an official decoder makes of the parts of one message; undefined when it refuses or waits. */
function officially(parser: Parser, parts: readonly (string | Buffer)[]): Packet | undefined {
  let decoded: Packet | undefined;
  try {
    const decoder = new parser.Decoder();
    decoder.on('decoded', (packet) => {
      decoded = packet;
    });
    for (const part of parts) decoder.add(part);
  } catch {
    return undefined;
  }
  return decoded;
}

/** The official packet in our words: binary types by their plain ones, nothing for a missing id. */
function inOurShape(packet: Packet): Packet {
  const type = packet.type > 4 ? packet.type - 3 : packet.type;
  return makePacket(type, packet.nsp, packet.data, packet.id);
}

const seeds = [
  '0{"token":"123"}',
  '0/adm',
  '1/admin,',
  '2["hello",1]',
  '2/admin,7["x",{"a":[1]}]',
  '3/admin,13["bar"]',
  '4{"message":"x"}',
  '4"x"',
  '50-["a"]',
];
const binarySeeds = ['51-["baz",{"_placeholder":true,"num":0}]', '61-/x,15["bar",[{"_placeholder":true,"num":0}]]'];

describe.each<[string, Parser, PacketRules]>([
  ['socket.io-parser 4', { Decoder } as unknown as Parser, {}],
  ['socket.io-parser 3.4', parser3, lenientRules],
])('beside %s, decodePacket()', (_, parser, rules) => {
  it('reads every text that both accept as the same packet', () => {
    let accepted = 0;
    fc.assert(
      fc.property(mutated(seeds), (text) => {
        const ours = survives(() => decodePacket(text, rules));
        const theirs = officially(parser, [text]);
        if (ours === undefined || theirs === undefined || ours.attachments !== 0) return;
        accepted += 1;
        expect(ours).toEqual(inOurShape(theirs));
      }),
      { numRuns: 1500 },
    );
    expect(accepted).toBeGreaterThan(100);
  });

  it('reads every packet with an attachment that both accept as the same', () => {
    const bytes = hex('0102');
    fc.assert(
      fc.property(mutated(binarySeeds), (text) => {
        const ours = survives(() => attachBinary(decodePacket(text, rules), [bytes]));
        const theirs = officially(parser, [text, bytes]);
        if (ours !== undefined && theirs !== undefined) expect(ours).toEqual(inOurShape(theirs));
      }),
      { numRuns: 500 },
    );
  });

  it.each([...seeds.slice(0, -1), '20["zero"]', '2[5]', '2/,["a"]'])('accepts %s as it does', (text) => {
    const theirs = officially(parser, [text]);
    expect(theirs).toBeDefined();
    expect(decodePacket(text, rules)).toEqual(inOurShape(theirs as Packet));
  });
});

describe('beside socket.io-parser 4, encodePacket()', () => {
  const bytes = fc.uint8Array({ maxLength: 10 }).map((array) => Buffer.from(array));
  const argument = fc.oneof(jsonValue, bytes, fc.record({ a: bytes, when: fc.date({ noInvalidDate: true }) }));

  it('writes every packet in the same bytes', () => {
    fc.assert(
      fc.property(
        fc.constantFrom('/', '/admin'),
        fc.constantFrom(2, 3),
        fc.option(fc.nat(), { nil: undefined }),
        fc.tuple(fc.constant('e'), argument, argument),
        (nsp, type, id, data) => {
          const encoded = encodePacket(makePacket(type, nsp, data, id));
          const ours = typeof encoded === 'string' ? [encoded] : [encoded.text, ...encoded.attachments];
          const packet = { type, nsp, data, ...(id === undefined ? {} : { id }) };
          expect(ours).toEqual(new Encoder().encode(packet as Parameters<Encoder['encode']>[0]));
        },
      ),
    );
  });
});

/** Our frames as packets of the official engine parsers. */
function enginePackets(frames: readonly EngineFrame[]): engine4.Packet[] {
  return frames.map((frame) => {
    if (typeof frame !== 'string') return { type: 'message', data: frame };
    const type = TYPES[Number(frame[0])] as engine4.Packet['type'];
    return frame.length === 1 ? { type } : { type, data: frame.slice(1) };
  });
}

const TYPES = ['open', 'close', 'ping', 'pong', 'message', 'upgrade', 'noop'];

const engineText = fc
  .tuple(
    fc.constantFrom(...'0123456'),
    anyText.map((text) => wellFormed(text).replaceAll('\x1e', '')),
  )
  .map(([type, text]) => type + text);
const engineFrames = fc.array(
  fc.oneof(
    engineText,
    fc.uint8Array({ minLength: 1, maxLength: 20 }).map((array) => Buffer.from(array)),
  ),
  { minLength: 1, maxLength: 6 },
);

describe('beside engine.io-parser 5, payloads of Engine.IO 4', () => {
  it('are written in the same bytes', async () => {
    await fc.assert(
      fc.asyncProperty(engineFrames, async (frames) => {
        const theirs = await new Promise<string>((resolve) => engine4.encodePayload(enginePackets(frames), resolve));
        expect(encodePayload4(frames)).toBe(theirs);
      }),
    );
  });

  it('that both accept are read as the same packets', () => {
    fc.assert(
      fc.property(mutated(['4hello\x1e4€\x1ebAQIDBA==', '6\x1e1', '2probe']), (body) => {
        const { frames, error } = decodePayload4(body);
        const theirs = engine4.decodePayload(body);
        if (error !== undefined || theirs.some(({ type }) => type === 'error')) return;
        expect(enginePackets(frames)).toEqual(theirs);
      }),
      { numRuns: 500 },
    );
  });
});

function officialPayload3(frames: readonly EngineFrame[], supportsBinary: boolean): string | Buffer {
  let payload: string | Buffer = '';
  engine3.encodePayload(enginePackets(frames), supportsBinary, (encoded) => {
    payload = encoded;
  });
  return payload;
}

function officialFrames3(payload: string | Buffer): engine4.Packet[] | undefined {
  const packets: engine4.Packet[] = [];
  engine3.decodePayload(payload, (packet) => {
    packets.push(packet as engine4.Packet);
    return undefined;
  });
  return packets.some(({ type }) => (type as string) === 'error') ? undefined : packets;
}

describe('beside engine.io-parser 2, payloads of Engine.IO 3', () => {
  it('are written in the same text', () => {
    fc.assert(
      fc.property(engineFrames, (frames) => {
        expect(encodePayload3Text(frames)).toBe(officialPayload3(frames, false));
      }),
    );
  });

  it('are written in the same bytes when a packet is binary', () => {
    fc.assert(
      fc.property(engineFrames, (frames) => {
        const withBinary = [...frames, hex('07')];
        expect(encodePayload3Binary(withBinary)).toEqual(officialPayload3(withBinary, true));
      }),
    );
  });

  it('of text that both accept are read as the same packets', () => {
    fc.assert(
      fc.property(mutated(['6:4hello2:4€10:b4AQIDBA==', '1:61:1', '3:4😀']), (body) => {
        const { frames, error } = decodePayload3Text(body);
        const theirs = officialFrames3(body);
        if (error === undefined && theirs !== undefined)
          expect(withData(enginePackets(frames))).toEqual(withData(theirs));
      }),
      { numRuns: 500 },
    );
  });

  it('of bytes are read as the packets that went in', () => {
    fc.assert(
      fc.property(engineFrames, (frames) => {
        const payload = officialPayload3([...frames, hex('07')], true) as Buffer;
        expect(decodePayload3Binary(payload)).toEqual({ frames: [...frames, hex('07')], error: undefined });
      }),
    );
  });
});

/** The old parser tells no data now as an empty text, now as none. */
function withData(packets: readonly engine4.Packet[]): unknown[] {
  return packets.map(({ type, data }) => ({ type, data: (data as unknown) ?? '' }));
}

describe('beside socket.io-msgpack-parser 3', () => {
  const argument = fc.oneof(
    jsonValue,
    fc.uint8Array({ maxLength: 10 }).map((array) => Buffer.from(array)),
    fc.date({ noInvalidDate: true }),
    fc.constant(undefined),
    fc.maxSafeInteger(),
  );
  const packet = fc
    .record({ nsp: fc.constantFrom('/', '/admin'), args: fc.array(argument, { maxLength: 4 }), id: fc.nat() })
    .map(({ nsp, args, id }) => ({ type: 2, nsp, data: ['e', ...args], id }));

  it('packets are written in the same bytes', () => {
    fc.assert(
      fc.property(packet, (sent) => {
        const [theirs] = new msgpackParser.Encoder().encode(sent);
        expect(encodeMsgpackPacket(sent).toString('hex')).toBe(theirs.toString('hex'));
      }),
    );
  });

  it('packets are read as the same', () => {
    fc.assert(
      fc.property(packet, (sent) => {
        const [bytes] = new msgpackParser.Encoder().encode({ ...sent, options: { compress: true } });
        const { type, nsp, data, id } = officially(msgpackParser, [bytes]) as Packet;
        expect(decodeMsgpackPacket(bytes)).toEqual(makePacket(type, nsp, data, id));
      }),
    );
  });
});
