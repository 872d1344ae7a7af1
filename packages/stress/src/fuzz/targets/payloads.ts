import { bytesOf, demand } from '../bytes.js';
import type { Target } from '../target.js';
import type { UnderTest } from '../under-test.js';

export const PAYLOAD4_SEEDS: readonly string[] = ['4hello\x1e4€\x1ebAQIDBA==', '2probe', '1', '40{"a":1}\x1e42["x",1]'];
export const PAYLOAD3_SEEDS: readonly string[] = ['6:4hello2:4€10:b4AQIDBA==', '1:61:1', '0:', '3:4😀12:420["x","é"]'];
export const BINARY3_SEEDS: readonly string[] = [
  '\x00\x04\xff4\xe2\x82\xac\x01\x05\xff\x04\x01\x02\x03\x04',
  '\x00\x01\x02\xff4["hello",1]\x01\x02\xff\x04\x01',
];

/** Carriers of packets: bodies, frames and forms of all protocol versions. */
export function payloadTargets({ codec, webTransport }: UnderTest): Target[] {
  const { CodecError } = codec;
  type Frame = string | Buffer;

  function survives(read: () => unknown): void {
    try {
      read();
    } catch (error) {
      if (!(error instanceof CodecError)) throw error;
    }
  }

  function payload<T extends Frame>(
    name: string,
    bytes: boolean,
    seeds: readonly string[],
    decode: (input: string) => { frames: readonly T[]; error: unknown },
    write: (frames: readonly T[]) => string,
  ): Target {
    return {
      name,
      bytes,
      seeds,
      run(input) {
        const { frames, error } = decode(input);
        demand(error === undefined || error instanceof CodecError, 'the error is a CodecError');
        if (error !== undefined || frames.length === 0 || frames.some((frame) => !sendable(frame))) return;
        const again = decode(write(frames));
        demand(again.error === undefined, 'what was written can be read');
        demand(same(frames, again.frames), 'what was written reads the same');
      },
    };
  }

  const frames: Target = {
    name: 'Engine.IO frames',
    bytes: false,
    seeds: ['4hello', 'bAQIDBA==', 'b4AQIDBA==', '2probe', '5', '\x04abc'],
    run(text) {
      survives(() => codec.readFrame4(text));
      survives(() => codec.readFrame3(text));
      survives(() => codec.removeTypeByte(Buffer.from(text)));
      const { text: read, habit } = codec.decodeHabit(text, 'unknown');
      demand(
        habit === 'double' ? read.length <= text.length : read === text,
        'a text is decoded once more, or left alone',
      );
    },
  };

  const forms: Target = {
    name: 'JSONP forms',
    bytes: false,
    seeds: ['d=1%3A6', 'd=%22a%5Cn%22&x=1', 'x=2&d=6:4hello%5Cn', 'd="5\\u003a::{}"', 'd=\\\\n\\n+%20'],
    run(body) {
      survives(() => {
        const field = codec.formField(body);
        codec.unescapeJsonp3(field);
        codec.parseJsonpLiteral(field);
      });
      const script = codec.wrapJsonp(codec.parseJsonpIndex(body) ?? 0, body, '___eio');
      demand(!/<\/|<!--|[\u2028\u2029]/.test(script), 'a script holds nothing that ends it');
      demand(JSON.parse(script.slice(script.indexOf('(') + 1, -2)) === body, 'a script gives back the payload');
    },
  };

  const webTransportFrames: Target = {
    name: 'WebTransport frames',
    bytes: true,
    seeds: ['\x064hello', `\x81\x01\x7e\x00\x824${'x'.repeat(129)}`, '\x7f\x00\x00\x00\x00\x00\x00\x00\x024a\x824b'],
    run(input) {
      const bytes = bytesOf(input);
      const whole = cut([bytes]);
      // The same bytes must mean the same, however they arrive.
      demand(same(whole, cut([bytes.subarray(0, bytes.length >> 1), bytes.subarray(bytes.length >> 1)])), 'halves');
      if (bytes.length < 40) demand(same(whole, cut([...bytes].map((byte) => Buffer.of(byte)))), 'byte by byte');
    },
  };

  function cut(chunks: readonly Buffer[]): Frame[] {
    const reader = new webTransport.WebTransportReader(1000);
    const taken: Frame[] = [];
    try {
      for (const chunk of chunks) reader.push(chunk, (frame) => taken.push(frame));
    } catch (error) {
      if (!(error instanceof RangeError) && (error as { code?: unknown }).code !== 'message_too_large') throw error;
      taken.push('refused');
    }
    return taken;
  }

  return [
    payload(
      'payloads of Engine.IO 4',
      false,
      PAYLOAD4_SEEDS,
      (body) => codec.decodePayload4(body),
      codec.encodePayload4,
    ),
    payload(
      'text payloads of Engine.IO 3',
      false,
      PAYLOAD3_SEEDS,
      (body) => codec.decodePayload3Text(body),
      codec.encodePayload3Text,
    ),
    payload(
      'binary payloads of Engine.IO 3',
      true,
      BINARY3_SEEDS,
      (body) => codec.decodePayload3Binary(bytesOf(body)),
      (written) => codec.encodePayload3Binary(written).toString('latin1'),
    ),
    payload(
      'payloads of 0.9',
      false,
      ['\ufffd5\ufffd3:::5\ufffd7\ufffd3:::53d', '5:::{"name":"a"}', '\ufffd0\ufffd'],
      (body) => codec.decodeLegacyPayload(body),
      codec.encodeLegacyPayload,
    ),
    frames,
    forms,
    webTransportFrames,
  ];
}

/** Nothing of ours begins otherwise: the format of 0.9 could not tell it from a frame, or from nothing. */
function sendable(frame: string | Buffer): boolean {
  return typeof frame !== 'string' || (frame !== '' && !frame.startsWith('\ufffd'));
}

function same(one: readonly (string | Buffer)[], other: readonly (string | Buffer)[]): boolean {
  return one.length === other.length && one.every((frame, i) => sameFrame(frame, other[i]));
}

function sameFrame(one: string | Buffer, other: string | Buffer | undefined): boolean {
  return typeof one === 'string' ? one === other : Buffer.isBuffer(other) && one.equals(other);
}
