import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  appendArgument,
  attachBinary,
  decodeLegacyPacket,
  decodeLegacyPayload,
  decodeMsgpackPacket,
  decodePacket,
  decodePayload3Binary,
  decodePayload3Text,
  decodePayload4,
  type EngineFrame,
  encodeLegacyPacket,
  encodeLegacyPayload,
  encodeMsgpackPacket,
  encodePacket,
  encodePayload3Binary,
  encodePayload3Text,
  encodePayload4,
  formField,
  LegacyType,
  lenientRules,
  makeLegacyPacket,
  makePacket,
  type Packet,
  parseJsonpLiteral,
} from '../../src/codec/index.js';
import { anyText, jsonValue, wellFormed } from './support.js';

const namespace = fc.oneof(fc.constant('/'), fc.stringMatching(/^\/[a-z€😀?=%]{1,20}$/u));
const ackId = fc.option(fc.nat(), { nil: undefined });
const args = fc.array(jsonValue, { maxLength: 4 });
const eventData = fc.tuple(fc.oneof(anyText, fc.nat()), args).map(([name, rest]) => [name, ...rest]);
const bytes = fc.uint8Array({ maxLength: 40 }).map((array) => Buffer.from(array));

const packet: fc.Arbitrary<Packet> = fc.oneof(
  fc.tuple(namespace, eventData, ackId).map(([nsp, data, id]) => makePacket(2, nsp, data, id)),
  fc.tuple(namespace, args, fc.nat()).map(([nsp, data, id]) => makePacket(3, nsp, data, id)),
  fc.tuple(namespace, fc.dictionary(anyText, jsonValue)).map(([nsp, data]) => makePacket(0, nsp, data)),
  fc.tuple(namespace, anyText).map(([nsp, data]) => makePacket(4, nsp, data)),
  namespace.map((nsp) => makePacket(1, nsp)),
);

/** Values of JSON with buffers anywhere among them. */
const { value: binaryValue } = fc.letrec<{ value: unknown }>((tie) => ({
  value: fc.oneof(
    { maxDepth: 4 },
    bytes,
    fc.integer(),
    fc.boolean(),
    fc.string(),
    fc.constant(null),
    fc.array(tie('value'), { maxLength: 4 }),
    fc.dictionary(
      fc.string().filter((key) => key !== '_placeholder' && key !== 'toJSON'),
      tie('value'),
      { maxKeys: 4, noNullPrototype: true },
    ),
  ),
}));

const engineText = fc.tuple(fc.constantFrom(...'0123456'), anyText).map(([type, text]) => type + text);
const wellFormedText = engineText.map((text) => wellFormed(text));
const frames = (text: fc.Arbitrary<string>): fc.Arbitrary<EngineFrame[]> =>
  fc.array(fc.oneof(text, bytes), { minLength: 1, maxLength: 8 });

describe('each side reads the packets that the other writes', () => {
  it('as text packets', () => {
    fc.assert(
      fc.property(packet, fc.boolean(), (sent, ascii) => {
        const text = encodePacket(sent, { ascii }) as string;
        expect(decodePacket(text, lenientRules)).toEqual(sent);
        if (ascii && sent.nsp === '/') expect(text).toMatch(/^[\x20-\x7e]*$/);
      }),
    );
  });

  it('as text packets that an argument was added to', () => {
    fc.assert(
      fc.property(namespace, ackId, fc.array(binaryValue, { maxLength: 4 }), anyText, (nsp, id, values, added) => {
        const sent = encodePacket(makePacket(2, nsp, ['e', ...values], id));
        expect(appendArgument(sent, added)).toEqual(encodePacket(makePacket(2, nsp, ['e', ...values, added], id)));
      }),
    );
    for (const packet of [makePacket(1, '/x]'), makePacket(3, '/', [], 1), makePacket(0, '/', { sid: ']' })]) {
      expect(appendArgument(encodePacket(packet), 'more')).toBe(undefined);
    }
  });

  it('as text packets with attachments', () => {
    fc.assert(
      fc.property(fc.array(binaryValue, { maxLength: 4 }), ackId, (values, id) => {
        const sent = makePacket(2, '/', ['e', ...values], id);
        const encoded = encodePacket(sent);
        if (typeof encoded === 'string') {
          expect(decodePacket(encoded)).toEqual(sent);
          return;
        }
        const received = decodePacket(encoded.text, { maxAttachments: 1000 });
        expect(received.attachments).toBe(encoded.attachments.length);
        expect(attachBinary(received, encoded.attachments)).toEqual(sent);
      }),
    );
  });

  it('as msgpack packets, undefined and dates included', () => {
    const extra = fc.oneof(binaryValue, fc.constant(undefined), fc.date({ noInvalidDate: true }), fc.double());
    fc.assert(
      fc.property(fc.array(extra, { maxLength: 4 }), ackId, (values, id) => {
        const sent = makePacket(2, '/x', ['e', ...values], id);
        const received = decodeMsgpackPacket(encodeMsgpackPacket(sent));
        expect(received).toEqual(withoutNegativeZero(sent));
      }),
    );
  });

  it('as polling bodies of Engine.IO 4', () => {
    const separated = engineText.filter((text) => !text.includes('\x1e'));
    fc.assert(
      fc.property(frames(separated), (sent) => {
        expect(decodePayload4(encodePayload4(sent))).toEqual({ frames: sent, error: undefined });
      }),
    );
  });

  it('as polling bodies of Engine.IO 3', () => {
    fc.assert(
      fc.property(frames(engineText), (sent) => {
        expect(decodePayload3Text(encodePayload3Text(sent))).toEqual({ frames: sent, error: undefined });
      }),
    );
    fc.assert(
      fc.property(frames(wellFormedText), (sent) => {
        expect(decodePayload3Binary(encodePayload3Binary(sent))).toEqual({ frames: sent, error: undefined });
      }),
    );
  });

  it('as packets and bodies of 0.9', () => {
    const endpoint = fc.constantFrom('', '/chat', '/chat?a=b');
    fc.assert(
      fc.property(endpoint, anyText, args, ackId, fc.boolean(), (nsp, text, list, id, appAck) => {
        const message = { ...makeLegacyPacket(LegacyType.MESSAGE, nsp, text), id, appAck: appAck && id !== undefined };
        const event = { ...makeLegacyPacket(LegacyType.EVENT, nsp, list), name: text };
        const ack = { ...makeLegacyPacket(LegacyType.ACK, nsp, list), ackId: id ?? 0 };
        const sent = [message, event, ack];
        const body = encodeLegacyPayload(sent.map((packet) => encodeLegacyPacket(packet)));
        const { frames: texts, error } = decodeLegacyPayload(body);
        expect(error).toBeUndefined();
        expect(texts.map((packetText) => decodeLegacyPacket(packetText))).toEqual(sent);
      }),
    );
  });

  it('as JSONP forms of 0.9', () => {
    fc.assert(
      fc.property(
        anyText.map((text) => wellFormed(text)),
        (payload) => {
          const form = new URLSearchParams({ d: JSON.stringify(payload) }).toString();
          expect(parseJsonpLiteral(formField(form))).toBe(payload);
        },
      ),
    );
  });
});

/** -0 becomes 0 on the way, as it does in JSON. */
function withoutNegativeZero(sent: Packet): Packet {
  const data = (sent.data as unknown[]).map((value) => (Object.is(value, -0) ? 0 : value));
  return { ...sent, data };
}
