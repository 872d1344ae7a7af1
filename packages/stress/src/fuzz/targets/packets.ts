import { inspect } from 'node:util';
import { bytesOf, demand, textOf } from '../bytes.js';
import type { Target } from '../target.js';
import type { UnderTest } from '../under-test.js';

const ATTACHMENTS = [Buffer.of(1), Buffer.of(2, 3), Buffer.alloc(0)];

export const PACKET_SEEDS: readonly string[] = [
  '0{"token":"123"}',
  '0/admin,',
  '1/admin,',
  '2/admin,12["hello",{"a":[1,2,{"b":null}]}]',
  '2["chat","é€😀",1.5e3,-0,true]',
  '3/admin?x=1,13[]',
  '4{"message":"x","data":{"a":1}}',
  '52-/admin,3["a",{"_placeholder":true,"num":0},{"x":{"_placeholder":true,"num":1}}]',
  '61-15["bar",{"_placeholder":true,"num":0}]',
];

export const LEGACY_SEEDS: readonly string[] = [
  '0::/chat',
  '1::/chat:?x=1',
  '2::',
  '3:1+:/chat:hi',
  '4:2::{"a":[1]}',
  '5:1+:/chat:{"name":"hi","args":["z",{"a":1}]}',
  '6::/chat:12+["x",{}]',
  '7::/chat:1+0',
  '8::',
];

/** The packets of all Socket.IO generations: what is accepted can be written, and reads the same again. */
export function packetTargets({ codec, inline }: UnderTest): Target[] {
  const { CodecError } = codec;

  function reading<T>(read: () => T): T | undefined {
    try {
      return read();
    } catch (error) {
      if (error instanceof CodecError) return undefined;
      throw error;
    }
  }

  function packets(name: string, rules: typeof codec.strictRules): Target {
    const write = (text: string): string | undefined =>
      reading(() => {
        const packet = codec.decodePacket(text, rules);
        demand(packet.type >= 0 && packet.type <= 4, 'a decoded type is one of five');
        if ((packet.attachments ?? 0) > 0) codec.attachBinary(packet, ATTACHMENTS.slice(0, packet.attachments), rules);
        // Data that older versions may connect with, and that is read back as no data, or as an id.
        if (packet.data === null || typeof packet.data === 'number') return undefined;
        const encoded = codec.encodePacket(packet, { ascii: true });
        return typeof encoded === 'string' ? encoded : encoded.text;
      });
    return {
      name,
      bytes: false,
      seeds: PACKET_SEEDS,
      run(text) {
        const once = write(text);
        if (once !== undefined && !/^[56]/.test(once)) demand(write(once) === once, 'a written packet reads the same');
      },
    };
  }

  const msgpack: Target = {
    name: 'msgpack packets',
    bytes: true,
    seeds: [
      codec.encodeMsgpackPacket(codec.makePacket(0, '/', { sid: 'x' })),
      codec.encodeMsgpackPacket(
        codec.makePacket(2, '/a', ['e', { a: [1, -70_000, 1.5, null, undefined] }, new Date(1), Buffer.of(1, 2)], 9),
      ),
      codec.encodeMsgpackPacket(codec.makePacket(3, '/', ['é'.repeat(40), true, 2 ** 40, -1], 70_000)),
    ].map(textOf),
    run(input) {
      const write = (bytes: Buffer) => reading(() => codec.encodeMsgpackPacket(codec.decodeMsgpackPacket(bytes)));
      const once = write(bytesOf(input));
      if (once === undefined || write(once)?.equals(once) === true) return;
      // An invalid date has no bytes of its own.
      const { data } = codec.decodeMsgpackPacket(bytesOf(input));
      demand(inspect(data).includes('Invalid Date'), 'a written packet reads the same');
    },
  };

  const legacy: Target = {
    name: 'packets of 0.9',
    bytes: false,
    seeds: LEGACY_SEEDS,
    run(text) {
      const write = (packet: string) => reading(() => codec.encodeLegacyPacket(codec.decodeLegacyPacket(packet)));
      const once = write(text);
      if (once !== undefined) demand(write(once) === once, 'a written packet reads the same');
    },
  };

  const inlined: Target = {
    name: 'bytes inlined for 0.9',
    bytes: false,
    seeds: ['{"_base64":"AQID"}', '[1,{"a":{"_base64":"AQI="},"b":[{"_base64":5}]}]', '{"_base64":"!","x":1}'],
    run(text) {
      let value: unknown;
      try {
        value = JSON.parse(text);
      } catch {
        return;
      }
      reading(() => inline.inlineBinary(inline.restoreBinary(value)));
    },
  };

  return [
    packets('packets of version 5', codec.strictRules),
    packets('packets of versions 3 and 4', codec.lenientRules),
    msgpack,
    legacy,
    inlined,
  ];
}
