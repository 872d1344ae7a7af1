import { describe, expect, it } from 'vitest';
import { ownEcho, wsEcho } from './echo-servers.js';
import {
  BINARY,
  CLOSE,
  clientFrame,
  closePayload,
  FrameClient,
  type FrameParts,
  PING,
  PONG,
  type ServerFrame,
  TEXT,
} from './frames.js';

/** A conversation that the client begins, and the server's side of it. */
interface Case {
  readonly title: string;
  readonly send: readonly FrameParts[];
  /** Frames of the server before its close frame. */
  readonly answers?: readonly FrameParts[];
  /** Code of the server's close frame; 1005 for one without a code. @default the client says goodbye, and so does the server */
  readonly closed?: number;
}

const text = (payload: string | Buffer, more: Partial<FrameParts> = {}): FrameParts => ({
  opcode: TEXT,
  payload,
  ...more,
});
const binary = (payload: Buffer, more: Partial<FrameParts> = {}): FrameParts => ({ opcode: BINARY, payload, ...more });
const more = (payload: string | Buffer, fin = false): FrameParts => ({ opcode: 0, payload, fin });
const ping = (payload: string | Buffer = ''): FrameParts => ({ opcode: PING, payload });
const pong = (payload: string | Buffer = ''): FrameParts => ({ opcode: PONG, payload });
const close = (code?: number, reason: string | Buffer = ''): FrameParts => ({
  opcode: CLOSE,
  payload: code === undefined ? '' : closePayload(code, reason),
});

const LENGTHS = [0, 1, 125, 126, 127, 128, 65_535, 65_536, 99_999];

const FRAMING: Case[] = [
  ...LENGTHS.map((length) => ({
    title: `§5.2 echoes a text of ${length} bytes`,
    send: [text('*'.repeat(length))],
    answers: [text('*'.repeat(length))],
  })),
  ...LENGTHS.map((length) => ({
    title: `§5.2 echoes ${length} bytes`,
    send: [binary(Buffer.alloc(length, 0xfe))],
    answers: [binary(Buffer.alloc(length, 0xfe))],
  })),
  {
    title: '§5.2 reads a length in more bytes than it needs',
    send: [text('hello', { length: 5 })],
    answers: [text('hello')],
  },
  { title: '§5.1 closes for a frame without a mask', send: [text('hello', { masked: false })], closed: 1002 },
  { title: '§5.2 closes for a length beyond 2^53', send: [text('', { length: 2n ** 53n })], closed: 1009 },
  { title: '§5.2 closes for a length with its highest bit set', send: [text('', { length: 2n ** 63n })], closed: 1009 },
];

const CONTROL: Case[] = [
  { title: '§5.5.2 answers a ping', send: [ping()], answers: [pong()] },
  { title: '§5.5.2 answers a ping with its payload', send: [ping('hello')], answers: [pong('hello')] },
  {
    title: '§5.5.2 answers a ping of bytes',
    send: [ping(Buffer.of(0, 255, 254, 253))],
    answers: [pong(Buffer.of(0, 255, 254, 253))],
  },
  { title: '§5.5.2 answers a ping of 125 bytes', send: [ping('x'.repeat(125))], answers: [pong('x'.repeat(125))] },
  { title: '§5.5 closes for a ping of 126 bytes', send: [ping('x'.repeat(126))], closed: 1002 },
  { title: '§5.5.3 ignores a pong', send: [pong('unasked'), ping('a')], answers: [pong('a')] },
  {
    title: '§5.5.2 answers ten pings in order',
    send: Array.from({ length: 10 }, (_, n) => ping(`ping ${n}`)),
    answers: Array.from({ length: 10 }, (_, n) => pong(`ping ${n}`)),
  },
  { title: '§5.5 closes for a ping in fragments', send: [{ ...ping('a'), fin: false }, more('b', true)], closed: 1002 },
  { title: '§5.5 closes for a close frame in fragments', send: [{ ...close(1000), fin: false }], closed: 1002 },
];

const RESERVED: Case[] = [1, 2, 3, 4, 5, 6, 7].flatMap((rsv) => [
  {
    title: `§5.2 closes for the reserved bits ${rsv} of a text`,
    send: [text('a'), text('b', { rsv }), text('c')],
    answers: [text('a')],
    closed: 1002,
  },
  { title: `§5.2 closes for the reserved bits ${rsv} of a ping`, send: [{ ...ping(), rsv }], closed: 1002 },
]);

const OPCODES: Case[] = [3, 4, 5, 6, 7, 11, 12, 13, 14, 15].flatMap((opcode) => [
  { title: `§5.2 closes for the reserved opcode ${opcode}`, send: [{ opcode }], closed: 1002 },
  {
    title: `§5.2 closes for the reserved opcode ${opcode} between messages`,
    send: [text('a'), { opcode, payload: 'x' }, ping()],
    answers: [text('a')],
    closed: 1002,
  },
]);

const FRAGMENTS: Case[] = [
  {
    title: '§5.4 joins two fragments of text',
    send: [text('frag', { fin: false }), more('ment', true)],
    answers: [text('fragment')],
  },
  {
    title: '§5.4 joins two fragments of bytes',
    send: [binary(Buffer.of(1), { fin: false }), more(Buffer.of(2), true)],
    answers: [binary(Buffer.of(1, 2))],
  },
  {
    title: '§5.4 answers a ping between fragments',
    send: [text('frag', { fin: false }), ping('p'), more('ment', true)],
    answers: [pong('p'), text('fragment')],
  },
  {
    title: '§5.4 joins empty fragments',
    send: [text('', { fin: false }), more(''), more('', true)],
    answers: [text('')],
  },
  {
    title: '§5.4 joins an empty fragment and a full one',
    send: [text('', { fin: false }), more('middle'), more('', true)],
    answers: [text('middle')],
  },
  { title: '§5.4 closes for a continuation of nothing', send: [more('a', true)], closed: 1002 },
  { title: '§5.4 closes for a continuation of nothing that goes on', send: [more('a'), text('b')], closed: 1002 },
  {
    title: '§5.4 closes for a continuation after a whole message',
    send: [text('a'), more('b', true)],
    answers: [text('a')],
    closed: 1002,
  },
  { title: '§5.4 closes for a new text within another', send: [text('a', { fin: false }), text('b')], closed: 1002 },
  {
    title: '§5.4 closes for new bytes within a text',
    send: [text('a', { fin: false }), binary(Buffer.of(1))],
    closed: 1002,
  },
  {
    title: '§5.4 reads messages one after the other',
    send: [
      text('a', { fin: false }),
      more('b', true),
      text('c'),
      binary(Buffer.of(1), { fin: false }),
      more(Buffer.of(2), true),
    ],
    answers: [text('ab'), text('c'), binary(Buffer.of(1, 2))],
  },
];

const utf8 = (hex: string) => Buffer.from(hex, 'hex');

/** Texts by their bytes. */
const VALID_TEXTS: Record<string, Buffer> = {
  'two, three and four bytes': Buffer.from('κόσμε 漢字 😀'),
  'the replacement character': Buffer.from('a\ufffdb'),
  'a NUL': Buffer.of(0),
  noncharacters: utf8('efbfbeefbfbff09fbfbef48fbfbf'),
  'the last code point': utf8('f48fbfbf'),
  'the lowest of each length': utf8('00c280e0a080f0908080'),
};
const INVALID_TEXTS: Record<string, Buffer> = {
  'a lone continuation byte': utf8('80'),
  'a lone lead byte': utf8('c3'),
  'a character cut short': utf8('6162e6bc'),
  'an overlong slash': utf8('c0af'),
  'an overlong slash in three bytes': utf8('e080af'),
  'a surrogate': utf8('eda080'),
  'a code point beyond the last': utf8('f4908080'),
  'a byte that never occurs': utf8('61ff62'),
  'five bytes': utf8('f888808080'),
  'a valid text that ends wrongly': Buffer.concat([Buffer.from('κόσμε'), utf8('f4908080'), Buffer.from('edited')]),
};

const UTF8: Case[] = [
  ...Object.entries(VALID_TEXTS).flatMap(([what, bytes]) => [
    { title: `§5.6 echoes a text with ${what}`, send: [text(bytes)], answers: [text(bytes)] },
    {
      title: `§5.6 echoes a text with ${what}, one byte in each fragment`,
      send: [
        text('', { fin: false }),
        ...[...bytes].slice(0, 8).map((byte) => more(Buffer.of(byte))),
        more(bytes.subarray(8), true),
      ],
      answers: [text(bytes)],
    },
  ]),
  ...Object.entries(INVALID_TEXTS).flatMap(([what, bytes]) => [
    { title: `§8.1 closes for a text with ${what}`, send: [text(bytes)], closed: 1007 },
    {
      title: `§8.1 closes for a text with ${what} in two fragments`,
      send: [text(bytes.subarray(0, 1), { fin: false }), more(bytes.subarray(1), true)],
      closed: 1007,
    },
    { title: `§5.6 echoes bytes that as a text would have ${what}`, send: [binary(bytes)], answers: [binary(bytes)] },
  ]),
];

const VALID_CODES = [1000, 1001, 1002, 1003, 1007, 1008, 1009, 1010, 1011, 1012, 1013, 1014, 3000, 3999, 4000, 4999];
const INVALID_CODES = [0, 999, 1004, 1005, 1006, 1015, 1016, 1100, 2000, 2999, 5000, 65_535];

const CLOSING: Case[] = [
  { title: '§7.1 answers a close frame without a code', send: [close()], closed: 1005 },
  ...VALID_CODES.map((code) => ({ title: `§7.4 answers the close code ${code}`, send: [close(code)], closed: code })),
  ...INVALID_CODES.map((code) => ({ title: `§7.4 refuses the close code ${code}`, send: [close(code)], closed: 1002 })),
  { title: '§7.1.6 answers a reason', send: [close(1000, 'bye')], closed: 1000 },
  { title: '§5.5.1 answers the longest reason', send: [close(1000, 'x'.repeat(123))], closed: 1000 },
  { title: '§5.5.1 closes for a reason that is too long', send: [close(1000, 'x'.repeat(124))], closed: 1002 },
  { title: '§5.5.1 closes for a payload of one byte', send: [{ opcode: CLOSE, payload: 'x' }], closed: 1002 },
  { title: '§5.5.1 closes for a reason that is not UTF-8', send: [close(1000, utf8('ff'))], closed: 1007 },
  { title: '§1.4 ignores a text after the close frame', send: [close(1000), text('late')], closed: 1000 },
  { title: '§1.4 ignores a ping after the close frame', send: [close(1000), ping('late')], closed: 1000 },
  {
    title: '§1.4 ignores a wrong frame after the close frame',
    send: [close(1000), { opcode: 15, rsv: 7 }],
    closed: 1000,
  },
  { title: '§7.1 closes within a message in fragments', send: [text('a', { fin: false }), close(1000)], closed: 1000 },
];

const LIMITED: Case[] = [
  {
    title: '§10.4 takes a message as long as the limit',
    send: [text('x'.repeat(100_000))],
    answers: [text('x'.repeat(100_000))],
  },
  { title: '§10.4 closes for the header of a longer one', send: [text('', { length: 100_001 })], closed: 1009 },
  {
    title: '§10.4 closes when fragments exceed the limit together',
    send: [binary(Buffer.alloc(60_000), { fin: false }), { ...more(''), length: 60_000 }],
    closed: 1009,
  },
  {
    title: '§10.4 takes as many fragments as the limit',
    send: [text('0', { fin: false }), ...Array.from({ length: 8 }, () => more('x')), more('9', true)],
    answers: [text('0xxxxxxxx9')],
  },
  {
    title: '§10.4 closes for one more',
    send: [text('0', { fin: false }), ...Array.from({ length: 9 }, () => more('x')), more('', true)],
    closed: 1008,
  },
];

const SUITES = { FRAMING, CONTROL, RESERVED, OPCODES, FRAGMENTS, UTF8, CLOSING, LIMITED };

/** Bytes that are sent at a time; undefined for all at once. */
const CUTS: Record<string, number | undefined> = { 'at once': undefined, 'byte by byte': 1, 'in pieces of 7 bytes': 7 };
const LONGEST_CUT = 600;

function expected({ answers = [], closed }: Case): ServerFrame[] {
  const frames = answers.map(({ opcode, payload = '' }) => ({ opcode, payload: Buffer.from(payload) }));
  const payload = closed === 1005 ? Buffer.alloc(0) : closePayload(closed ?? 1000);
  return [...frames, { opcode: CLOSE, payload }];
}

/** Reasons are not compared: the server may repeat the client's. */
function seen(frames: readonly ServerFrame[]): ServerFrame[] {
  return frames.map(({ opcode, payload }) => ({
    opcode,
    payload: opcode === CLOSE ? payload.subarray(0, 2) : payload,
  }));
}

describe.each([
  ['the own receiver', ownEcho],
  ['ws', wsEcho],
] as const)('%s', (_, start) => {
  describe.each(Object.entries(CUTS))('%s', (_how, size) => {
    it.each(
      Object.values(SUITES)
        .flat()
        .map((each) => [each.title, each] as const),
    )('%s', async (_title, each) => {
      const goodbye = each.closed === undefined ? [close(1000)] : [];
      const bytes = Buffer.concat([...each.send, ...goodbye].map(clientFrame));
      if (size !== undefined && bytes.length > LONGEST_CUT) return;
      const server = await start();
      const client = await FrameClient.open(server.port);
      await client.send(bytes, size);
      expect(seen(await client.all())).toEqual(expected(each));
    });
  });
});

describe('the own receiver', () => {
  it.each(Object.entries(INVALID_TEXTS).filter(([what]) => !/lone lead|cut short/.test(what)))(
    '§8.1 fails at the first wrong byte of a text with %s, whatever is still to come',
    async (_what, bytes) => {
      const server = await ownEcho();
      const client = await FrameClient.open(server.port);
      // The header announces more than is ever sent.
      const frame = clientFrame({
        opcode: TEXT,
        payload: Buffer.concat([Buffer.from('begins well '), bytes]),
        length: 5000,
      });
      await client.send(frame, 3);
      expect(seen(await client.all())).toEqual([{ opcode: CLOSE, payload: closePayload(1007) }]);
    },
  );

  it('§8.1 fails at the second byte of an impossible character', async () => {
    const server = await ownEcho();
    const client = await FrameClient.open(server.port);
    await client.send(clientFrame(text(utf8('f490'), { fin: false })));
    expect(seen(await client.all())).toEqual([{ opcode: CLOSE, payload: closePayload(1007) }]);
  });
});
