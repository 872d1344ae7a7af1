import { makePacket, type Packet, PacketType } from '../../codec/packet/packet.js';
import { forkScope } from '../../internal/async-scope.js';
import { ackChannel, eventChannel, handlerChannels } from '../../internal/events/channels.js';
import { allOf, callListeners, contain, type Emitter } from '../../internal/events/lazy-emitter.js';
import { tooManyPending } from '../access/pending-limit.js';
import { ackOf, refusalOf } from '../access/refusal.js';
import { publishAck, publishEvent, publishHandler, publishReceivedAck } from '../events/diagnostics.js';
import type { Event } from '../events/socket-events.js';
import { kAcknowledge, kProtocolError, kReport } from '../symbols.js';
import { takeAck } from './acknowledgements.js';
import { closeSocket, keepUnread } from './lifecycle.js';
import { SerialQueue } from './serial-queue.js';
import {
  type AckCallback,
  containIn,
  type EventPacket,
  kEmit,
  kHandling,
  kLazy,
  kPhase,
  kStyle,
  lazyStateOf,
  Phase,
  type SocketInternals,
} from './state.js';
import type { SocketStyle } from './style.js';

/** A packet has come for a socket: its method `kReceive`. */
export function receivePacket(this: SocketInternals, packet: Packet): void {
  const { conn } = this.client;
  if (this[kPhase] !== Phase.CONNECTED) keepUnread(this, packet);
  else if (packet.type === PacketType.EVENT) {
    if (conn.scope === undefined) receiveEvent(this, packet.data as Event, packet.id);
    else forkScope(conn.scope, receiveInScope, this, packet.data as Event, packet.id);
  } else if (packet.type === PacketType.ACK) receiveAck(this, packet);
  else if (packet.type === PacketType.DISCONNECT) closeSocket(this, 'client namespace disconnect', undefined);
  // A client has no business to send a connect error.
  else conn.close();
}

/** An event is handled in a scope of its own where the application keeps asynchronous context. */
function receiveInScope(this: SocketInternals, data: Event, id: number | undefined): void {
  receiveEvent(this, data, id);
}

/** Handles a received event: finds its name, counts it, checks it, asks the guards and calls its handlers. */
function receiveEvent(socket: SocketInternals, received: Event, id: number | undefined): void {
  const style = socket[kStyle];
  const data = style === undefined ? received : named(socket, received, style);
  if (eventChannel.hasSubscribers) publishEvent(socket, data, id !== undefined);
  const { expiry, rates, guards, authenticator } = socket.nsp.server;
  if (expiry.isUsed && expiry.ends(socket)) return;
  if (rates.countsEvents && !rates.admits(socket, data[0], id)) return;
  const lazy = socket[kLazy];
  if (lazy === undefined || !lazy.watchesIncoming) {
    if (guards === undefined && authenticator === undefined) dispatch(socket, data, id);
    else guard(socket, data, id);
    return;
  }
  lazy.incoming(socket, data, id === undefined ? undefined : ackFunction(socket, id, data[0]), (error) => {
    if (!socket.connected) return;
    if (error === undefined) guard(socket, data, id);
    else socket[kProtocolError](error as Error);
  });
}

/**
 * An event under the name of the method that it will reach, so that guards, rates, middlewares and logs that go by the name see
 * the same one however a client spells it. A listener for exactly this name goes first.
 */
function named(socket: SocketInternals, data: Event, { methods }: SocketStyle): Event {
  const name = data[0];
  if (socket._events?.[name] !== undefined) return data;
  const event = methods.find(name)?.event;
  return event === undefined || event === name ? data : [event, ...data.slice(1)];
}

function guard(socket: SocketInternals, data: Event, id: number | undefined): void {
  const { guards, authenticator } = socket.nsp.server;
  if (authenticator !== undefined && data[0] === authenticator.renewEvent) void authenticator.renew(socket, data, id);
  else if (guards === undefined) dispatch(socket, data, id);
  else guards.event(socket, data, id, () => dispatch(socket, data, id));
}

function dispatch(socket: SocketInternals, data: Event, id: number | undefined): void {
  const style = socket[kStyle];
  if (style?.serial ?? socket.nsp.server.serial) standInLine(socket, data, id);
  else if (handlerChannels.start.hasSubscribers) void handle(socket, data, id);
  else if (style !== undefined && socket._events === undefined) void style.handle(socket, data, id);
  else if (!callEventListeners(socket, data, id)) void style?.handle(socket, data, id);
}

/** Handles an event, or queues it behind the previous one. */
function standInLine(socket: SocketInternals, data: Event, id: number | undefined): void {
  const queue = socket[kLazy]?.queue;
  if (queue === undefined) return openQueue(socket, handle(socket, data, id));
  const { maxPendingEvents } = socket.server.limits;
  if (queue.waiting >= maxPendingEvents) return socket.conn.close(false, tooManyPending(maxPendingEvents));
  const { _pending: pending } = socket.client;
  const cost = pending.add(data);
  queue.add(() => {
    pending.remove(cost);
    return socket.connected ? handle(socket, data, id) : undefined;
  });
}

function openQueue(socket: SocketInternals, running: Promise<void> | undefined): void {
  if (running === undefined) return;
  const lazy = lazyStateOf(socket);
  lazy.queue = new SerialQueue(running, () => {
    lazy.queue = undefined;
  });
}

/** @returns a promise that never fails, when the handlers are not done at once: later events may have to wait for it. */
function handle(socket: SocketInternals, data: Event, id: number | undefined): Promise<void> | undefined {
  if (!handlerChannels.start.hasSubscribers) return callHandlers(socket, data, id);
  return publishHandler(socket, data, id !== undefined, () => callHandlers(socket, data, id));
}

function callHandlers(socket: SocketInternals, data: Event, id: number | undefined): Promise<void> | undefined {
  const style = socket[kStyle];
  if (style !== undefined && socket._events === undefined) return style.handle(socket, data, id);
  const running: Promise<unknown>[] = [];
  return callEventListeners(socket, data, id, running) ? allOf(running) : style?.handle(socket, data, id);
}

/**
 * Listeners of the function style.
 * @param running gets the promises of those that are not done at once.
 * @returns whether there was one.
 */
function callEventListeners(
  socket: SocketInternals,
  data: Event,
  id: number | undefined,
  running?: Promise<unknown>[],
): boolean {
  if (socket.onevent !== onevent) return callReplaced(socket, data, id);
  const event = data[0];
  if (socket._events?.[event] === undefined) return false;
  const args: unknown[] = data.slice(1);
  if (id !== undefined) args.push(owedAck(socket, id, event));
  return callListeners(
    socket as SocketInternals & Emitter,
    event,
    args,
    (error) => socket[kReport](error, 'event', event),
    running,
  );
}

/**
 * Calls the listeners of an event. Catch-all recipes and libraries for socket.io replace it with a function of their own, which
 * may call this one.
 */
export function onevent(this: SocketInternals, { data }: EventPacket): void {
  const report = (error: unknown) => this[kReport](error, 'event', data[0]);
  callListeners(this as SocketInternals & Emitter, data[0], data.slice(1), report);
}

/** The acknowledgement already stands behind the arguments, where `onevent` of socket.io adds it. */
function callReplaced(socket: SocketInternals, data: Event, id: number | undefined): boolean {
  const args: Event = [...data];
  if (id !== undefined) args.push(owedAck(socket, id, data[0]));
  const packet = { type: PacketType.EVENT, nsp: socket.nsp.name, data: args };
  const report = (error: unknown) => socket[kReport](error, 'event', data[0]);
  contain(() => socket.onevent(packet), report);
  return true;
}

/** The same as {@link ackFunction}, for one that a listener gets: until it is called, the socket is busy. */
function owedAck(socket: SocketInternals, id: number, event: string): AckCallback {
  socket[kHandling]++;
  const acknowledge = ackFunction(socket, id, event);
  let owed = true;
  return (...args) => {
    if (owed) socket[kHandling]--;
    owed = false;
    acknowledge(...args);
  };
}

/** Acknowledges an event; works once. */
function ackFunction(socket: SocketInternals, id: number, event: string): AckCallback {
  let sent = false;
  return (...args) => {
    if (sent) return;
    sent = true;
    socket[kAcknowledge](id, args, event);
  };
}

export function acknowledge(socket: SocketInternals, id: number, args: unknown[], event: string): void {
  if (socket[kPhase] === Phase.GONE) return;
  socket.client.send(makePacket(PacketType.ACK, socket.nsp.name, args, id), true);
  if (ackChannel.hasSubscribers) publishAck(socket, event, args);
}

/** Tells the client as much as it may know, and those who take care of failures everything. */
export function failEvent(socket: SocketInternals, error: unknown, event: string, id: number | undefined): void {
  const refusal = refusalOf(error);
  try {
    if (id !== undefined) acknowledge(socket, id, [ackOf(refusal)], event);
    else if (socket.connected) socket[kEmit]('error', refusal.name, refusal.message);
  } catch (failure) {
    socket[kReport](failure, 'ack', event);
    // Its data cannot be encoded: the rest is told.
    const told = { name: refusal.name, message: refusal.message };
    if (id !== undefined) containIn(socket, 'ack', () => acknowledge(socket, id, [ackOf(told)], event));
  }
  socket[kReport](error, 'event', event);
}

/** An acknowledgement has come. */
function receiveAck(socket: SocketInternals, { id, data }: Packet): void {
  const callback = takeAck(socket, id);
  if (ackChannel.hasSubscribers) publishReceivedAck(socket, data as unknown[], id);
  if (callback !== undefined) containIn(socket, 'ack', () => callback(...(data as unknown[])));
}
