import { decode as decodeMsgpack, encode as encodeMsgpack } from '@msgpack/msgpack';
import { decodePayload, encodePayload } from 'engine.io-parser';
import { measure } from 'mitata';
import { Decoder as MsgpackDecoder, Encoder as MsgpackEncoder } from 'socket.io-msgpack-parser';
import { Decoder, Encoder } from 'socket.io-parser';

/**
 * Encoding and decoding beside other libraries, in one process: for regressions while working, not for claims. The codec
 * is a small part of a server's work.
 */
const codec = await import(new URL('./codec/index.js', import.meta.resolve('@sio/core')).href);

const EVENT = { type: 2, nsp: '/', data: ['chat', 'The quick brown fox jumps over the lazy dog', { at: 17 }], id: 12 };
const BYTES = { type: 2, nsp: '/', data: ['file', Buffer.alloc(1024, 7), { name: 'a.bin' }] };
const eventText = codec.encodePacket(EVENT);
const bytesText = codec.encodePacket(BYTES);
const frames = Array.from({ length: 10 }, (_, i) => `42["chat",${i},"The quick brown fox jumps over the lazy dog"]`);
const engineFrames = frames.map((frame) => ({ type: /** @type {const} */ ('message'), data: frame.slice(1) }));
const payload = frames.join('\x1e');
const encoder = new Encoder();
const decoder = new Decoder();
const msgpackEncoder = new MsgpackEncoder();
const msgpackDecoder = new MsgpackDecoder();
const [msgpacked] = /** @type {any} */ (msgpackEncoder.encode(EVENT));

/** @param {string} text @param {Buffer[]} buffers */
function theirs(text, buffers) {
  decoder.add(text);
  for (const buffer of buffers) decoder.add(buffer);
}

/** Each task, and the libraries that do it. @type {[string, Record<string, () => unknown>][]} */
const contests = [
  ['encode an event', { sio: () => codec.encodePacket(EVENT), 'socket.io-parser': () => encoder.encode({ ...EVENT }) }],
  ['decode an event', { sio: () => codec.decodePacket(eventText), 'socket.io-parser': () => theirs(eventText, []) }],
  [
    'encode 1 KiB of bytes',
    { sio: () => codec.encodePacket(BYTES), 'socket.io-parser': () => encoder.encode({ ...BYTES }) },
  ],
  [
    'decode 1 KiB of bytes',
    {
      sio: () => codec.attachBinary(codec.decodePacket(bytesText.text), bytesText.attachments),
      'socket.io-parser': () => theirs(bytesText.text, bytesText.attachments),
    },
  ],
  [
    'encode a payload of 10',
    {
      sio: () => codec.encodePayload4(frames),
      'engine.io-parser': () => encodePayload(/** @type {any} */ (engineFrames), () => {}),
    },
  ],
  [
    'decode a payload of 10',
    { sio: () => codec.decodePayload4(payload), 'engine.io-parser': () => decodePayload(payload) },
  ],
  [
    'encode an event as msgpack',
    {
      sio: () => codec.encodeMsgpackPacket(EVENT),
      'socket.io-msgpack-parser': () => msgpackEncoder.encode(EVENT),
      '@msgpack/msgpack': () => encodeMsgpack(EVENT),
    },
  ],
  [
    'decode an event as msgpack',
    {
      sio: () => codec.decodeMsgpackPacket(msgpacked),
      'socket.io-msgpack-parser': () => msgpackDecoder.add(msgpacked),
      '@msgpack/msgpack': () => decodeMsgpack(msgpacked),
    },
  ],
];

decoder.on('decoded', () => {});
msgpackDecoder.on('decoded', () => {});

for (const [title, makers] of contests) {
  const cells = [];
  for (const [name, work] of Object.entries(makers)) cells.push(`${name} ${Math.round((await measure(work)).p50)} ns`);
  process.stdout.write(`${title.padEnd(28)} ${cells.join('   ')}\n`);
}
