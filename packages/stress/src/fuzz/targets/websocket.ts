import { createRequire } from 'node:module';
import { isDeepStrictEqual } from 'node:util';
import type * as webSocketModule from '../../../../core/dist/transport/websocket/receiver.js';
import { bytesOf } from '../bytes.js';
import { type Difference, WEBSOCKET_DIFFERENCES } from '../differences.js';
import type { UnderTest } from '../under-test.js';
import type { DifferentialTarget } from './differential.js';

/** One thing that a receiver has read. */
export type Read = readonly [what: string, ...details: unknown[]];

/** The part of `ws`'s receiver that is used here; it has no type declarations. */
interface WsReceiver {
  on(event: string, listener: (...args: never[]) => void): this;
  _write(chunk: Buffer, encoding: string, done: (error?: WsError) => void): void;
}
interface WsError extends Error {
  readonly code: string;
}
type WsReceiverClass = new (options: object) => WsReceiver;

const load = createRequire(import.meta.url);
const { Receiver } = load('ws') as { Receiver: WsReceiverClass };

const MAX_LENGTH = 300;
const MAX_FRAGMENTS = 5;

/** A client's frame. */
function frame(first: number, payload: string, mask = '\x12\x34\x56\x78'): string {
  const { length } = payload;
  const size =
    length < 126 ? String.fromCharCode(0x80 | length) : `\xfe${String.fromCharCode(length >> 8, length & 0xff)}`;
  const masked = Array.from(payload, (character, at) =>
    String.fromCharCode(character.charCodeAt(0) ^ mask.charCodeAt(at & 3)),
  );
  return String.fromCharCode(first) + size + mask + masked.join('');
}

const SEEDS: readonly string[] = [
  frame(0x81, 'hello'),
  frame(0x82, '\x00\xff'.repeat(80)),
  frame(0x81, 'k\xc3\xb6\xe6\xbc\xa2\xf0\x9f\x98\x80', '\0\0\0\0'),
  frame(0x01, 'fr\xe6') + frame(0x89, 'ping') + frame(0x00, '\xbc') + frame(0x80, '\xa2'),
  frame(0x02, 'a') + frame(0x8a, '') + frame(0x80, ''),
  frame(0x88, '\x03\xe8bye'),
  frame(0x88, ''),
  frame(0x81, 'x'.repeat(130)) + frame(0x82, 'y'.repeat(200)),
  `${frame(0x01, '')}${frame(0x00, '').repeat(4)}${frame(0x80, '')}`,
  '\x81\xff\0\0\0\0\0\0\0\x05\0\0\0\0hello',
];

/** The frame reader beside `ws`, with the same bytes in the same chunks. */
export function webSocketTargets({ webSocket }: UnderTest): DifferentialTarget[] {
  const examples = new Map<string, string>();
  const name = 'beside ws';

  /** Of earlier inputs: it is idle, as between the messages of connections, which share one. */
  let spare: webSocketModule.FrameReceiver | undefined;

  function ours(chunks: readonly Buffer[]): Read[] {
    const read: Read[] = [];
    const limits = { maxLength: MAX_LENGTH, maxFragments: MAX_FRAGMENTS, maxControlFrames: Number.POSITIVE_INFINITY };
    const handler: webSocketModule.FrameHandler = {
      onMessage: (message) => void read.push(['message', typeof message === 'string' ? message : copyOf(message)]),
      onPing: (payload) => void read.push(['ping', copyOf(payload)]),
      onPong: (payload) => void read.push(['pong', copyOf(payload)]),
      onCloseFrame: (code, reason) => void read.push(['close', code, copyOf(reason)]),
      onViolation: ({ code, closeCode }) => void read.push(['error', code, closeCode]),
    };
    const receiver = spare ?? new webSocket.FrameReceiver(limits, handler);
    receiver.handler = handler;
    spare = undefined;
    for (const chunk of chunks) spare = receiver.push(Buffer.from(chunk)) ? receiver : undefined;
    return read;
  }

  return [
    {
      name,
      original: 'ws 8',
      bytes: true,
      seeds: SEEDS,
      pieces: [
        '\x81\x80\0\0\0\0',
        '\x01\x80\0\0\0\0',
        '\x00\x80\0\0\0\0',
        '\x80\x80\0\0\0\0',
        '\x88\x82\0\0\0\0',
        '\x89\x80\0\0\0\0',
      ],
      differences: WEBSOCKET_DIFFERENCES,
      examples,
      run(input) {
        const chunks = cut(input);
        const expected = theirs(chunks);
        const got = ours(chunks);
        if (isDeepStrictEqual(got, expected)) return;
        const difference = WEBSOCKET_DIFFERENCES.find(({ explains }) => explains(input, { value: got }, expected));
        if (difference === undefined)
          throw new Error(`ws reads ${JSON.stringify(expected)}, we ${JSON.stringify(got)}`);
        const { id } = difference as Difference;
        if (input.length < (examples.get(id)?.length ?? Number.POSITIVE_INFINITY)) examples.set(id, input);
      },
    },
  ];
}

function theirs(chunks: readonly Buffer[]): Read[] {
  const read: Read[] = [];
  const options = { isServer: true, maxPayload: MAX_LENGTH, maxFragments: MAX_FRAGMENTS, allowSynchronousEvents: true };
  const receiver = new Receiver(options)
    .on('message', (data: Buffer, binary: boolean) => read.push(['message', binary ? copyOf(data) : data.toString()]))
    .on('ping', (data: Buffer) => read.push(['ping', copyOf(data)]))
    .on('pong', (data: Buffer) => read.push(['pong', copyOf(data)]))
    .on('conclude', (code: number, reason: Buffer) => read.push(['close', code, copyOf(reason)]));
  let over = false;
  const done = (error?: WsError) => {
    if (error === undefined || error === null) return;
    over = true;
    read.push(['error', error.code, closeCodeOf(error)]);
  };
  for (const chunk of chunks) {
    if (over || read.at(-1)?.[0] === 'close') break;
    receiver._write(Buffer.from(chunk), 'buffer', done);
  }
  return read;
}

/** `ws` keeps it under a symbol. */
function closeCodeOf(error: WsError): unknown {
  const [symbol] = Object.getOwnPropertySymbols(error).filter(({ description }) => description === 'status-code');
  return symbol === undefined ? undefined : Reflect.get(error, symbol);
}

/** Receivers may give views of memory that is used again. */
function copyOf(bytes: Buffer): string {
  return bytes.toString('latin1');
}

/** Cuts the bytes of an input at places that follow from it, so that the same input is always cut the same way. */
function cut(input: string): Buffer[] {
  const bytes = bytesOf(input);
  let state = 2_166_136_261;
  for (let at = 0; at < bytes.length; at++) state = Math.imul(state ^ (bytes[at] as number), 16_777_619);
  const next = () => {
    state = Math.imul(state ^ (state >>> 15), 2_246_822_519);
    return (state ^ (state >>> 13)) >>> 0;
  };
  // Whole, in a few pieces, or byte by byte.
  const longest = [bytes.length, bytes.length, 40, 7, 2, 1][next() % 6] as number;
  const chunks: Buffer[] = [];
  for (let at = 0; at < bytes.length; ) {
    const size = 1 + (next() % Math.max(1, longest));
    chunks.push(bytes.subarray(at, longest === bytes.length && next() % 2 === 0 ? bytes.length : at + size));
    at += (chunks.at(-1) as Buffer).length;
  }
  return chunks;
}
