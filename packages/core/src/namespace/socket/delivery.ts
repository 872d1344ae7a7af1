import type { BroadcastOptions } from 'socket.io-adapter';
import { makePacket, type Packet, PacketType, RESERVED_EVENTS } from '../../codec/packet/packet.js';
import { markAsMessage } from '../../codec/packet/sent-message.js';
import { LimitExceeded } from '../../internal/coded-error.js';
import { broadcastChannel, emitChannel } from '../../internal/events/channels.js';
import { OutboundPacket } from '../../transport/frame.js';
import type { DropPolicy } from '../../virtual-socket/backpressure-queue.js';
import { publishBroadcast, publishEmit } from '../events/diagnostics.js';
import { assertNotReserved } from '../events/reserved.js';
import type { Event } from '../events/socket-events.js';
import { packetForAdapter } from '../hub/adapter-packet.js';
import { settle } from '../hub/adapter-result.js';
import { type BroadcastFlags, DROPPABLE, dropPolicyOf } from '../hub/flags.js';
import { kReport, kSession } from '../symbols.js';
import { addTimedAck } from './acknowledgements.js';
import { type AckCallback, kAcks, kFlags, kLazy, kPhase, kUnsent, Phase, type SocketInternals } from './state.js';

/**
 * Sends an event; a function as last argument gets the acknowledgement.
 * @throws Error for a reserved event name. @throws CodecError when the data cannot be encoded.
 */
export function emitEvent(socket: SocketInternals, given: unknown[]): void {
  if (RESERVED_EVENTS.has(given[0])) assertNotReserved(given[0]);
  const { _emits } = socket.nsp;
  const data = _emits === undefined ? given : _emits.check(given);
  const flags = socket[kFlags];
  socket[kFlags] = undefined;
  let id: number | undefined;
  if (typeof data[data.length - 1] === 'function') {
    id = awaitAck(socket, data.pop() as AckCallback, flags);
    if (id === undefined) return;
  }
  const packet = makePacket(PacketType.EVENT, socket.nsp.name, data, id);
  if (socket[kSession] !== undefined && id === undefined) return sendRecoverable(socket, packet, flags);
  socket[kLazy]?.notifyOutgoing(socket, data as Event);
  if (flags === undefined) return sendToClient(socket, packet, true);
  if (flags.send === true) markAsMessage(packet);
  if (flags.volatile === true && !(socket[kPhase] === Phase.CONNECTED && socket.conn.writable)) return skip(socket);
  sendToClient(socket, packet, flags.compress !== false, dropPolicyOf(flags));
}

/** Registers the callback of an acknowledgement. @returns its id; undefined when the client owes too many */
function awaitAck(
  socket: SocketInternals,
  callback: AckCallback,
  flags: BroadcastFlags | undefined,
): number | undefined {
  const { server, nsp } = socket;
  const { maxPendingAcks } = server.limits;
  if ((socket[kAcks]?.size ?? 0) >= maxPendingAcks) return owesTooMuch(socket, maxPendingAcks);
  const id = nsp._ids++;
  if (flags?.timeout === undefined) socket.acks.set(id, callback);
  else {
    const report = (error: unknown) => socket[kReport](error, 'ack', undefined);
    addTimedAck(socket.acks, id, callback, flags.timeout, server.deadlines, report);
  }
  return id;
}

/** A client that acknowledges nothing must not make the server keep its callbacks forever. */
function owesTooMuch({ conn }: SocketInternals, limit: number): undefined {
  const why = `More than ${limit} acknowledgements are awaited`;
  conn.fail('slow consumer', new LimitExceeded('too_many_pending_acks', why));
}

/** Through the adapter, which keeps the event in case this client loses its connection. */
function sendRecoverable(socket: SocketInternals, packet: Packet, flags: BroadcastFlags | undefined): void {
  if (socket[kPhase] !== Phase.JOINING) {
    const options = { rooms: new Set([socket.id]), except: new Set(), flags: { ...flags } } as BroadcastOptions;
    const event = packetForAdapter(packet.data as unknown[]);
    if (flags?.send === true) markAsMessage(event);
    if (broadcastChannel.hasSubscribers) {
      publishBroadcast(socket.nsp, packet.data as Event, options.rooms, options.except ?? []);
    }
    settle(socket.adapter, socket.adapter.broadcast(event, options));
  } else if (flags?.volatile !== true) keep(socket, packet);
}

function keep(socket: SocketInternals, packet: Packet): void {
  socket[kUnsent] ??= [];
  socket[kUnsent].push(packet);
}

function sendToClient(socket: SocketInternals, packet: Packet, compress: boolean, dropPolicy?: DropPolicy): void {
  const phase = socket[kPhase];
  if (phase === Phase.JOINING) return keep(socket, packet);
  if (phase === Phase.GONE) return;
  const { conn } = socket.client;
  if (dropPolicy === undefined && conn.slowConsumers === 'disconnect') conn.dialect.send(conn, packet, compress);
  else sendShared(socket, new OutboundPacket(packet), compress, packet.id === undefined ? dropPolicy : undefined);
  if (emitChannel.hasSubscribers) publishEmit(socket, packet.data as Event, packet.id, false);
}

/** A broadcast reaches a socket: its method `kDeliver`. */
export function deliver(
  this: SocketInternals,
  packet: OutboundPacket,
  volatile: boolean,
  compress: boolean,
  dropPolicy: DropPolicy | undefined,
): void {
  const plain = packet.stamped ? packet.plain : packet;
  const lazy = this[kLazy];
  // Nothing else needs the values: a message of another server is then sent as it came.
  if (lazy !== undefined && lazy.anyOutgoing.length > 0) lazy.notifyOutgoing(this, plain.packet.data as Event);
  if (volatile && !this.client.conn.writable) return skip(this);
  if (emitChannel.hasSubscribers) publishEmit(this, plain.packet.data as Event, plain.packet.id, true);
  const own = this[kSession] === undefined ? plain : packet;
  const { conn } = this.client;
  if (dropPolicy === undefined && conn.slowConsumers === 'disconnect') conn.sendPacket(own, compress);
  else sendShared(this, own, compress, dropPolicy);
}

function skip({ conn }: SocketInternals): void {
  conn.engine.flow.skipped++;
}

function sendShared(
  socket: SocketInternals,
  packet: OutboundPacket,
  compress: boolean,
  dropPolicy: DropPolicy | undefined,
): void {
  const { conn } = socket.client;
  const policy = dropPolicy ?? (conn.slowConsumers === 'disconnect' ? undefined : policyFor(packet.packet));
  if (policy === undefined) conn.sendPacket(packet, compress);
  else conn.sendWithPolicy(packet, compress, scoped(socket, policy));
}

/** Keys of one namespace mean nothing in another of the same connection. */
function scoped({ nsp }: SocketInternals, policy: DropPolicy): DropPolicy {
  return policy.key === undefined ? policy : { ...policy, key: `${nsp.name},${policy.key}` };
}

/** Only events may be dropped, and of these only those without an acknowledgement. */
function policyFor(packet: Packet): DropPolicy | undefined {
  return packet.type === PacketType.EVENT && packet.id === undefined ? DROPPABLE : undefined;
}

/** Sends what was emitted before the client was told that it is in. */
export function sendKept(socket: SocketInternals): void {
  const kept = socket[kUnsent];
  if (kept === undefined) return;
  socket[kUnsent] = undefined;
  for (const packet of kept) {
    if (socket[kSession] !== undefined && packet.id === undefined) sendRecoverable(socket, packet, undefined);
    else sendToClient(socket, packet, true);
  }
}
