import { createRequire } from 'node:module';
import { inspect, isDeepStrictEqual } from 'node:util';
import * as engine4 from 'engine.io-parser';
import { Decoder as Decoder5 } from 'socket.io-parser';
import { bytesOf } from '../bytes.js';
import {
  BINARY3_DIFFERENCES,
  type Difference,
  MSGPACK_DIFFERENCES,
  type Outcome,
  PACKET_DIFFERENCES,
  PAYLOAD3_DIFFERENCES,
  PAYLOAD4_DIFFERENCES,
} from '../differences.js';
import type { Target } from '../target.js';
import type { UnderTest } from '../under-test.js';
import { PACKET_SEEDS, packetTargets } from './packets.js';
import { BINARY3_SEEDS, PAYLOAD3_SEEDS, PAYLOAD4_SEEDS } from './payloads.js';

/** A target that compares with an original parser, and keeps an example of each difference it meets. */
export interface DifferentialTarget extends Target {
  readonly original: string;
  readonly differences: readonly Difference[];
  /** The shortest input that showed a difference, by its id. */
  readonly examples: Map<string, string>;
}

interface PacketParts {
  type: number;
  nsp: string;
  data?: unknown;
  id?: number | undefined;
}
interface OfficialDecoder {
  add(part: string | Buffer): void;
  on(event: 'decoded', listener: (packet: PacketParts) => void): void;
}
interface EngineParser2 {
  decodePayload(
    payload: string | Buffer,
    callback: (packet: { type: string | undefined; data?: string | Buffer }) => boolean | undefined,
  ): void;
}

// These have no type declarations.
const load = createRequire(import.meta.url);
const parser3 = load('socket.io-parser-3') as { Decoder: new () => OfficialDecoder };
const msgpackParser = load('socket.io-msgpack-parser') as { Decoder: new () => OfficialDecoder };
const engine3 = load('engine.io-parser-2') as EngineParser2;

const ATTACHMENTS = [Buffer.of(1), Buffer.of(2, 3)];
const TYPES = ['open', 'close', 'ping', 'pong', 'message', 'upgrade', 'noop'];

/** Where an original parser accepts an input, ours must read the same, or a known difference must say why not. */
export function differentialTargets(underTest: UnderTest): DifferentialTarget[] {
  const { codec } = underTest;
  const { CodecError } = codec;

  function outcome(read: () => unknown): Outcome {
    try {
      return { value: read() };
    } catch (error) {
      if (error instanceof CodecError) return { refused: error.code, message: error.message };
      throw error;
    }
  }

  function target(
    parts: Pick<DifferentialTarget, 'original' | 'name' | 'bytes' | 'seeds' | 'differences'>,
    theirs: (input: string) => unknown,
    ours: (input: string) => unknown,
  ): DifferentialTarget {
    const examples = new Map<string, string>();
    return {
      ...parts,
      examples,
      run(input) {
        const expected = theirs(input);
        if (expected === undefined) return;
        const got = outcome(() => ours(input));
        if ('value' in got && same(got.value, expected)) return;
        const difference = parts.differences.find(({ explains }) => explains(input, got, expected));
        if (difference === undefined) {
          throw new Error(`${parts.original} reads ${JSON.stringify(expected)}, we ${JSON.stringify(got)}`);
        }
        const { id } = difference;
        if (input.length < (examples.get(id)?.length ?? Number.POSITIVE_INFINITY)) examples.set(id, input);
      },
    };
  }

  const plain = ({ type, nsp, data, id }: PacketParts) => ({ type: type > 4 ? type - 3 : type, nsp, data, id });

  function official(Decoder: new () => OfficialDecoder, parts: readonly (string | Buffer)[]): unknown {
    let decoded: unknown;
    try {
      const decoder = new Decoder();
      decoder.on('decoded', (packet) => {
        // 3.4 has a packet without namespace for what it refuses.
        if (packet.nsp !== undefined) decoded ??= plain(packet);
      });
      for (const part of parts) if (decoded === undefined) decoder.add(part);
    } catch {
      return undefined;
    }
    return decoded;
  }

  function packets(
    name: string,
    original: string,
    Decoder: new () => OfficialDecoder,
    rules: typeof codec.strictRules,
  ) {
    return target(
      { name, original, bytes: false, seeds: PACKET_SEEDS, differences: PACKET_DIFFERENCES },
      (text) => official(Decoder, [text, ...(/^[56]/.test(text) ? ATTACHMENTS : [])]),
      (text) => {
        const packet = codec.decodePacket(text, rules);
        return plain(
          (packet.attachments ?? 0) > 0 ? codec.attachBinary(packet, ATTACHMENTS.slice(0, packet.attachments)) : packet,
        );
      },
    );
  }

  function enginePacket(frame: string | Buffer): unknown {
    if (typeof frame !== 'string') return { type: 'message', data: frame };
    const type = TYPES[Number(frame[0])];
    return frame.length === 1 ? { type } : { type, data: frame.slice(1) };
  }

  function whole({ frames, error }: { frames: readonly (string | Buffer)[]; error: Error | undefined }): unknown {
    if (error !== undefined) throw error;
    return frames.map(enginePacket);
  }

  function officially3(payload: string | Buffer): unknown {
    const read: { type: string | undefined; data?: string | Buffer }[] = [];
    try {
      engine3.decodePayload(payload, (packet) => {
        read.push(packet);
        return undefined;
      });
    } catch {
      return undefined;
    }
    return read.some(({ type }) => type === 'error' || type === undefined) ? undefined : read;
  }

  /** The original reserves, and fills, whatever a few bytes claim to follow: gigabytes. */
  function claimsTooMuch(body: string): boolean {
    return /[\xc9\xdc-\xdf]/.test(body) && 'refused' in outcome(() => codec.decodeMsgpackPacket(bytesOf(body)));
  }

  const msgpackSeeds = packetTargets(underTest).find(({ name }) => name === 'msgpack packets')?.seeds ?? [];
  return [
    packets('beside socket.io-parser 4', 'socket.io-parser 4', Decoder5 as never, codec.strictRules),
    packets('beside socket.io-parser 3', 'socket.io-parser 3.4', parser3.Decoder, codec.lenientRules),
    target(
      {
        name: 'beside engine.io-parser 5',
        original: 'engine.io-parser 5',
        bytes: false,
        seeds: PAYLOAD4_SEEDS,
        differences: PAYLOAD4_DIFFERENCES,
      },
      (body) => {
        const read = engine4.decodePayload(body);
        return read.some(({ type }) => type === 'error') ? undefined : read;
      },
      (body) => whole(codec.decodePayload4(body)),
    ),
    target(
      {
        name: 'beside engine.io-parser 2, text',
        original: 'engine.io-parser 2',
        bytes: false,
        seeds: PAYLOAD3_SEEDS,
        differences: PAYLOAD3_DIFFERENCES,
      },
      officially3,
      (body) => whole(codec.decodePayload3Text(body)),
    ),
    target(
      {
        name: 'beside engine.io-parser 2, bytes',
        original: 'engine.io-parser 2',
        bytes: true,
        seeds: BINARY3_SEEDS,
        differences: BINARY3_DIFFERENCES,
      },
      (body) => officially3(bytesOf(body)),
      (body) => whole(codec.decodePayload3Binary(bytesOf(body))),
    ),
    target(
      {
        name: 'beside socket.io-msgpack-parser',
        original: 'socket.io-msgpack-parser',
        bytes: true,
        seeds: msgpackSeeds,
        differences: MSGPACK_DIFFERENCES,
      },
      (body) => (claimsTooMuch(body) ? undefined : official(msgpackParser.Decoder, [bytesOf(body)])),
      (body) => plain(codec.decodeMsgpackPacket(bytesOf(body))),
    ),
  ];
}

function same(one: unknown, other: unknown): boolean {
  if (isDeepStrictEqual(one, other)) return true;
  // Two invalid dates are the same to us.
  return inspect(one, { depth: null }) === inspect(other, { depth: null });
}
