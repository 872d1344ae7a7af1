import { attachBinary } from '../codec/binary.js';
import type { Packet } from '../codec/packet.js';
import { decodePacket } from '../codec/packet-decoder.js';
import { encodePacket } from '../codec/packet-encoder.js';
import { Outgoing } from '../virtual-socket/outgoing.js';

const kOutgoing = Symbol('sio.outgoing');

/** What adapters get from `encode`: the wire form most clients take, and out of their sight the packet it came from. */
export type EncodedPackets = (string | Buffer)[] & { [kOutgoing]?: Outgoing };

/** `server.encoder`, as adapters use it. */
export const encoder = {
  /** @throws CodecError when the packet cannot be encoded. */
  encode(packet: Packet): EncodedPackets {
    const outgoing = new Outgoing(packet);
    const encoded = encodePacket(packet);
    outgoing.encoded = encoded;
    const packets: EncodedPackets = typeof encoded === 'string' ? [encoded] : [encoded.text, ...encoded.attachments];
    packets[kOutgoing] = outgoing;
    return packets;
  },
};

/** The packet behind what an adapter hands over. One that made its own array is read back from the text. */
export function outgoingOf(encoded: EncodedPackets): Outgoing {
  return encoded[kOutgoing] ?? new Outgoing(readBack(encoded));
}

function readBack([text, ...attachments]: EncodedPackets): Packet {
  const packet = decodePacket(String(text), { allowReservedEvents: true, maxAttachments: Number.MAX_SAFE_INTEGER });
  return attachments.length === 0 ? packet : attachBinary(packet, attachments as Buffer[]);
}
